// SPDX-License-Identifier: GPL-2.0-only
/*
 * d3coldctl inhibit
 */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd.h"
#include "device.h"
#include "inhibit.h"
#include "output.h"
#include "util.h"

struct inhibit_args {
	struct bdf_args bdf;
	char **command; /* the end of argv */
};

static error_t parse_inhibit(int key, char *arg, struct argp_state *state)
{
	struct inhibit_args *args = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (!args->bdf.count) {
			bdf_args_add(&args->bdf, state, arg);
		} else {
			args->command = &state->argv[state->next - 1];
			state->next = state->argc;
		}
		return 0;
	case ARGP_KEY_END:
		if (!args->command)
			usage_error(state,
				    "say which device and which command");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp inhibit_argp = {
	.parser = parse_inhibit,
	.args_doc = "BDF -- COMMAND [ARGUMENTS]",
	.doc = "Keep a device awake while a command runs, however it ends. The "
	       "exit status is the command's.\v" EXIT_DOC,
	.children = common_options,
};

/* As a shell does: what the terminal sends is for the command. */
static int run(char **command)
{
	int status = 0;
	pid_t pid;
	int err;

	err = posix_spawnp(&pid, *command, NULL, NULL, command, environ);
	if (err) {
		msg_error(NULL, NULL, "cannot run %s: %s", *command,
			  strerror(err));
		return err == ENOENT ? 127 : 126;
	}
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
				     WEXITSTATUS(status);
}

static int inhibit(const struct inhibit_args *args)
{
	struct device dev;
	int code, fd;

	code = require_device(&dev, args->bdf.list);
	if (code)
		return code;
	fd = inhibit_begin(&dev);
	if (fd < 0) {
		msg_error(dev.id,
			  fd == -EACCES || fd == -EPERM ?
				  "this needs root: try sudo" :
				  "see dmesg",
			  "cannot be kept awake: %s", strerror(-fd));
		code = EXIT_ERROR;
	} else {
		code = run(args->command);
		close(fd);
	}
	device_free(&dev);
	return code;
}

/**
 * cmd_inhibit() - the command "inhibit"
 * @argc: number of arguments
 * @argv: arguments
 */
int cmd_inhibit(int argc, char **argv)
{
	struct inhibit_args args = { 0 };
	int code;

	code = cmd_parse(&inhibit_argp, argc, argv, &args);
	if (!code)
		code = inhibit(&args);
	free(args.bdf.list);
	return code;
}
