/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef D3COLDCTL_USERS_H
#define D3COLDCTL_USERS_H

#include "device.h"

char *users_describe(const struct device *dev);
char *users_of_file(const char *path);

#endif
