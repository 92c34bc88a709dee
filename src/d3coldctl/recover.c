// SPDX-License-Identifier: GPL-2.0-only
/*
 * d3coldctl recover
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "device.h"
#include "output.h"
#include "sysfs.h"
#include "util.h"

static error_t parse_recover(int key, char *arg, struct argp_state *state)
{
	return parse_devices(state->input, key, arg, state, ONE_DEVICE);
}

static const struct argp recover_argp = {
	.parser = parse_recover,
	.args_doc = "BDF",
	.doc = "Try once more to get back a device that did not come back "
	       "from D3cold. Once it is back its policy is \"off\".\v" EXIT_DOC,
	.children = common_options,
};

static const char last_resort[] =
	"stop its user, unbind it, write 1 to its \"remove\" and to "
	"/sys/bus/pci/rescan; after that only a power cycle of the machine is "
	"left";

static int report(const struct device *dev, int err)
{
	const char *state = dev->d3cold[D3COLD_STATE];

	if (err == -ENOENT) {
		msg_error(dev->id, "update the driver",
			  "the loaded driver cannot recover devices");
		return EXIT_UNSUPPORTED;
	}
	if (err == -EACCES || err == -EROFS) {
		msg_error(dev->id, "this needs root: try sudo",
			  "cannot start the recovery: %s", strerror(-err));
		return EXIT_ERROR;
	}
	if (err) {
		msg_error(dev->id, last_resort,
			  "recovery failed: %s (state %s)", strerror(-err),
			  or_dash(state));
		return EXIT_ERROR;
	}
	if (streq(state, "lost")) {
		msg_error(dev->id, last_resort,
			  "recovery was tried and the device is still lost");
		return EXIT_ERROR;
	}
	out_text("%s: is there (state %s, policy %s)\n", dev->id,
		 or_dash(state), or_dash(dev->d3cold[D3COLD_POLICY]));
	return EXIT_OK;
}

static int recover(const struct bdf *bdf)
{
	struct device dev;
	char *path;
	int code, err;

	code = require_ours(&dev, bdf);
	if (code)
		return code;
	path = xasprintf("bus/pci/devices/%s/d3cold/recover", dev.id);
	err = sysfs_write(path, "1");
	free(path);
	device_free(&dev);
	if (device_read(&dev, bdf)) {
		msg_error(dev.id, "write 1 to /sys/bus/pci/rescan",
			  "the device has gone from the bus");
		return EXIT_ERROR;
	}
	if (err == -EALREADY) {
		msg_warning(dev.id, NULL, "the device was not lost");
		err = 0;
	}
	code = report(&dev, err);
	out_device(device_json(&dev));
	device_free(&dev);
	return code;
}

/**
 * cmd_recover() - the command "recover"
 * @argc: number of arguments
 * @argv: arguments
 */
int cmd_recover(int argc, char **argv)
{
	struct bdf_args args = { 0 };
	int code;

	code = cmd_parse(&recover_argp, argc, argv, &args);
	if (!code)
		code = recover(args.list);
	free(args.list);
	return code;
}
