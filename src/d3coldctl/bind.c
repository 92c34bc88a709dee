// SPDX-License-Identifier: GPL-2.0-only
/*
 * d3coldctl bind
 *
 * All devices of one call are one transaction: first everything that can be
 * checked is checked, then they are bound one after the other, and if one of
 * them fails, all are put back as they were.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bind.h"
#include "cmd.h"
#include "module.h"
#include "output.h"
#include "settings.h"
#include "storage.h"
#include "sysfs.h"
#include "users.h"
#include "util.h"

enum {
	OPT_ALL_FUNCTIONS = 0x100,
	OPT_POLICY,
	OPT_REARM,
	OPT_DELAY,
	OPT_FORCE,
};

struct bind_args {
	struct bdf_args bdf;
	struct wish wishes[3];
	size_t n_wishes;
	bool all_functions;
	bool force;
};

static void add_wish(struct bind_args *args, const struct argp_state *state,
		     const char *key, const char *value)
{
	const struct setting *setting = setting_find(key);
	char *wrong = setting_check(setting, value);
	size_t i = 0;

	if (wrong)
		usage_error(state, "%s", wrong);
	while (i < args->n_wishes && args->wishes[i].setting != setting)
		i++;
	args->wishes[i].setting = setting;
	args->wishes[i].value = value;
	if (i == args->n_wishes)
		args->n_wishes++;
}

static error_t parse_bind(int key, char *arg, struct argp_state *state)
{
	struct bind_args *args = state->input;

	switch (key) {
	case OPT_ALL_FUNCTIONS:
		args->all_functions = true;
		return 0;
	case OPT_POLICY:
		add_wish(args, state, "policy", arg);
		return 0;
	case OPT_REARM:
		add_wish(args, state, "rearm", arg);
		return 0;
	case OPT_DELAY:
		add_wish(args, state, "delay", arg);
		return 0;
	case OPT_FORCE:
		args->force = true;
		return 0;
	default:
		return parse_devices(&args->bdf, key, arg, state, DEVICES);
	}
}

static const struct argp_option options[] = {
	{ "all-functions", OPT_ALL_FUNCTIONS, NULL, 0,
	  "The other functions of the slot as well: all must sleep before the "
	  "power goes off",
	  0 },
	{ "policy", OPT_POLICY, "POLICY", 0,
	  "off, idle, explicit, auto or guest", 0 },
	{ "rearm", OPT_REARM, "REARM", 0, "resuspend or hold", 0 },
	{ "delay", OPT_DELAY, "MS", 0,
	  "Milliseconds of idleness before the device sleeps", 0 },
	{ "force", OPT_FORCE, NULL, 0,
	  "Even if the host uses a disk behind the device: it will lose it",
	  0 },
	{ 0 }
};

static const struct argp bind_argp = {
	.options = options,
	.parser = parse_bind,
	.args_doc = "BDF...",
	.doc = "Take devices from their host drivers and hand them to "
	       "d3cold-vfio-pci. If one of them fails, all are put back as "
	       "they were.\v" EXIT_DOC,
	.children = common_options,
};

static bool storage_allows(const struct device *dev, bool force)
{
	char *use = force ? NULL : storage_in_use(dev);

	if (!use)
		return true;
	msg_error(dev->id, "stop using it first; --force binds all the same",
		  "the host is using a disk behind it: %s", use);
	free(use);
	return false;
}

static bool users_allow(const struct device *dev)
{
	char *users = dev->is_vfio ? users_describe(dev) : NULL;

	if (!users)
		return true;
	msg_error(dev->id, "shut the virtual machine down first",
		  "it is in use by %s", users);
	free(users);
	return false;
}

/* What can be known before anything is changed. */
static bool may_bind(const struct device *dev, const struct bind_args *args)
{
	if (dev->is_ours)
		return true;
	if (device_is_bridge(dev)) {
		msg_error(dev->id, "bind the devices behind it",
			  "it is a bridge, and vfio takes none");
		return false;
	}
	if (!driver_may_change(dev) || !users_allow(dev) ||
	    !storage_allows(dev, args->force))
		return false;
	if (dev->is_vf)
		msg_warning(dev->id, NULL,
			    "a virtual function has no power of its own: it "
			    "will not reach D3cold");
	return true;
}

static bool noiommu_allowed(void)
{
	int fd = sysfs_open_dir("module/vfio/parameters");
	char *value = NULL;
	bool yes;

	if (fd >= 0) {
		value = attr_read(fd, "enable_unsafe_noiommu_mode");
		close(fd);
	}
	yes = streq(value, "Y");
	free(value);
	return yes;
}

/* Only once vfio is loaded do we know whether it does without an IOMMU. */
static bool has_group(const struct device *dev)
{
	if (dev->is_ours || dev->iommu_group || noiommu_allowed())
		return true;
	msg_error(
		dev->id,
		"enable the IOMMU in the firmware (VT-d, AMD-Vi) and, with Intel, boot with intel_iommu=on",
		"it is in no IOMMU group, so vfio cannot have it");
	return false;
}

static bool read_targets(struct target_list *list, const struct bind_args *args)
{
	bool ok = true;
	unsigned int i;

	for (i = 0; i < args->bdf.count; i++) {
		struct device dev;

		if (require_device(&dev, &args->bdf.list[i])) {
			ok = false;
			continue;
		}
		if (args->all_functions && device_is_bridge(&dev)) {
			msg_warning(dev.id, NULL, "left out: it is a bridge");
			device_free(&dev);
			continue;
		}
		ok &= may_bind(&dev, args);
		targets_add(list, &dev);
	}
	if (ok && !list->n) {
		msg_error(NULL, NULL, "there is nothing left to bind");
		ok = false;
	}
	return ok;
}

static void report(const struct target *target)
{
	const struct device *was = &target->dev;
	struct json_object *obj;
	struct device now;

	if (was->is_ours)
		out_text("%s: was already bound to %s\n", was->id, DRIVER_NAME);
	else
		out_text("%s: bound to %s (driver before: %s)\n", was->id,
			 DRIVER_NAME, was->driver ?: "none");
	if (output_is_json() && !device_read(&now, &was->bdf)) {
		obj = device_json(&now);
		json_add_string(obj, "result",
				was->is_ours ? "already bound" : "bound");
		json_add_string(obj, "driver_before", was->driver);
		out_device(obj);
		device_free(&now);
	}
}

static int bind_all(const struct bind_args *args)
{
	struct target_list list = { 0 };
	int code = EXIT_ERROR;
	bool ok;
	size_t i;

	ok = read_targets(&list, args) && module_load_ours();
	for (i = 0; ok && i < list.n; i++)
		ok = has_group(&list.v[i].dev);
	if (ok && targets_bind(&list, args->wishes, args->n_wishes)) {
		for (i = 0; i < list.n; i++)
			report(&list.v[i]);
		code = EXIT_OK;
	}
	targets_free(&list);
	return code;
}

/**
 * cmd_bind() - the command "bind"
 * @argc: number of arguments
 * @argv: arguments
 */
int cmd_bind(int argc, char **argv)
{
	struct bind_args args = { 0 };
	int code;

	code = cmd_parse(&bind_argp, argc, argv, &args);
	if (!code) {
		if (args.all_functions)
			bdf_args_add_slots(&args.bdf);
		code = bind_all(&args);
	}
	free(args.bdf.list);
	return code;
}
