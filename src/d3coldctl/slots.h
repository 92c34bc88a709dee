/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The names that slots have on the machine itself.
 */
#ifndef D3COLDCTL_SLOTS_H
#define D3COLDCTL_SLOTS_H

#include "device.h"

struct slots {
	struct slot {
		char *name;
		struct bdf bdf; /* of any of its functions */
	} * v;
	size_t n;
};

void slots_read(struct slots *slots);
void slots_free(struct slots *slots);
const char *slot_name(const struct slots *slots, const struct bdf *bdf);

#endif
