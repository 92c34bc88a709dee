// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arguments: argp, made to behave the same in every command and with --json.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "device.h"
#include "output.h"
#include "util.h"

/* main() has looked for --json already, as errors before it depend on it. */
static error_t parse_common(int key, char *arg __attribute__((unused)),
			    struct argp_state *state __attribute__((unused)))
{
	return key == 'j' ? 0 : ARGP_ERR_UNKNOWN;
}

static const struct argp_option options[] = {
	{ "json", 'j', NULL, 0, "Print JSON, errors included", -2 }, { 0 }
};

static const struct argp common = { .options = options,
				    .parser = parse_common };

const struct argp_child common_options[] = { { &common, 0, NULL, 0 }, { 0 } };

/**
 * usage_error() - refuse what the user wrote
 * @state: of the argp parser
 * @fmt:   what is wrong with it
 */
void usage_error(const struct argp_state *state, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	if (output_is_json()) {
		msg_error(NULL, "d3coldctl --help", "%s", text);
		free(text);
		exit(output_finish(EXIT_USAGE));
	}
	argp_error(state, "%s", text);
	exit(EXIT_USAGE);
}

/**
 * report_bad_option() - report an error that argp was not allowed to print
 * @argc: number of arguments
 * @argv: the arguments; argp does not say which of them it was
 */
void report_bad_option(int argc, char **argv)
{
	char *text = NULL, *longer;
	int i;

	for (i = 1; i < argc; i++) {
		longer = xasprintf("%s%s%s", text ?: "", text ? " " : "",
				   argv[i]);
		free(text);
		text = longer;
	}
	msg_error(NULL, "d3coldctl --help",
		  "an option is not known or lacks its value: %s", text ?: "");
	free(text);
}

/**
 * cmd_parse() - parse the arguments of a command
 * @argp:  what it takes
 * @argc:  number of arguments, the command's name included
 * @argv:  the arguments
 * @input: for the parser
 *
 * Exits by itself for --help and for errors in text mode. With --json argp
 * must not print, so its errors are reported here.
 *
 * Return: EXIT_OK or EXIT_USAGE.
 */
int cmd_parse(const struct argp *argp, int argc, char **argv, void *input)
{
	unsigned int flags = output_is_json() ? ARGP_NO_ERRS : 0;

	if (!argp_parse(argp, argc, argv, flags, NULL, input))
		return EXIT_OK;
	report_bad_option(argc, argv);
	return EXIT_USAGE;
}

static void add(struct bdf_args *args, const struct bdf *bdf)
{
	unsigned int i;

	for (i = 0; i < args->count; i++)
		if (!bdf_compare(&args->list[i], bdf))
			return;
	args->list = xrealloc(args->list, args->count + 1, sizeof(*args->list));
	args->list[args->count++] = *bdf;
}

/**
 * bdf_args_add() - take an argument as the address of a device
 * @args:  where to add it; one named twice is added once
 * @state: of the argp parser
 * @text:  what the user wrote
 */
void bdf_args_add(struct bdf_args *args, const struct argp_state *state,
		  const char *text)
{
	struct bdf bdf;

	if (!bdf_parse(text, &bdf))
		usage_error(state,
			    "'%s' is not a PCI address such as 0000:01:00.0",
			    text);
	add(args, &bdf);
}

/**
 * parse_devices() - what argp parsers do about arguments that name devices
 * @args:  the devices so far
 * @key:   of the parser
 * @arg:   of the parser
 * @state: of the parser
 * @how:   how many the command takes
 *
 * Return: 0, or ARGP_ERR_UNKNOWN if this is no matter of devices.
 */
error_t parse_devices(struct bdf_args *args, int key, const char *arg,
		      const struct argp_state *state, enum how_many how)
{
	const char *space;

	switch (key) {
	case ARGP_KEY_ARG:
		space = strrchr(state->name, ' ');
		if (args->count && how != DEVICES)
			usage_error(state, "%s takes one device",
				    space ? space + 1 : state->name);
		bdf_args_add(args, state, arg);
		return 0;
	case ARGP_KEY_NO_ARGS:
		if (how != ONE_DEVICE_OR_ALL)
			usage_error(
				state,
				"say which device; see \"d3coldctl list --all\"");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/**
 * bdf_args_add_slots() - add the other functions of the devices named
 * @args: the devices that the user named
 */
void bdf_args_add_slots(struct bdf_args *args)
{
	struct bdf_args all = { 0 };
	unsigned int i;

	for (i = 0; i < args->count; i++) {
		size_t n, k;
		struct bdf *slot = slot_functions(&args->list[i], &n);

		for (k = 0; k < n; k++)
			add(&all, &slot[k]);
		free(slot);
	}
	free(args->list);
	*args = all;
}

/**
 * bdf_args_add_ours() - add all devices that our driver has
 * @args: the devices so far
 */
void bdf_args_add_ours(struct bdf_args *args)
{
	struct device_list list;
	size_t i;

	device_list_read(&list, DEVICES_VFIO, DETAIL_SUMMARY);
	for (i = 0; i < list.n; i++)
		if (list.v[i].is_ours)
			add(args, &list.v[i].bdf);
	device_list_free(&list);
}

/**
 * require_device() - read a device that the user named
 * @dev: result, to be freed by device_free() if the device exists
 * @bdf: its address
 *
 * Return: EXIT_OK, or EXIT_ERROR after saying that there is none.
 */
int require_device(struct device *dev, const struct bdf *bdf)
{
	if (!device_read(dev, bdf))
		return EXIT_OK;
	msg_error(dev->id, "\"d3coldctl list --all\" shows all devices",
		  "there is no such PCI device");
	return EXIT_ERROR;
}

/**
 * refuse_not_ours() - say that a device is not bound to our driver
 * @dev: device
 *
 * Return: EXIT_UNSUPPORTED.
 */
int refuse_not_ours(const struct device *dev)
{
	char *hint = xasprintf("d3coldctl bind %s", dev->id);

	msg_error(dev->id, hint, "not bound to %s (driver: %s)", DRIVER_NAME,
		  dev->driver ?: "none");
	free(hint);
	return EXIT_UNSUPPORTED;
}

/**
 * require_ours() - read a device that must be bound to our driver
 * @dev: result, to be freed by device_free() on success
 * @bdf: its address
 *
 * Return: EXIT_OK, EXIT_ERROR or EXIT_UNSUPPORTED, the reason having been said.
 */
int require_ours(struct device *dev, const struct bdf *bdf)
{
	int code = require_device(dev, bdf);

	if (code || dev->is_ours)
		return code;
	code = refuse_not_ours(dev);
	device_free(dev);
	return code;
}
