/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Devices that are bound at every boot: /etc/d3cold.conf.d/BDF.conf, which the
 * udev rule and the unit d3cold@.service shipped with the tool act upon. Each
 * line is KEY=VALUE of "set"; other *.conf files there hold settings for all of
 * them.
 */
#ifndef D3COLDCTL_PERSIST_H
#define D3COLDCTL_PERSIST_H

#include "bind.h"

bool persist_exists(const struct bdf *bdf);
bool persist_save(const struct bdf *bdf, const struct wish *wishes, size_t n);
bool persist_remove(const struct bdf *bdf);
bool persist_load(const struct bdf *bdf, struct wishes *wishes);

#endif
