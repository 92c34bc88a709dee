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

#include "bind.h"
#include "cmd.h"
#include "module.h"
#include "output.h"
#include "persist.h"
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
	OPT_PERSIST,
	OPT_PERSISTED,
};

struct bind_args {
	struct bdf_args bdf;
	struct wishes wishes;
	bool all_functions;
	bool force;
	bool persist;
	bool persisted;
};

static void add_wish(struct bind_args *args, const struct argp_state *state,
		     const char *key, const char *value)
{
	const struct setting *setting = setting_find(key);
	char *wrong = setting_check(setting, value);

	if (wrong)
		usage_error(state, "%s", wrong);
	wishes_add(&args->wishes, setting, value);
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
	case OPT_PERSIST:
		args->persist = true;
		return 0;
	case OPT_PERSISTED:
		args->persisted = true;
		return 0;
	case ARGP_KEY_END:
		if (args->persisted && (args->persist || args->wishes.n))
			usage_error(
				state,
				"--persisted takes its settings from /etc/d3cold.conf.d/ alone");
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
	{ "persist", OPT_PERSIST, NULL, 0,
	  "At every boot from now on, with these settings", 0 },
	{ "persisted", OPT_PERSISTED, NULL, 0,
	  "With the settings in /etc/d3cold.conf.d/, as at boot", 0 },
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
	char *value =
		sysfs_read("module/vfio/parameters/enable_unsafe_noiommu_mode");
	bool yes;

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
		out_text("%s: was already bound to %s\n", was->id, was->driver);
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

/* What is known to come back from D3cold needs no new proof at boot. */
static bool persist(const struct device *was, const struct wishes *wishes)
{
	struct wishes saved = { 0 };
	struct device now;
	bool ok;
	size_t i;

	for (i = 0; i < wishes->n; i++)
		wishes_add(&saved, wishes->v[i].setting, wishes->v[i].value);
	if (!device_read(&now, &was->bdf) &&
	    streq(now.d3cold[D3COLD_QUALIFIED], "1"))
		wishes_add(&saved, setting_find("qualified"), "1");
	device_free(&now);
	ok = persist_save(&was->bdf, saved.v, saved.n);
	if (ok)
		out_text("%s: will be bound at every boot\n", was->id);
	wishes_free(&saved);
	return ok;
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
	if (ok && targets_bind(&list, args->wishes.v, args->wishes.n)) {
		code = EXIT_OK;
		for (i = 0; i < list.n; i++) {
			report(&list.v[i]);
			if (args->persist &&
			    !persist(&list.v[i].dev, &args->wishes))
				code = EXIT_ERROR;
		}
	}
	targets_free(&list);
	return code;
}

/* Each with settings of its own, so each is a transaction of its own. */
static int bind_persisted(const struct bind_args *args)
{
	int code = EXIT_OK;
	unsigned int i;

	for (i = 0; i < args->bdf.count; i++) {
		struct bind_args one = { .bdf = { &args->bdf.list[i], 1 },
					 .force = args->force };

		/* With a setting wrong the device is bound all the same. */
		if (!persist_load(&args->bdf.list[i], &one.wishes))
			code = EXIT_ERROR;
		if (bind_all(&one))
			code = EXIT_ERROR;
		wishes_free(&one.wishes);
	}
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
		code = args.persisted ? bind_persisted(&args) : bind_all(&args);
	}
	wishes_free(&args.wishes);
	free(args.bdf.list);
	return code;
}
