/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counters that survive a rebind and a reboot: the driver's begin at 0 each
 * time that it gets a device, so their sums are kept in a file.
 */
#ifndef D3COLDCTL_KEEP_H
#define D3COLDCTL_KEEP_H

#include "device.h"

struct keep;

struct keep *keep_open(const char *path);
void keep_add(struct keep *keep, struct device *dev);
int keep_save_and_close(struct keep *keep);

int file_replace(const char *path, const char *text);

#endif
