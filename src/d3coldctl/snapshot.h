/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a device looks like through VFIO, to be compared across a power cycle:
 * its config space, and the first register behind each memory BAR.
 */
#ifndef D3COLDCTL_SNAPSHOT_H
#define D3COLDCTL_SNAPSHOT_H

#include "vfio.h"

#define CONFIG_MAX 4096

struct snapshot {
	uint8_t config[CONFIG_MAX];
	uint8_t ignored[CONFIG_MAX]; /* bytes that may differ */
	size_t size;
	uint32_t bar[VFIO_BARS];
	bool has_bar[VFIO_BARS];
	unsigned int pm; /* offsets of the capabilities, 0 if absent */
	unsigned int pcie;
};

int snapshot_take(struct snapshot *snap, const struct vfio *vfio);
void snapshot_ignore_status(struct snapshot *snap);
unsigned int snapshot_ignore_changes(struct snapshot *snap,
				     const struct snapshot *later);
char *snapshot_difference(const struct snapshot *before,
			  const struct snapshot *after);
char *snapshot_link(const struct snapshot *snap);

#endif
