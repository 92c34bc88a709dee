/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef D3COLDCTL_STORAGE_H
#define D3COLDCTL_STORAGE_H

#include "device.h"

char *storage_in_use(const struct device *dev);

#endif
