// SPDX-License-Identifier: GPL-2.0-only
/* poll(2) on a file of sysfs, which is woken when the file's value changes. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "vmm.h"

static int watched = -1;

/* Reading is what arms poll: changes after it are seen, those before are not. */
static void say_value(struct result *r)
{
	char value[256];
	ssize_t n = pread(watched, value, sizeof(value) - 1, 0);

	if (n < 0) {
		say_errno(r);
		return;
	}
	value[n] = 0;
	say(r, "%s", strtok(value, "\n") ?: "");
}

static void do_watch(struct result *r, int argc, char **argv)
{
	struct pollfd poll_fd = { .events = POLLPRI };

	if (!strcmp(argv[1], "new") && argc == 3) {
		if (watched >= 0)
			close(watched);
		watched = open(argv[2], O_RDONLY | O_CLOEXEC);
	}
	if (watched < 0) {
		errno = errno ?: EBADF;
		say_errno(r);
		return;
	}
	poll_fd.fd = watched;
	if (strcmp(argv[1], "wait")) {
		say_value(r);
	} else if (poll(&poll_fd, 1, argc > 2 ? (int)number(argv[2]) : 1000) <
		   0) {
		say_errno(r);
	} else if (!poll_fd.revents) {
		say(r, "timeout");
	} else if (!(poll_fd.revents & POLLPRI)) {
		say(r, "revents=%#x", poll_fd.revents);
	} else {
		say_value(r);
	}
}

const struct command watch_commands[] = {
	{ "watch", 1, do_watch,
	  "new FILE | wait [MS]    new: its value; wait: the value once it has changed, or 'timeout'" },
	{ NULL, 0, NULL, NULL },
};
