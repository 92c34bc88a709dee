/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * d3coldctl - what every command shares: the table entry, the exit codes, and
 * the way to parse arguments so that all commands behave alike.
 */
#ifndef D3COLDCTL_CMD_H
#define D3COLDCTL_CMD_H

#include <argp.h>
#include <stdbool.h>

/* Fixed: scripts rely on them. Keep --help and the man page in step. */
enum exit_code {
	EXIT_OK = 0,
	EXIT_ERROR = 1,
	EXIT_USAGE = 2,
	EXIT_NOT_COLD = 3,
	EXIT_UNSUPPORTED = 77,
};

#define EXIT_DOC                                                           \
	"Exit status: 0 success, 1 error, 2 wrong usage, 3 not in D3cold " \
	"or blockers found, 77 not supported by this device or driver."

struct cmd {
	const char *name;
	const char *args;
	const char *summary;
	int (*run)(int argc, char **argv);
};

int cmd_list(int argc, char **argv);
int cmd_bind(int argc, char **argv);
int cmd_unbind(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_set(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_inhibit(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_recover(int argc, char **argv);
int cmd_watch(int argc, char **argv);
int cmd_cycle(int argc, char **argv);
int cmd_metrics(int argc, char **argv);
int cmd_timeline(int argc, char **argv);

/* Options every command takes; put it into the children of its argp. */
extern const struct argp_child common_options[];

/* Parses a command's arguments; anything but EXIT_OK ends the command. */
int cmd_parse(const struct argp *argp, int argc, char **argv, void *input);

/* With --json argp may not print: say that an option was wrong. */
void report_bad_option(int argc, char **argv);

/* Reports a usage error (as JSON if so asked) and exits with EXIT_USAGE. */
void usage_error(const struct argp_state *state, const char *fmt, ...)
	__attribute__((noreturn, format(printf, 2, 3)));

/*
 * The BDFs that the user named. Collected by the argp parsers of the commands;
 * malformed ones are usage errors at once.
 */
struct bdf;
struct device;
struct bdf_args {
	struct bdf *list;
	unsigned int count;
};

enum how_many {
	ONE_DEVICE,
	ONE_DEVICE_OR_ALL, /* none named: all */
	DEVICES,
};

error_t parse_devices(struct bdf_args *args, int key, const char *arg,
		      const struct argp_state *state, enum how_many how);
void bdf_args_add(struct bdf_args *args, const struct argp_state *state,
		  const char *text);
void bdf_args_add_slots(struct bdf_args *args);
void bdf_args_add_ours(struct bdf_args *args);

/* Read a device, or say why not; anything but EXIT_OK ends the command. */
int require_device(struct device *dev, const struct bdf *bdf);
int require_ours(struct device *dev, const struct bdf *bdf);
int refuse_not_ours(const struct device *dev);

#endif
