/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counters that survive a rebind and a reboot: the driver's begin at 0 each
 * time that it gets a device, so their sums are kept in a file.
 */
#ifndef D3COLDCTL_KEEP_H
#define D3COLDCTL_KEEP_H

#include "device.h"

int keep_counters(const char *path, struct device_list *list);
void keep_before_unbind(const struct bdf *bdf);

int file_replace(const char *path, const char *text);

#endif
