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
#include "persist.h"
#include "slots.h"
#include "topology.h"
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

/* Can it reach D3cold? Our driver knows; of others we know the platform. */
static const char *reachability(const struct device *dev)
{
	if (device_is_cold(dev))
		return "now";
	if (dev->has_blockers)
		return dev->n_blockers ? "no" : "yes";
	if (dev->is_ours)
		return NULL;
	return !device_is_bridge(dev) && power_can_be_cut(dev->id) ?
		       "if bound" :
		       "no";
}

static void add_row(struct table *table, const struct device *dev,
		    const struct slots *slots)
{
	char numbers[16], asleep[DURATION_LEN] = "";
	const char *reach = reachability(dev);
	char *name = device_name(dev);
	char reasons[32];
	uint64_t ms;

	snprintf(numbers, sizeof(numbers), "%04x:%04x", (int)dev->vendor,
		 (int)dev->device);
	if (dev->n_blockers && streq(reach, "no")) {
		snprintf(reasons, sizeof(reasons), "no (%zu)", dev->n_blockers);
		reach = reasons;
	}
	if (device_stat(dev, "time_d3cold_ms", &ms))
		format_ms(asleep, ms);
	table_row(table,
		  (const char *const[]){
			  dev->id, slot_name(slots, &dev->bdf), numbers, name,
			  dev->driver, dev->d3cold[D3COLD_STATE],
			  dev->power_state, dev->d3cold[D3COLD_POLICY], reach,
			  asleep, persist_exists(&dev->bdf) ? "yes" : NULL });
	free(name);
}

static void print_json(const struct device *dev, const struct slots *slots)
{
	struct json_object *obj = device_json(dev);

	json_add_string(obj, "slot", slot_name(slots, &dev->bdf));
	json_add_string(obj, "d3cold_reach", reachability(dev));
	json_object_object_add(
		obj, "persistent",
		json_object_new_boolean(persist_exists(&dev->bdf)));
	out_device(obj);
}

static void print_table(const struct device_list *list,
			const struct slots *slots, bool all)
{
	const struct column columns[] = {
		{ "DEVICE", COLUMN_TEXT, false },
		{ "SLOT", COLUMN_TEXT, !slots->n },
		{ "ID", COLUMN_TEXT, !all },
		{ "NAME", COLUMN_TRUNC, false },
		{ "DRIVER", COLUMN_TEXT, false },
		{ "STATE", COLUMN_TEXT, false },
		{ "POWER", COLUMN_TEXT, false },
		{ "POLICY", COLUMN_TEXT, false },
		{ "D3COLD", COLUMN_TEXT, false },
		{ "ASLEEP", COLUMN_NUMBER, false },
		{ "PERSISTENT", COLUMN_TEXT, false },
	};
	struct table *table = table_new(columns, ARRAY_SIZE(columns));
	size_t i;

	for (i = 0; i < list->n; i++)
		add_row(table, &list->v[i], slots);
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
	struct slots slots;
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
	slots_read(&slots);
	if (output_is_json()) {
		for (i = 0; i < list.n; i++)
			print_json(&list.v[i], &slots);
	} else if (list.n) {
		print_table(&list, &slots, args.all);
	} else if (args.all) {
		out_text("This machine has no PCI devices.\n");
	} else {
		out_text(
			"No device has a vfio driver. \"d3coldctl list --all\" shows all devices,\n"
			"\"d3coldctl bind BDF\" hands one to " DRIVER_NAME
			".\n");
	}
	slots_free(&slots);
	device_list_free(&list);
	return EXIT_OK;
}
