// SPDX-License-Identifier: GPL-2.0-only
/* The test VMM's loop, and the commands that need no device. See vmm.h. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "vmm.h"

#define MAX_ARGS 64
#define MAX_LINE 4096

static int eventfds[64], num_eventfds;

static struct looper {
	pthread_t thread;
	char line[MAX_LINE];
	unsigned long runs, errors;
} loopers[16];

static int num_loopers;
static atomic_bool stop_looping;

static void run_line(struct result *r, const char *text);

void say(struct result *r, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(r->text + r->len, sizeof(r->text) - r->len, format, args);
	va_end(args);
	if (n > 0)
		r->len += n;
	if (r->len >= sizeof(r->text))
		r->len = sizeof(r->text) - 1;
}

void say_bytes(struct result *r, const void *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		say(r, "%02x", ((const unsigned char *)bytes)[i]);
}

void say_errno(struct result *r)
{
	const char *name = strerrorname_np(errno);

	say(r, "-%s", name ? name : "EUNKNOWN");
}

uint64_t number(const char *text)
{
	return strtoull(text, NULL, 0);
}

int eventfd_of(const char *index)
{
	uint64_t i = number(index);

	return i < (uint64_t)num_eventfds ? eventfds[i] : -1;
}

/* The number of one that was closed is given again */
static void new_eventfd(struct result *r)
{
	int i = 0;

	while (i < num_eventfds && eventfds[i] >= 0)
		i++;
	if (i == 64) {
		say(r, "-EMFILE");
		return;
	}
	if (i == num_eventfds)
		num_eventfds++;
	eventfds[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	say(r, "%d", i);
}

static void do_eventfd(struct result *r, int argc, char **argv)
{
	struct pollfd poll_fd = { .events = POLLIN };
	const uint64_t one = 1;
	uint64_t count = 0;
	int timeout = 0;

	if (!strcmp(argv[1], "new")) {
		new_eventfd(r);
		return;
	}
	if (argc < 3) {
		say(r, "usage");
		return;
	}
	poll_fd.fd = eventfd_of(argv[2]);
	if (!strcmp(argv[1], "wait"))
		timeout = argc > 3 ? (int)number(argv[3]) : 1000;
	if (!strcmp(argv[1], "close")) {
		say(r, "%d", close(poll_fd.fd));
		if (poll_fd.fd >= 0)
			eventfds[number(argv[2])] = -1;
	} else if (!strcmp(argv[1], "signal")) {
		say(r, "%d",
		    write(poll_fd.fd, &one, sizeof(one)) == sizeof(one) ? 0 :
									  -1);
	} else if (poll(&poll_fd, 1, timeout) < 0 ||
		   (read(poll_fd.fd, &count, sizeof(count)) < 0 &&
		    errno != EAGAIN)) {
		say_errno(r);
	} else {
		say(r, "%llu", (unsigned long long)count);
	}
}

static void do_sleep(struct result *r, int argc, char **argv)
{
	(void)argc;
	usleep(number(argv[1]) * 1000);
	say(r, "0");
}

static void join(char *line, int argc, char **argv)
{
	line[0] = 0;
	for (int i = 0; i < argc; i++) {
		strncat(line, argv[i], MAX_LINE - strlen(line) - 2);
		strcat(line, " ");
	}
}

static void do_time(struct result *r, int argc, char **argv)
{
	struct timespec a, b;
	char line[MAX_LINE];
	struct result *inner = calloc(1, sizeof(*inner));

	join(line, argc - 1, argv + 1);
	clock_gettime(CLOCK_MONOTONIC, &a);
	run_line(inner, line);
	clock_gettime(CLOCK_MONOTONIC, &b);
	say(r, "%lld %s",
	    (b.tv_sec - a.tv_sec) * 1000000LL + (b.tv_nsec - a.tv_nsec) / 1000,
	    inner->text);
	free(inner);
}

static void do_repeat(struct result *r, int argc, char **argv)
{
	char line[MAX_LINE];

	join(line, argc - 2, argv + 2);
	for (uint64_t n = number(argv[1]); n; n--) {
		r->len = 0;
		r->text[0] = 0;
		run_line(r, line);
	}
}

/* So that a list of commands, each of which must succeed, needs nobody who
 * looks */
static void do_expect(struct result *r, int argc, char **argv)
{
	char line[MAX_LINE];

	join(line, argc - 2, argv + 2);
	run_line(r, line);
	if (!strcmp(r->text, argv[1]))
		return;
	printf("%s: got '%s', expected '%s'\n", line, r->text, argv[1]);
	exit(1);
}

static void *loop(void *arg)
{
	struct looper *l = arg;
	struct result *r = calloc(1, sizeof(*r));

	while (!stop_looping) {
		r->len = 0;
		r->text[0] = 0;
		run_line(r, l->line);
		l->runs++;
		if (r->text[0] == '-')
			l->errors++;
	}
	free(r);
	return NULL;
}

static void do_loop(struct result *r, int argc, char **argv)
{
	struct looper *l = &loopers[num_loopers];

	if (num_loopers == 16) {
		say(r, "-EAGAIN");
		return;
	}
	l->runs = l->errors = 0;
	join(l->line, argc - 1, argv + 1);
	pthread_create(&l->thread, NULL, loop, l);
	say(r, "%d", num_loopers++);
}

static void do_stop(struct result *r, int argc, char **argv)
{
	(void)argc, (void)argv;
	stop_looping = true;
	for (int i = 0; i < num_loopers; i++) {
		pthread_join(loopers[i].thread, NULL);
		say(r, "%s%lu/%lu", i ? " " : "", loopers[i].errors,
		    loopers[i].runs);
	}
	num_loopers = 0;
	stop_looping = false;
}

static const struct command own_commands[];
static const struct command *const tables[] = {
	own_commands,	device_commands, region_commands, feature_commands,
	irq_commands,	raw_commands,	 replay_commands, stress_commands,
	stuck_commands, watch_commands,	 status_commands, duel_commands,
	bench_commands, fuzz_commands,	 nvme_commands,	  hole_commands,
};

static void do_help(struct result *r, int argc, char **argv)
{
	(void)argc, (void)argv;
	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
		for (const struct command *c = tables[t]; c->name; c++)
			say(r, "%s %s\n", c->name, c->help);
}

static const struct command own_commands[] = {
	{ "eventfd", 1, do_eventfd,
	  "new | read N | wait N [MS] | signal N | close N    make one (its N); take its count" },
	{ "sleep", 1, do_sleep, "MS" },
	{ "time", 1, do_time,
	  "COMMAND    microseconds, then the command's result" },
	{ "repeat", 2, do_repeat, "N COMMAND    the last result" },
	{ "expect", 2, do_expect,
	  "ANSWER COMMAND    with another answer the program says so and ends with 1" },
	{ "loop", 1, do_loop, "COMMAND    repeat it in a thread until 'stop'" },
	{ "stop", 0, do_stop, "   end the loops: errors/runs of each" },
	{ "help", 0, do_help, "" },
	{ NULL, 0, NULL, NULL },
};

const struct command *find_command(const char *name)
{
	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
		for (const struct command *c = tables[t]; c->name; c++)
			if (!strcmp(c->name, name))
				return c;
	return NULL;
}

static void run_line(struct result *r, const char *text)
{
	char line[MAX_LINE], *argv[MAX_ARGS], *save;
	const struct command *c;
	int argc = 0;

	snprintf(line, sizeof(line), "%s", text);
	for (char *p = strtok_r(line, " \t\n", &save); p && argc < MAX_ARGS;
	     p = strtok_r(NULL, " \t\n", &save))
		argv[argc++] = p;
	if (!argc)
		return;
	c = find_command(argv[0]);
	if (!c)
		say(r, "unknown command: %s", argv[0]);
	else if (argc - 1 < c->min_args)
		say(r, "usage: %s %s", c->name, c->help);
	else
		c->run(r, argc, argv);
}

int main(void)
{
	static struct result r;
	char line[MAX_LINE];

	setvbuf(stdout, NULL, _IOLBF, 0);
	while (fgets(line, sizeof(line), stdin)) {
		if (!strncmp(line, "quit", 4))
			break;
		r.len = 0;
		r.text[0] = 0;
		if (line[0] == '#')
			say(&r, "%.*s", (int)strcspn(line, "\n"), line);
		else
			run_line(&r, line);
		puts(r.text);
		fflush(stdout);
	}
	return 0;
}
