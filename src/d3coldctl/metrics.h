/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef D3COLDCTL_METRICS_H
#define D3COLDCTL_METRICS_H

#include <stdio.h>

#include "device.h"

void metrics_print(FILE *f, const struct device_list *list);

#endif
