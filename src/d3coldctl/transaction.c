// SPDX-License-Identifier: GPL-2.0-only
/*
 * Binding devices as a transaction: all of them, or none.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "bind.h"
#include "output.h"
#include "util.h"

_Static_assert(N_SETTINGS <= MAX_WISHES, "each may be wished for");

/**
 * wishes_add() - wish for a setting, instead of an earlier wish for it
 * @wishes:  list
 * @setting: which
 * @value:   checked by setting_check(); copied
 */
void wishes_add(struct wishes *wishes, const struct setting *setting,
		const char *value)
{
	size_t i = 0;

	while (i < wishes->n && wishes->v[i].setting != setting)
		i++;
	if (i == wishes->n)
		wishes->v[wishes->n++].setting = setting;
	else
		free(wishes->v[i].value);
	wishes->v[i].value = xstrdup(value);
}

/**
 * wishes_free() - forget all wishes
 * @wishes: list, which may be used again
 */
void wishes_free(struct wishes *wishes)
{
	while (wishes->n)
		free(wishes->v[--wishes->n].value);
}

/**
 * targets_add() - add a device to be bound
 * @list: list
 * @dev:  device; the list owns its contents from now on
 */
void targets_add(struct target_list *list, const struct device *dev)
{
	struct target *target;

	list->v = xrealloc(list->v, list->n + 1, sizeof(*list->v));
	target = &list->v[list->n++];
	memset(target, 0, sizeof(*target));
	target->dev = *dev;
}

/**
 * targets_free() - free a list of devices to be bound
 * @list: list
 */
void targets_free(struct target_list *list)
{
	size_t i, k;

	for (i = 0; i < list->n; i++) {
		device_free(&list->v[i].dev);
		for (k = 0; k < MAX_WISHES; k++)
			free(list->v[i].before[k]);
	}
	free(list->v);
	memset(list, 0, sizeof(*list));
}

static bool interrupted(void)
{
	sigset_t pending;

	sigpending(&pending);
	if (!sigismember(&pending, SIGINT) && !sigismember(&pending, SIGTERM) &&
	    !sigismember(&pending, SIGHUP) && !sigismember(&pending, SIGQUIT))
		return false;
	msg_error(NULL, NULL, "interrupted");
	return true;
}

static const char *attach_hint(int err)
{
	switch (-err) {
	case EINVAL:
		return "vfio refused it: look at its lines in dmesg, and whether it is in an IOMMU group";
	case ENODEV:
		return "the driver did not want it: look at its lines in dmesg";
	case EBUSY:
		return "its IOMMU group is in use: see who has the devices in its iommu_group/devices";
	case EACCES:
	case EPERM:
		return "this needs root: try sudo";
	default:
		return "look at its lines in dmesg";
	}
}

static bool take(struct target *target)
{
	const struct device *dev = &target->dev;
	int err;

	err = driver_override(dev->id, DRIVER_NAME);
	if (err) {
		msg_error(dev->id, attach_hint(err),
			  "cannot set driver_override: %s", strerror(-err));
		return false;
	}
	target->overridden = true;
	if (interrupted())
		return false;
	if (dev->driver) {
		err = driver_detach(dev->id);
		if (err) {
			msg_error(dev->id, "look at its lines in dmesg",
				  "driver %s does not let it go: %s",
				  dev->driver, strerror(-err));
			return false;
		}
		target->detached = true;
	}
	if (interrupted())
		return false;
	err = driver_attach(dev->id, DRIVER_NAME);
	if (err) {
		msg_error(dev->id, attach_hint(err), "%s did not take it: %s",
			  DRIVER_NAME, strerror(-err));
		return false;
	}
	target->attached = true;
	return true;
}

static bool grant(struct target *target, const struct wish *wishes, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		const struct wish *wish = &wishes[i];
		char *before = setting_read(wish->setting, &target->dev);
		int err;

		err = setting_write(wish->setting, &target->dev, wish->value);
		if (err) {
			free(before);
			setting_refused(wish->setting, &target->dev,
					wish->value, err);
			return false;
		}
		target->before[i] = before;
	}
	return true;
}

static void ungrant(const struct target *target, const struct wish *wishes,
		    size_t n)
{
	int err;

	while (n--) {
		if (!target->before[n])
			continue;
		err = setting_write(wishes[n].setting, &target->dev,
				    target->before[n]);
		if (err)
			setting_refused(wishes[n].setting, &target->dev,
					target->before[n], err);
	}
}

static int untake(struct target *target)
{
	const struct device *dev = &target->dev;
	int ret, err = 0;

	if (target->attached)
		err = driver_detach(dev->id);
	/* Its driver may have had it in spite of the override there was. */
	if (target->detached) {
		ret = driver_override(dev->id, dev->driver);
		if (!err)
			err = ret;
		ret = driver_attach(dev->id, dev->driver);
		if (!err)
			err = ret;
	}
	ret = driver_override(dev->id, dev->driver_override);
	return err ?: ret;
}

static void undo(struct target *target, const struct wish *wishes, size_t n)
{
	const struct device *dev = &target->dev;
	char *driver, *hint;
	int err;

	if (dev->is_ours)
		ungrant(target, wishes, n);
	if (!target->overridden)
		return;
	err = untake(target);
	driver = driver_of(dev->id);
	if (!err) {
		msg_warning(dev->id, NULL, "put back as it was (driver: %s)",
			    driver ?: "none");
	} else {
		hint = xasprintf(
			"\"echo %s >/sys/bus/pci/drivers_probe\" looks for a host driver once more",
			dev->id);
		msg_error(
			dev->id, hint,
			"could not be put back as it was: %s (driver before: %s, now: %s)",
			strerror(-err), dev->driver ?: "none",
			driver ?: "none");
		free(hint);
	}
	free(driver);
}

/**
 * targets_bind() - bind all devices of a list to our driver
 * @list:     devices; those that are bound already get the settings only
 * @wishes:   settings for them
 * @n_wishes: how many, MAX_WISHES at most
 *
 * SIGINT, SIGTERM, SIGHUP and SIGQUIT count as a failure, and stay blocked, as
 * the caller is about to end.
 *
 * Return: true if all are bound; otherwise what failed and what became of each
 * device has been said.
 */
bool targets_bind(struct target_list *list, const struct wish *wishes,
		  size_t n_wishes)
{
	size_t i;

	/* For good: the caller is about to end anyway. */
	block_signals(NULL);
	for (i = 0; i < list->n; i++) {
		struct target *target = &list->v[i];

		if (interrupted() || (!target->dev.is_ours && !take(target)) ||
		    !grant(target, wishes, n_wishes))
			break;
	}
	if (i == list->n)
		return true;
	do {
		undo(&list->v[i], wishes, n_wishes);
	} while (i--);
	return false;
}
