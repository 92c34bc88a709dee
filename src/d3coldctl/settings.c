// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "settings.h"
#include "sysfs.h"
#include "util.h"

static const char *const policies[] = { "off",	"idle",	 "explicit",
					"auto", "guest", NULL };
static const char *const rearms[] = { "resuspend", "hold", NULL };
static const char *const on_losts[] = { "event", "error", NULL };

const struct setting settings[N_SETTINGS] = {
	{ "policy", "d3cold/policy", policies, 0,
	  "when the device may be powered off" },
	{ "rearm", "d3cold/rearm", rearms, 0,
	  "after a wake that is not a leave" },
	{ "delay", "power/autosuspend_delay_ms", NULL, INT_MAX,
	  "milliseconds of idleness before it sleeps" },
	{ "on_lost", "d3cold/on_lost", on_losts, 0,
	  "who is told when the device does not come back" },
	{ "max_wake_ms", "d3cold/max_wake_ms", NULL, UINT_MAX,
	  "no power-off if a wake takes longer, 0: no limit" },
	{ "max_cycles_per_min", "d3cold/max_cycles_per_min", NULL, 60000,
	  "power cycles a minute on average, 0: no limit" },
	{ "qualified", "d3cold/qualified", NULL, 1,
	  "1: it is known to come back from D3cold" },
};

/**
 * setting_find() - find a setting by name
 * @key: its name
 *
 * Return: the setting, or NULL.
 */
const struct setting *setting_find(const char *key)
{
	unsigned int i;

	for (i = 0; i < N_SETTINGS; i++)
		if (streq(settings[i].key, key))
			return &settings[i];
	return NULL;
}

/* "off, idle, explicit" or "a number from 0 to 5"; to be freed. */
static char *allowed_values(const struct setting *setting)
{
	char *text, *longer;
	size_t i;

	if (!setting->values)
		return xasprintf("a number from 0 to %lu", setting->max);
	text = xstrdup(setting->values[0]);
	for (i = 1; setting->values[i]; i++) {
		longer = xasprintf("%s, %s", text, setting->values[i]);
		free(text);
		text = longer;
	}
	return text;
}

/**
 * setting_check() - may a setting have this value at all?
 * @setting: which
 * @value:   what the user wrote
 *
 * Return: NULL if so, else what is wrong, to be freed.
 */
char *setting_check(const struct setting *setting, const char *value)
{
	unsigned long number;
	char *allowed, *text;
	size_t i;

	if (setting->values) {
		for (i = 0; setting->values[i]; i++)
			if (streq(setting->values[i], value))
				return NULL;
	} else if (parse_uint(value, setting->max, &number)) {
		return NULL;
	}
	allowed = allowed_values(setting);
	text = xasprintf("'%s' is no value for %s: %s", value, setting->key,
			 allowed);
	free(allowed);
	return text;
}

/**
 * setting_read() - read a setting back
 * @setting: which
 * @dev:     device
 *
 * Return: what the kernel says, to be freed, or NULL.
 */
char *setting_read(const struct setting *setting, const struct device *dev)
{
	return sysfs_read("bus/pci/devices/%s/%s", dev->id, setting->file);
}

/**
 * setting_write() - change a setting
 * @setting: which
 * @dev:     device
 * @value:   checked by setting_check()
 *
 * Return: 0, or the kernel's -errno.
 */
int setting_write(const struct setting *setting, const struct device *dev,
		  const char *value)
{
	char *path = xasprintf("bus/pci/devices/%s/%s", dev->id, setting->file);
	int err = sysfs_write(path, value);

	free(path);
	return err;
}

static const char *refusal_hint(const struct setting *setting,
				const char *value, int err)
{
	switch (-err) {
	case EACCES:
	case EPERM:
	case EROFS:
		return "this needs root: try sudo";
	case ENOENT:
		return "the loaded driver is too old for this setting: update it, or the device has gone";
	case ENODEV:
		return "the device has gone, or has lost its driver";
	case EIO:
		if (streq(setting->key, "delay"))
			return "the driver does not let this device sleep after a delay";
		return "see dmesg";
	case EBUSY:
		return "the device is changing its power state: try again";
	case EOPNOTSUPP:
	case EINVAL:
		if (streq(value, "guest"))
			return "this policy needs a function-level reset, or No_Soft_Reset = 0; use auto or explicit";
		return "the device or this version of the driver cannot do it: see dmesg";
	default:
		return "see dmesg";
	}
}

/**
 * setting_refused() - say in words that the kernel refused a setting
 * @setting: which
 * @dev:     device
 * @value:   what was to be set
 * @err:     -errno from setting_write()
 */
void setting_refused(const struct setting *setting, const struct device *dev,
		     const char *value, int err)
{
	msg_error(dev->id, refusal_hint(setting, value, err),
		  "%s=%s was refused: %s", setting->key, value, strerror(-err));
}
