// SPDX-License-Identifier: GPL-2.0-only
/*
 * d3coldctl check: every gate on the way to D3cold, in order.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "checks.h"
#include "names.h"
#include "output.h"
#include "sysfs.h"
#include "util.h"

enum {
	OPT_FIX = 0x100,
	OPT_WAKE,
};

struct check_args {
	struct bdf_args bdf;
	bool all;
	bool fix;
	bool wake;
};

static error_t parse_check(int key, char *arg, struct argp_state *state)
{
	struct check_args *args = state->input;

	switch (key) {
	case 'a':
		args->all = true;
		return 0;
	case OPT_FIX:
		args->fix = true;
		return 0;
	case OPT_WAKE:
		args->wake = true;
		return 0;
	case ARGP_KEY_END:
		if (!args->all == !args->bdf.count)
			usage_error(state, "say which device, or --all");
		return 0;
	case ARGP_KEY_NO_ARGS:
		return 0;
	default:
		return parse_devices(&args->bdf, key, arg, state, DEVICES);
	}
}

static const struct argp_option options[] = {
	{ "all", 'a', NULL, 0, "All devices that d3cold-vfio-pci has", 0 },
	{ "fix", OPT_FIX, NULL, 0,
	  "Open the gates that can be opened without taking anything from "
	  "anybody, and say which",
	  0 },
	{ "wake", OPT_WAKE, NULL, 0,
	  "Wake the device if there is something that only it can tell", 0 },
	{ 0 }
};

static const struct argp check_argp = {
	.options = options,
	.parser = parse_check,
	.args_doc = "BDF...\n--all",
	.doc = "Look at every gate on a device's way to D3cold, and say what "
	       "to do about those that are closed. No device is woken by this. "
	       "Success means that D3cold can be reached.\v" EXIT_DOC,
	.children = common_options,
};

static void print_finding(const struct finding *f)
{
	out_text("  %-14s %-8s %s\n", f->gate,
		 f->verdict == GATE_BLOCKED ? "BLOCKED" :
					      verdict_name[f->verdict],
		 f->found);
	if (f->fix)
		out_text("  %-23s -> %s\n", "", f->fix);
}

static struct json_object *finding_json(const struct finding *f)
{
	struct json_object *obj = json_object_new_object();

	json_add_string(obj, "gate", f->gate);
	json_add_string(obj, "verdict", verdict_name[f->verdict]);
	json_add_string(obj, "found", f->found);
	json_add_string(obj, "fix", f->fix);
	json_object_object_add(obj, "fixable",
			       json_object_new_boolean(f->file != NULL));
	return obj;
}

static void print_json(const struct checks *c, struct json_object *done)
{
	struct json_object *obj = device_json(c->dev);
	struct json_object *list = json_object_new_array();
	size_t i;

	for (i = 0; i < c->n; i++)
		json_object_array_add(list, finding_json(&c->v[i]));
	json_object_object_add(obj, "checks", list);
	json_object_object_add(obj, "fixed", json_object_get(done));
	json_object_object_add(obj, "d3cold_reachable",
			       json_object_new_boolean(!checks_blocked(c)));
	out_device(obj);
}

static void print_checks(const struct checks *c, struct json_object *done)
{
	size_t i, n = checks_blocked(c);
	char *name;

	if (output_is_json()) {
		print_json(c, done);
		return;
	}
	name = device_name(c->dev);
	out_text("%s  %s\n", c->dev->id, name);
	free(name);
	for (i = 0; i < c->n; i++)
		print_finding(&c->v[i]);
	if (n)
		out_text("%s: %zu thing%s out of D3cold\n", c->dev->id, n,
			 n == 1 ? " keeps it" : "s keep it");
	else if (device_is_cold(c->dev))
		out_text("%s: is in D3cold\n", c->dev->id);
	else
		out_text("%s: nothing keeps it out of D3cold\n", c->dev->id);
}

/* Writes what may be written; what was is told, and collected for JSON. */
static bool fix(const struct checks *c, struct json_object *done)
{
	bool ok = true;
	size_t i;

	for (i = 0; i < c->n; i++) {
		const struct finding *f = &c->v[i];
		char *text;
		int err;

		if (!f->file)
			continue;
		err = sysfs_write(f->file, f->value);
		if (err) {
			msg_error(c->dev->id,
				  err == -EACCES || err == -EROFS ?
					  "this needs root: try sudo" :
					  "see dmesg",
				  "cannot write %s to /sys/%s: %s", f->value,
				  f->file, strerror(-err));
			ok = false;
			continue;
		}
		text = xasprintf("wrote %s to /sys/%s", f->value, f->file);
		out_text("%s: %s\n", c->dev->id, text);
		json_object_array_add(done, json_object_new_string(text));
		free(text);
	}
	return ok;
}

static bool read_again(struct checks *c, struct device *dev, bool wake)
{
	struct bdf bdf = dev->bdf;
	int err;

	checks_free(c);
	device_free(dev);
	err = device_read(dev, &bdf);
	if (err)
		msg_error(dev->id, NULL, "the device has gone");
	else
		checks_run(c, dev, wake);
	return !err;
}

#define STEP_MS 100
#define SETTLED_MS 1000
#define SLEEPS_MS 5000 /* and the delay: ports take their time, too */

/*
 * What was written takes effect a little later. With the last gate open the
 * device falls asleep: see it do so.
 */
static bool look_again(struct checks *c, struct device *dev, bool wake)
{
	unsigned long ms, delay = 0;

	if (dev->autosuspend_delay_ms)
		parse_uint(dev->autosuspend_delay_ms, 60000, &delay);
	for (ms = 0; ms < delay + SLEEPS_MS; ms += STEP_MS) {
		if (!read_again(c, dev, wake))
			return false;
		if (!dev->is_ours || (checks_blocked(c) ? ms >= SETTLED_MS :
							  device_is_cold(dev)))
			break;
		usleep(STEP_MS * 1000);
	}
	return true;
}

static int check(struct device *dev, const struct check_args *args)
{
	struct json_object *done = json_object_new_array();
	struct checks checks;
	int code = EXIT_OK;
	bool there = true;

	checks_run(&checks, dev, args->wake);
	if (args->fix) {
		if (!fix(&checks, done))
			code = EXIT_ERROR;
		if (json_object_array_length(done))
			there = look_again(&checks, dev, args->wake);
	}
	if (there) {
		print_checks(&checks, done);
		if (!code && checks_blocked(&checks))
			code = EXIT_NOT_COLD;
		checks_free(&checks);
	} else {
		code = EXIT_ERROR;
	}
	json_object_put(done);
	return code;
}

/* An error of one device counts more than blockers of another. */
static int worse(int a, int b)
{
	return a == EXIT_ERROR || !b ? a : b;
}

/**
 * cmd_check() - the command "check"
 * @argc: number of arguments
 * @argv: arguments
 */
int cmd_check(int argc, char **argv)
{
	struct check_args args = { 0 };
	unsigned int i;
	int code;

	code = cmd_parse(&check_argp, argc, argv, &args);
	/* Read when its turn comes: what --fix does to one changes the others. */
	if (!code && args.all)
		bdf_args_add_ours(&args.bdf);
	if (!code && !args.bdf.count)
		out_text("No device is bound to " DRIVER_NAME ".\n");
	for (i = 0; code != EXIT_USAGE && i < args.bdf.count; i++) {
		struct device dev;

		if (i)
			out_text("\n");
		if (require_device(&dev, &args.bdf.list[i])) {
			code = EXIT_ERROR;
			continue;
		}
		code = worse(code, check(&dev, &args));
		device_free(&dev);
	}
	free(args.bdf.list);
	return code;
}
