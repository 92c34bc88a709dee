// SPDX-License-Identifier: GPL-2.0-only
/*
 * d3coldctl list
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "device.h"
#include "names.h"
#include "output.h"
#include "util.h"

struct list_args {
	bool all;
};

static error_t parse_list(int key, char *arg __attribute__((unused)),
			  struct argp_state *state)
{
	struct list_args *args = state->input;

	switch (key) {
	case 'a':
		args->all = true;
		return 0;
	case ARGP_KEY_ARG:
		usage_error(state, "list takes no device; see status");
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{ "all", 'a', NULL, 0,
	  "All PCI devices with their numbers, whatever driver they have", 0 },
	{ 0 }
};

static const struct argp list_argp = {
	.options = options,
	.parser = parse_list,
	.doc = "List the devices that d3cold-vfio-pci or another vfio driver "
	       "has. No device is woken by this.\v" EXIT_DOC,
	.children = common_options,
};

static void add_row(struct table *table, const struct device *dev)
{
	char numbers[16], blockers[24] = "", asleep[DURATION_LEN] = "";
	char *name = device_name(dev);
	uint64_t ms;

	snprintf(numbers, sizeof(numbers), "%04x:%04x", (int)dev->vendor,
		 (int)dev->device);
	if (device_stat(dev, "time_d3cold_ms", &ms))
		format_ms(asleep, ms);
	if (dev->has_blockers)
		snprintf(blockers, sizeof(blockers), "%zu", dev->n_blockers);
	table_row(table,
		  (const char *const[]){
			  dev->id, numbers, name, dev->driver,
			  dev->d3cold[D3COLD_STATE], dev->power_state,
			  dev->d3cold[D3COLD_POLICY], asleep, blockers });
	free(name);
}

static void print_table(const struct device_list *list, bool all)
{
	const struct column columns[] = {
		{ "DEVICE", COLUMN_TEXT, false },
		{ "ID", COLUMN_TEXT, !all },
		{ "NAME", COLUMN_TRUNC, false },
		{ "DRIVER", COLUMN_TEXT, false },
		{ "STATE", COLUMN_TEXT, false },
		{ "POWER", COLUMN_TEXT, false },
		{ "POLICY", COLUMN_TEXT, false },
		{ "ASLEEP", COLUMN_NUMBER, false },
		{ "BLOCKERS", COLUMN_NUMBER, false },
	};
	struct table *table = table_new(columns, ARRAY_SIZE(columns));
	size_t i;

	for (i = 0; i < list->n; i++)
		add_row(table, &list->v[i]);
	table_print_and_free(table);
}

/**
 * cmd_list() - the command "list"
 * @argc: number of arguments
 * @argv: arguments
 */
int cmd_list(int argc, char **argv)
{
	struct list_args args = { 0 };
	struct device_list list;
	size_t i;
	int err;

	err = cmd_parse(&list_argp, argc, argv, &args);
	if (err)
		return err;
	err = device_list_read(&list, args.all ? DEVICES_ALL : DEVICES_VFIO,
			       output_is_json() ? DETAIL_FULL : DETAIL_SUMMARY);
	if (err) {
		msg_error(NULL, "is sysfs mounted, and has the machine PCI?",
			  "cannot read the PCI devices: %s", strerror(-err));
		return EXIT_ERROR;
	}
	if (output_is_json()) {
		for (i = 0; i < list.n; i++)
			out_device(device_json(&list.v[i]));
	} else if (list.n) {
		print_table(&list, args.all);
	} else if (args.all) {
		out_text("This machine has no PCI devices.\n");
	} else {
		out_text(
			"No device has a vfio driver. \"d3coldctl list --all\" shows all devices,\n"
			"\"d3coldctl bind BDF\" hands one to " DRIVER_NAME
			".\n");
	}
	device_list_free(&list);
	return EXIT_OK;
}
