/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What can be set on a device that our driver has: names, allowed values, and
 * what a refusal of the kernel means. Used by set and by bind.
 */
#ifndef D3COLDCTL_SETTINGS_H
#define D3COLDCTL_SETTINGS_H

#include "device.h"

struct setting {
	const char *key;
	const char *file; /* in the device's directory */
	const char *const *values; /* NULL: a number up to max */
	unsigned long max;
	const char *summary;
};

#define N_SETTINGS 7
extern const struct setting settings[N_SETTINGS];

const struct setting *setting_find(const char *key);
char *setting_check(const struct setting *setting, const char *value);
char *setting_read(const struct setting *setting, const struct device *dev);
int setting_write(const struct setting *setting, const struct device *dev,
		  const char *value);
void setting_refused(const struct setting *setting, const struct device *dev,
		     const char *value, int err);

#endif
