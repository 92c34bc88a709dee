/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Binding devices as a transaction.
 */
#ifndef D3COLDCTL_BIND_H
#define D3COLDCTL_BIND_H

#include "device.h"
#include "driver.h"
#include "settings.h"

/* A setting that a newly bound device shall have. */
struct wish {
	const struct setting *setting;
	char *value;
};

#define MAX_WISHES 8 /* one for each setting at most */

struct wishes {
	struct wish v[MAX_WISHES];
	size_t n;
};

void wishes_add(struct wishes *wishes, const struct setting *setting,
		const char *value);
void wishes_free(struct wishes *wishes);

struct target {
	struct device dev; /* as it was before */
	/* What was done, to be undone in reverse order. */
	bool overridden;
	bool detached;
	bool attached;
	char *before[MAX_WISHES]; /* settings of a device that was ours */
};

struct target_list {
	struct target *v;
	size_t n;
};

void targets_add(struct target_list *list, const struct device *dev);
void targets_free(struct target_list *list);
bool targets_bind(struct target_list *list, const struct wish *wishes,
		  size_t n_wishes);

#endif
