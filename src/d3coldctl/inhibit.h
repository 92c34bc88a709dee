/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Devices that are kept awake while a command runs. Each has a file below /run:
 * its first line is what power/control was before, and all who keep the device
 * awake have the file open, with a shared lock.
 */
#ifndef D3COLDCTL_INHIBIT_H
#define D3COLDCTL_INHIBIT_H

#include "device.h"

char *inhibit_file(const struct device *dev);
int inhibit_begin(const struct device *dev);
char *inhibitors(const struct device *dev);

#endif
