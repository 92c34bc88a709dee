/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which driver has a device, and changing that.
 */
#ifndef D3COLDCTL_DRIVER_H
#define D3COLDCTL_DRIVER_H

#include "device.h"

char *driver_of(const char *id);
int driver_override(const char *id, const char *driver);
int driver_detach(const char *id);
int driver_attach(const char *id, const char *driver);
int driver_probe(const char *id);
void block_signals(sigset_t *old);
bool driver_may_change(const struct device *dev);

#endif
