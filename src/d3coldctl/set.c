// SPDX-License-Identifier: GPL-2.0-only
/*
 * d3coldctl set
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "device.h"
#include "output.h"
#include "settings.h"
#include "util.h"

struct assignment {
	const struct setting *setting;
	const char *value;
};

struct set_args {
	struct bdf_args bdf;
	struct assignment *list;
	size_t count;
};

static void add_assignment(struct set_args *args,
			   const struct argp_state *state, char *arg)
{
	char *value = strchr(arg, '=');
	const struct setting *setting;
	char *wrong;

	if (!value)
		usage_error(state, "'%s' is not KEY=VALUE", arg);
	*value++ = '\0';
	setting = setting_find(arg);
	if (!setting)
		usage_error(state, "there is no setting '%s'", arg);
	wrong = setting_check(setting, value);
	if (wrong)
		usage_error(state, "%s", wrong);
	args->list = xrealloc(args->list, args->count + 1, sizeof(*args->list));
	args->list[args->count].setting = setting;
	args->list[args->count++].value = value;
}

static error_t parse_set(int key, char *arg, struct argp_state *state)
{
	struct set_args *args = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (args->bdf.count)
			add_assignment(args, state, arg);
		else
			bdf_args_add(&args->bdf, state, arg);
		return 0;
	case ARGP_KEY_END:
		if (!args->bdf.count || !args->count)
			usage_error(state, "say which device and what to set");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static char *set_help(int key, const char *text,
		      void *input __attribute__((unused)))
{
	char *help = NULL;
	unsigned int i;
	size_t len, k;
	FILE *f;

	if (key != ARGP_KEY_HELP_EXTRA)
		return (char *)text;
	f = open_memstream(&help, &len);
	if (!f)
		return NULL;
	fputs("Settings:\n", f);
	for (i = 0; i < N_SETTINGS; i++) {
		const struct setting *s = &settings[i];

		fprintf(f, "  %-19s %s\n", s->key, s->summary);
		for (k = 0; s->values && s->values[k]; k++)
			fprintf(f, "%s%s", k ? ", " : "                      ",
				s->values[k]);
		if (s->values)
			fputc('\n', f);
	}
	fclose(f);
	return help;
}

static const struct argp set_argp = {
	.parser = parse_set,
	.args_doc = "BDF KEY=VALUE...",
	.doc = "Change settings of a device that d3cold-vfio-pci has. They "
	       "last until the device is unbound.\v" EXIT_DOC,
	.children = common_options,
	.help_filter = set_help,
};

/* Stops at the first refusal: what follows may build on it. */
static int apply(const struct device *dev, const struct set_args *args)
{
	size_t i;

	for (i = 0; i < args->count; i++) {
		const struct assignment *a = &args->list[i];
		char *now;
		int err;

		err = setting_write(a->setting, dev, a->value);
		if (err) {
			setting_refused(a->setting, dev, a->value, err);
			if (i + 1 < args->count)
				msg_warning(
					dev->id, NULL,
					"the settings after %s were not tried",
					a->setting->key);
			return EXIT_ERROR;
		}
		now = setting_read(a->setting, dev);
		out_text("%s: %s is now %s\n", dev->id, a->setting->key,
			 or_dash(now));
		free(now);
	}
	return EXIT_OK;
}

/**
 * cmd_set() - the command "set"
 * @argc: number of arguments
 * @argv: arguments
 */
int cmd_set(int argc, char **argv)
{
	struct set_args args = { 0 };
	struct device dev;
	int code;

	code = cmd_parse(&set_argp, argc, argv, &args);
	if (!code)
		code = require_ours(&dev, args.bdf.list);
	if (!code) {
		code = apply(&dev, &args);
		device_free(&dev);
		if (!device_read(&dev, args.bdf.list))
			out_device(device_json(&dev));
		device_free(&dev);
	}
	free(args.bdf.list);
	free(args.list);
	return code;
}
