// SPDX-License-Identifier: GPL-2.0-only
/*
 * d3coldctl unbind
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "device.h"
#include "driver.h"
#include "keep.h"
#include "module.h"
#include "output.h"
#include "persist.h"
#include "sysfs.h"
#include "users.h"
#include "util.h"

enum {
	OPT_ALL_FUNCTIONS = 0x100,
	OPT_WAIT,
	OPT_PERSIST,
};

struct unbind_args {
	struct bdf_args bdf;
	bool all_functions;
	bool wait;
	bool persist;
};

static error_t parse_unbind(int key, char *arg, struct argp_state *state)
{
	struct unbind_args *args = state->input;

	switch (key) {
	case OPT_ALL_FUNCTIONS:
		args->all_functions = true;
		return 0;
	case OPT_WAIT:
		args->wait = true;
		return 0;
	case OPT_PERSIST:
		args->persist = true;
		return 0;
	default:
		return parse_devices(&args->bdf, key, arg, state, DEVICES);
	}
}

static const struct argp_option options[] = {
	{ "all-functions", OPT_ALL_FUNCTIONS, NULL, 0,
	  "The other functions of the slot as well", 0 },
	{ "wait", OPT_WAIT, NULL, 0,
	  "If a virtual machine has the device open, wait until it is closed",
	  0 },
	{ "persist", OPT_PERSIST, NULL, 0,
	  "Also no longer bind them at boot, see \"bind --persist\"", 0 },
	{ 0 }
};

static const struct argp unbind_argp = {
	.options = options,
	.parser = parse_unbind,
	.args_doc = "BDF...",
	.doc = "Take devices from d3cold-vfio-pci and give them back to their "
	       "host drivers.\v" EXIT_DOC,
	.children = common_options,
};

/* The kernel would wait, too, but not tell for whom. */
static bool users_gone(const struct device *dev, bool wait)
{
	char *said = NULL;
	char *users;

	while ((users = users_describe(dev))) {
		if (!wait) {
			msg_error(
				dev->id,
				"shut the virtual machine down, or give --wait",
				"it is in use by %s", users);
			free(users);
			return false;
		}
		if (!streq(users, said))
			msg_warning(dev->id, NULL, "waiting for %s to close it",
				    users);
		free(said);
		said = users;
		usleep(200 * 1000);
	}
	free(said);
	return true;
}

/* As at boot: drivers that are there first, then those that udev would load. */
static char *find_host_driver(const struct device *dev)
{
	char *driver, *modalias;

	driver_probe(dev->id);
	driver = driver_of(dev->id);
	if (driver)
		return driver;
	modalias = sysfs_read("bus/pci/devices/%s/modalias", dev->id);
	if (modalias && module_load_for(modalias))
		driver_probe(dev->id);
	free(modalias);
	return driver_of(dev->id);
}

static void report(const struct device *dev, const char *driver)
{
	struct json_object *obj;
	struct device now;

	if (driver)
		out_text("%s: given back to %s\n", dev->id, driver);
	else
		out_text("%s: given back; no host driver wants it\n", dev->id);
	if (output_is_json() && !device_read(&now, &dev->bdf)) {
		obj = device_json(&now);
		json_add_string(obj, "result", "unbound");
		out_device(obj);
		device_free(&now);
	}
}

static int nothing_to_do(const struct device *dev)
{
	struct json_object *obj;

	out_text("%s: is not bound to %s (driver: %s), nothing to do\n",
		 dev->id, DRIVER_NAME, dev->driver ?: "none");
	if (output_is_json()) {
		obj = device_json(dev);
		json_add_string(obj, "result", "was not bound");
		out_device(obj);
	}
	return EXIT_OK;
}

/* From its driver to the host's. A signal would leave it between the two. */
static int let_go(const struct device *dev)
{
	char *driver;
	int err;

	if (dev->is_ours) {
		err = driver_detach(dev->id);
		if (err) {
			msg_error(dev->id, "look at its lines in dmesg",
				  "%s does not let it go: %s", dev->driver,
				  strerror(-err));
			return EXIT_ERROR;
		}
	}
	err = driver_override(dev->id, NULL);
	if (err) {
		msg_error(
			dev->id, "try again as root",
			"it has no driver now: cannot clear driver_override: %s",
			strerror(-err));
		return EXIT_ERROR;
	}
	driver = find_host_driver(dev);
	report(dev, driver);
	free(driver);
	return EXIT_OK;
}

static int give_back(const struct device *dev, bool wait)
{
	sigset_t old;
	int ret;

	/* An override left behind keeps the host driver out, too. */
	if (!dev->is_ours && !streq(dev->driver_override, DRIVER_NAME))
		return nothing_to_do(dev);
	if (!driver_may_change(dev))
		return EXIT_ERROR;
	if (dev->is_ours) {
		if (!users_gone(dev, wait))
			return EXIT_ERROR;
		keep_before_unbind(&dev->bdf);
	}
	block_signals(&old);
	ret = let_go(dev);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return ret;
}

static bool forget(const struct bdf *bdf, bool persist)
{
	char id[BDF_LEN];

	if (!persist_exists(bdf))
		return true;
	bdf_format(id, bdf);
	if (!persist) {
		msg_warning(id, "\"d3coldctl unbind --persist\" ends that",
			    "will be bound again at the next boot");
		return true;
	}
	if (!persist_remove(bdf))
		return false;
	out_text("%s: will no longer be bound at boot\n", id);
	return true;
}

static bool unbind(const struct bdf *bdf, const struct unbind_args *args)
{
	struct device dev;
	char id[BDF_LEN];
	bool ok;

	/* One that has been taken out of the machine may be forgotten. */
	if (args->persist && persist_exists(bdf) &&
	    !sysfs_exists("bus/pci/devices/%s", bdf_format(id, bdf)))
		return forget(bdf, true);
	if (require_device(&dev, bdf))
		return false;
	ok = !give_back(&dev, args->wait) && forget(bdf, args->persist);
	device_free(&dev);
	return ok;
}

/**
 * cmd_unbind() - the command "unbind"
 * @argc: number of arguments
 * @argv: arguments
 */
int cmd_unbind(int argc, char **argv)
{
	struct unbind_args args = { 0 };
	unsigned int i;
	int code;

	code = cmd_parse(&unbind_argp, argc, argv, &args);
	if (!code && args.all_functions)
		bdf_args_add_slots(&args.bdf);
	for (i = 0; code != EXIT_USAGE && i < args.bdf.count; i++)
		if (!unbind(&args.bdf.list[i], &args))
			code = EXIT_ERROR;
	free(args.bdf.list);
	return code;
}
