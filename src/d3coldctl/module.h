/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef D3COLDCTL_MODULE_H
#define D3COLDCTL_MODULE_H

#include <stdbool.h>

bool module_load_ours(void);
bool module_load_for(const char *modalias);

#endif
