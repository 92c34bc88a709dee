/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef D3COLDCTL_NAMES_H
#define D3COLDCTL_NAMES_H

#include "device.h"

char *device_name(const struct device *dev);

#endif
