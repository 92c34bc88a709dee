// SPDX-License-Identifier: GPL-2.0-only
/*
 * d3coldctl - companion tool of the d3cold-vfio-pci driver
 */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "output.h"
#include "util.h"

#ifndef VERSION
#error "VERSION must be given by the Makefile"
#endif

const char *argp_program_version = "d3coldctl " VERSION;

static const struct cmd commands[] = {
	{ "list", "[--all]", "devices that vfio drivers have, and their power",
	  cmd_list },
	{ "status", "BDF", "everything about one device and its slot",
	  cmd_status },
	{ "check", "BDF|--all",
	  "what keeps a device out of D3cold, and the fix", cmd_check },
	{ "bind", "BDF...", "hand devices to d3cold-vfio-pci", cmd_bind },
	{ "unbind", "BDF...", "give devices back to their host drivers",
	  cmd_unbind },
	{ "set", "BDF KEY=VALUE...", "change a device's settings", cmd_set },
	{ "inhibit", "BDF -- COMMAND", "keep a device awake while COMMAND runs",
	  cmd_inhibit },
	{ "report", "[BDF]", "all that a bug report needs, nothing private",
	  cmd_report },
	{ "recover", "BDF", "try to get a lost device back", cmd_recover },
	{ "cycle", "BDF", "power a device off and on N times, and verify it",
	  cmd_cycle },
	{ "metrics", "", "counters and states for Prometheus", cmd_metrics },
	{ "timeline", "", "draw power states and wakes over time",
	  cmd_timeline },
	{ "watch", "[BDF...]", "show what devices do, while they do it",
	  cmd_watch },
};

struct main_args {
	const struct cmd *cmd;
	int first; /* index of the command in argv */
};

static const struct cmd *find_command(const struct argp_state *state,
				      const char *name)
{
	const struct cmd *found = NULL;
	size_t i;

	for (i = 0; *name && i < ARRAY_SIZE(commands); i++) {
		if (streq(commands[i].name, name))
			return &commands[i];
		if (strncmp(commands[i].name, name, strlen(name)) != 0)
			continue;
		if (found)
			usage_error(state,
				    "command '%s' is ambiguous: %s or %s?",
				    name, found->name, commands[i].name);
		found = &commands[i];
	}
	if (!found)
		usage_error(state, "there is no command '%s'", name);
	return found;
}

static error_t parse_main(int key, char *arg, struct argp_state *state)
{
	struct main_args *args = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		args->cmd = find_command(state, arg);
		args->first = state->next - 1;
		state->next = state->argc; /* the rest is the command's */
		return 0;
	case ARGP_KEY_NO_ARGS:
		usage_error(state, "say which command");
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* The list of commands, between the options and the exit codes. */
static char *help_filter(int key, const char *text,
			 void *input __attribute__((unused)))
{
	char *help = NULL;
	size_t i, len;
	FILE *f;

	if (key != ARGP_KEY_HELP_EXTRA)
		return (char *)text;
	f = open_memstream(&help, &len);
	if (!f)
		return NULL;
	fputs("Commands (any unique beginning of a name will do):\n", f);
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(f, "  %-8s %-17s %s\n", commands[i].name,
			commands[i].args, commands[i].summary);
	fputs("\n\"d3coldctl COMMAND --help\" tells more.", f);
	fclose(f);
	return help;
}

static const struct argp main_argp = {
	.parser = parse_main,
	.args_doc = "COMMAND [ARGUMENTS]",
	.doc = "Let devices that are assigned to virtual machines sleep in "
	       "D3cold, and see how they do.\v" EXIT_DOC,
	.children = common_options,
	.help_filter = help_filter,
};

/* As argp does: a long option may be abbreviated, short ones joined. */
static bool is_option(const char *arg, const char *name, char key)
{
	size_t n = strlen(arg);

	if (!strncmp(arg, "--", 2))
		return n > 2 && !strncmp(name, arg, n);
	if (*arg != '-')
		return false;
	/* What follows a letter that takes a value is that value. */
	for (arg++; *arg && *arg != key; arg++)
		if (strchr("diknor", *arg))
			return false;
	return *arg == key;
}

/* Must be known before argp has its first error. --help is always text. */
static bool wants_json(int argc, char **argv)
{
	bool json = false;
	int i;

	for (i = 1; i < argc && !streq(argv[i], "--"); i++) {
		if (is_option(argv[i], "--help", '?') ||
		    is_option(argv[i], "--usage", '?') ||
		    is_option(argv[i], "--version", 'V'))
			return false;
		if (is_option(argv[i], "--json", 'j'))
			json = true;
	}
	return json;
}

int main(int argc, char **argv)
{
	struct main_args args = { 0 };
	unsigned int flags = ARGP_IN_ORDER;
	char *name;
	int code;

	argp_err_exit_status = EXIT_USAGE;
	output_set_json(wants_json(argc, argv));
	if (output_is_json())
		flags |= ARGP_NO_ERRS;
	if (argp_parse(&main_argp, argc, argv, flags, NULL, &args)) {
		report_bad_option(argc, argv);
		return output_finish(EXIT_USAGE);
	}
	name = xasprintf("d3coldctl %s", args.cmd->name);
	argv[args.first] = name;
	code = args.cmd->run(argc - args.first, argv + args.first);
	free(name);
	return output_finish(code);
}
