// SPDX-License-Identifier: GPL-2.0-only
/*
 * d3coldctl metrics
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "device.h"
#include "keep.h"
#include "metrics.h"
#include "output.h"
#include "util.h"

struct metrics_args {
	const char *output;
	const char *keep;
};

static error_t parse_metrics(int key, char *arg, struct argp_state *state)
{
	struct metrics_args *args = state->input;

	switch (key) {
	case 'o':
		args->output = arg;
		return 0;
	case 'k':
		args->keep = arg;
		return 0;
	case ARGP_KEY_ARG:
		usage_error(state, "metrics takes no device");
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{ "output", 'o', "FILE", 0,
	  "Replace this file as a whole instead of printing", 0 },
	{ "keep", 'k', "FILE", 0,
	  "Add up counters across rebinds and reboots in this file", 0 },
	{ 0 }
};

static const struct argp metrics_argp = {
	.options = options,
	.parser = parse_metrics,
	.doc = "Print the counters and states of all devices that " DRIVER_NAME
	       " has, as Prometheus reads them. No device is woken by "
	       "this.\v" EXIT_DOC,
	.children = common_options,
};

static int cannot(const char *what, const char *path, int err)
{
	msg_error(NULL, "is its folder there, and may you write to it?",
		  "cannot %s %s: %s", what, path, strerror(-err));
	return EXIT_ERROR;
}

static int print(const struct metrics_args *args,
		 const struct device_list *list)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	int err;

	if (!f) {
		msg_error(NULL, NULL, "out of memory");
		return EXIT_ERROR;
	}
	metrics_print(f, list);
	fclose(f);
	if (!args->output) {
		out_text("%s", text);
		free(text);
		return EXIT_OK;
	}
	err = file_replace(args->output, text);
	free(text);
	return err ? cannot("write", args->output, err) : EXIT_OK;
}

/* Only those that are ours stay in the list. */
static void only_ours(struct device_list *list)
{
	size_t i, kept = 0;

	for (i = 0; i < list->n; i++) {
		if (list->v[i].is_ours)
			list->v[kept++] = list->v[i];
		else
			device_free(&list->v[i]);
	}
	list->n = kept;
}

static int metrics(const struct metrics_args *args)
{
	struct device_list list;
	int code = EXIT_OK;
	size_t i;
	int err;

	err = device_list_read(&list, DEVICES_VFIO, DETAIL_FULL);
	if (err) {
		msg_error(NULL, "is sysfs mounted, and has the machine PCI?",
			  "cannot read the PCI devices: %s", strerror(-err));
		return EXIT_ERROR;
	}
	only_ours(&list);
	err = args->keep ? keep_counters(args->keep, &list) : 0;
	if (err)
		code = cannot("keep counters in", args->keep, err);
	/* Sums that are none would look like a reset of the counters. */
	if (!code)
		code = print(args, &list);
	for (i = 0; i < list.n; i++)
		out_device(device_json(&list.v[i]));
	device_list_free(&list);
	return code;
}

/**
 * cmd_metrics() - the command "metrics"
 * @argc: number of arguments
 * @argv: arguments
 */
int cmd_metrics(int argc, char **argv)
{
	struct metrics_args args = { 0 };
	int code = cmd_parse(&metrics_argp, argc, argv, &args);

	return code ?: metrics(&args);
}
