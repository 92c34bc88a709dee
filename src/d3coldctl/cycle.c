// SPDX-License-Identifier: GPL-2.0-only
/*
 * d3coldctl cycle
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "cycle.h"
#include "output.h"
#include "settings.h"
#include "stop.h"
#include "users.h"
#include "util.h"

#define DEFAULT_CYCLES 10
#define DEFAULT_DELAY_MS 100

struct cycle_args {
	struct bdf_args device;
	unsigned long n;
	unsigned long delay_ms;
};

/* A setting that the run changes, and what it was. */
struct borrowed {
	const char *key;
	char *before;
};

static error_t parse_cycle(int key, char *arg, struct argp_state *state)
{
	struct cycle_args *args = state->input;

	switch (key) {
	case 'n':
		if (!parse_uint(arg, 1000000, &args->n) || !args->n)
			usage_error(
				state,
				"'%s' is no number of cycles (1 to 1000000)",
				arg);
		return 0;
	case 'd':
		if (!parse_uint(arg, 60000, &args->delay_ms))
			usage_error(
				state,
				"'%s' is no delay in milliseconds (0 to 60000)",
				arg);
		return 0;
	case ARGP_KEY_ARG:
		if (args->device.count)
			usage_error(state, "cycle takes one device");
		bdf_args_add(&args->device, state, arg);
		return 0;
	case ARGP_KEY_NO_ARGS:
		usage_error(state, "say which device; see \"d3coldctl list\"");
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{ "cycles", 'n', "N", 0, "How many D3cold cycles (default 10)", 0 },
	{ "delay", 'd', "MS", 0,
	  "How long it idles before it is powered off, during the run (default 100)",
	  0 },
	{ 0 }
};

static const struct argp cycle_argp = {
	.options = options,
	.parser = parse_cycle,
	.args_doc = "BDF",
	.doc = "Find out whether a device and its platform do D3cold reliably: "
	       "open the device as a virtual machine would, power it off and "
	       "on N times, verify it each time, and report. Ctrl-C ends this "
	       "and leaves the device as it was.\v" EXIT_DOC
	       " With \"cycle\", 3 also says that a cycle failed.",
	.children = common_options,
};

static int borrow(struct borrowed *b, const struct device *dev,
		  const char *value)
{
	const struct setting *setting = setting_find(b->key);
	int err;

	b->before = setting_read(setting, dev);
	err = setting_write(setting, dev, value);
	if (!err)
		return EXIT_OK;
	free(b->before);
	b->before = NULL;
	setting_refused(setting, dev, value, err);
	return EXIT_ERROR;
}

static void give_back(struct borrowed *b, const struct device *dev)
{
	int err = b->before ?
			  setting_write(setting_find(b->key), dev, b->before) :
			  0;

	if (err)
		msg_warning(dev->id, NULL, "cannot set %s back to %s: %s",
			    b->key, b->before, strerror(-err));
	free(b->before);
}

static int run_borrowed(struct cycle_result *r, const struct device *dev)
{
	struct borrowed delay = { .key = "delay" };
	struct borrowed budget = { .key = "max_cycles_per_min" };
	char *ms = xasprintf("%lu", r->delay_ms);
	int code = borrow(&delay, dev, ms);

	if (!code)
		code = borrow(&budget, dev, "0");
	if (!code)
		code = cycle_run(r, dev);
	give_back(&budget, dev);
	give_back(&delay, dev);
	free(ms);
	return code;
}

static int refuse(const struct device *dev, int code, const char *what,
		  const char *detail, const char *hint)
{
	msg_error(dev->id, hint, "%s%s%s", what, detail ? ": " : "",
		  detail ?: "");
	return code;
}

/* What would make every cycle fail is said at once. */
static int may_cycle(const struct device *dev)
{
	const char *state = dev->d3cold[D3COLD_STATE];
	const char *policy = dev->d3cold[D3COLD_POLICY];
	const char *qualified = dev->d3cold[D3COLD_QUALIFIED];
	char *text;

	if (!state || !policy)
		return refuse(dev, EXIT_UNSUPPORTED,
			      "the loaded driver is too old", NULL,
			      "update the driver");
	if (streq(state, "lost")) {
		text = xasprintf("d3coldctl recover %s", dev->id);
		refuse(dev, EXIT_NOT_COLD, "the device is lost", NULL, text);
		free(text);
		return EXIT_NOT_COLD;
	}
	if (!streq(state, "idle")) {
		text = users_describe(dev);
		refuse(dev, EXIT_ERROR, "it is in use", text ?: state,
		       "stop its user first");
		free(text);
		return EXIT_ERROR;
	}
	if (streq(policy, "off") || streq(policy, "idle")) {
		text = xasprintf("d3coldctl set %s policy=explicit", dev->id);
		refuse(dev, EXIT_NOT_COLD,
		       "its policy does not let a user power it off", policy,
		       text);
		free(text);
		return EXIT_NOT_COLD;
	}
	if (qualified && *qualified != '1')
		return refuse(
			dev, EXIT_NOT_COLD,
			"it has not come back from a D3cold of its own yet",
			qualified[1] ? qualified + 2 : NULL,
			"try again when its status says \"qualified\"");
	return EXIT_OK;
}

static int cycle(const struct cycle_args *args)
{
	struct cycle_result result = { .wanted = args->n,
				       .delay_ms = args->delay_ms };
	struct device dev, after;
	int code = require_ours(&dev, args->device.list);

	if (code)
		return code;
	code = may_cycle(&dev);
	if (code)
		goto out;
	stop_catch();
	code = run_borrowed(&result, &dev);
	if (code)
		goto out_result;
	latency_sort(&result.wake);
	device_read(&after, &dev.bdf);
	cycle_report(&result, &after);
	device_free(&after);
	if (result.lost)
		msg_error(dev.id, "try \"d3coldctl recover\", then see dmesg",
			  "the device did not come back");
	if (result.n_failures)
		code = EXIT_NOT_COLD;
	else if (result.interrupted)
		code = EXIT_ERROR;
out_result:
	cycle_result_free(&result);
out:
	device_free(&dev);
	return code;
}

/**
 * cmd_cycle() - the command "cycle"
 * @argc: number of arguments
 * @argv: arguments
 */
int cmd_cycle(int argc, char **argv)
{
	struct cycle_args args = { .n = DEFAULT_CYCLES,
				   .delay_ms = DEFAULT_DELAY_MS };
	int code;

	code = cmd_parse(&cycle_argp, argc, argv, &args);
	if (!code)
		code = cycle(&args);
	free(args.device.list);
	return code;
}
