// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long things take. The accesses that are short themselves (config space,
 * BARs, features) are made ready beforehand, so that no parsing is timed with
 * them. The clock is the time-stamp counter: an emulated machine's other clocks
 * take longer to read than a config access.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

#include "vmm.h"

#define MAX_STEPS 16
#define MAX_WAKERS 64
#define PATIENCE_NS 30000000000LL

static long long now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static double ns_per_tick(void)
{
	static double known;
	long long ns = now_ns();
	uint64_t ticks = __rdtsc();

	if (known > 0)
		return known;
	usleep(200000);
	ns = now_ns() - ns;
	ticks = __rdtsc() - ticks;
	return known = (double)ns / ticks;
}

/* One command; those joined by '+' are timed together, as one sample */
struct step {
	enum {
		COMMAND,
		READ,
		WRITE,
		FEATURE
	} what;
	bool joined; /* to the one before */
	const struct command *command;
	int argc;
	char **argv;
	uint64_t at, value;
	size_t len;
	struct vfio_device_feature *feature;
	uint64_t *samples;
};

/* What would parse its arguments anew each time, and say more than is needed */
static void make_ready(struct step *s)
{
	bool config = !strcmp(s->argv[0], "config");
	bool bar = !strcmp(s->argv[0], "bar");
	char **at = s->argv + (bar ? 3 : 2);
	int left = s->argc - (bar ? 3 : 2);
	uint64_t index = VFIO_PCI_CONFIG_REGION_INDEX;

	if (!strcmp(s->argv[0], "feature")) {
		s->feature = calloc(1, MAX_FEATURE);
		if (build_feature(s->feature, s->argc, s->argv))
			s->what = FEATURE;
		return;
	}
	if (!config && !bar)
		return;
	if (bar && s->argc > 2)
		index = number(s->argv[2]);
	if (left < 2 || index >= (uint64_t)dev->num_regions)
		return;
	if (strcmp(s->argv[1], left == 2 ? "read" : "write"))
		return;
	s->at = dev->regions[index].info.offset + number(at[0]);
	s->len = number(at[1]);
	if (s->len > sizeof(s->value))
		return;
	if (left > 2)
		s->value = number(at[2]);
	s->what = left == 2 ? READ : WRITE;
}

/* NULL if all is well, else what went wrong */
static const char *take_step(struct step *s, struct result *r)
{
	ssize_t done = 0;

	switch (s->what) {
	case READ:
		done = pread(device_fd(), &s->value, s->len, s->at) -
		       (ssize_t)s->len;
		break;
	case WRITE:
		done = pwrite(device_fd(), &s->value, s->len, s->at) -
		       (ssize_t)s->len;
		break;
	case FEATURE:
		done = ioctl(device_fd(), VFIO_DEVICE_FEATURE, s->feature);
		break;
	case COMMAND:
		r->len = 0;
		r->text[0] = 0;
		s->command->run(r, s->argc, s->argv);
		return r->text[0] == '-' || r->text[0] == 'u' ? r->text : NULL;
	}
	return done ? strerrorname_np(errno) : NULL;
}

/* The steps of argv, or -1 */
static int parse_steps(struct step *steps, int argc, char **argv)
{
	bool joined = false;
	int n = 0, first = 0;

	for (int i = 0; i <= argc; i++) {
		bool plus = i < argc && !strcmp(argv[i], "+");
		struct step *s = &steps[n];

		if (i < argc && !plus && strcmp(argv[i], "/"))
			continue;
		if (n == MAX_STEPS || i == first)
			return -1;
		memset(s, 0, sizeof(*s));
		s->command = find_command(argv[first]);
		if (!s->command || i - first - 1 < s->command->min_args)
			return -1;
		s->joined = joined;
		s->argc = i - first;
		s->argv = argv + first;
		make_ready(s);
		n++;
		joined = plus;
		first = i + 1;
	}
	return n;
}

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void say_samples(struct result *r, uint64_t *samples, size_t n)
{
	double ns = ns_per_tick();

	qsort(samples, n, sizeof(*samples), by_size);
	say(r, "%s%.0f %.0f %.0f", r->len ? " " : "", samples[0] * ns,
	    samples[n / 2] * ns, samples[(n - 1) * 99 / 100] * ns);
}

static void do_bench(struct result *r, int argc, char **argv)
{
	struct step steps[MAX_STEPS];
	struct result *inner = calloc(1, sizeof(*inner));
	size_t n = number(argv[1]);
	int num_steps = parse_steps(steps, argc - 2, argv + 2);
	const char *wrong = NULL;

	if (num_steps < 0 || !n) {
		say(r, "usage");
		free(inner);
		return;
	}
	ns_per_tick();
	for (int k = 0; k < num_steps; k++)
		steps[k].samples = calloc(n, sizeof(uint64_t));
	for (size_t i = 0; i < n && !wrong; i++) {
		struct step *timed = steps;

		for (int k = 0; k < num_steps && !wrong; k++) {
			struct step *s = &steps[k];
			uint64_t from = __rdtsc();

			if (!s->joined)
				timed = s;
			wrong = take_step(s, inner);
			timed->samples[i] += __rdtsc() - from;
			if (wrong)
				say(r, "run %zu, %s %s: %s", i + 1, s->argv[0],
				    s->argc > 1 ? s->argv[1] : "", wrong);
		}
	}
	for (int k = 0; k < num_steps; k++) {
		if (!wrong && !steps[k].joined)
			say_samples(r, steps[k].samples, n);
		free(steps[k].samples);
		free(steps[k].feature);
	}
	free(inner);
}

/* The device alone, its group and container stay open */
static void do_device(struct result *r, int argc, char **argv)
{
	int fd;

	(void)argc;
	if (!strcmp(argv[1], "close")) {
		while (dev->num_fds)
			close(dev->fds[--dev->num_fds]);
		say(r, "0");
		return;
	}
	fd = ioctl(dev->group, VFIO_GROUP_GET_DEVICE_FD, dev->bdf);
	if (fd < 0) {
		say_errno(r);
		return;
	}
	dev->fds[dev->num_fds++] = fd;
	say(r, "0");
}

static int sysfs_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), done;

	if (fd < 0)
		return -1;
	done = write(fd, text, strlen(text)) < 0 ? -1 : 0;
	close(fd);
	return done;
}

static void do_probe(struct result *r, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (sysfs_write("/sys/bus/pci/drivers_probe", argv[i])) {
			say_errno(r);
			return;
		}
	}
	say(r, "0");
}

static struct waker {
	pthread_t thread;
	char path[96];
	const char *text;
	int error;
} wakers[MAX_WAKERS];

static pthread_barrier_t together;

static void *wake(void *arg)
{
	struct waker *w = arg;

	pthread_barrier_wait(&together);
	w->error = sysfs_write(w->path, w->text) ? errno : 0;
	return NULL;
}

static void do_control(struct result *r, int argc, char **argv)
{
	int n = argc - 2 < MAX_WAKERS ? argc - 2 : MAX_WAKERS;
	int error = 0;

	pthread_barrier_init(&together, NULL, n);
	for (int i = 0; i < n; i++) {
		struct waker *w = &wakers[i];

		snprintf(w->path, sizeof(w->path),
			 "/sys/bus/pci/devices/%.31s/power/control",
			 argv[2 + i]);
		w->text = argv[1];
		pthread_create(&w->thread, NULL, wake, w);
	}
	for (int i = 0; i < n; i++) {
		pthread_join(wakers[i].thread, NULL);
		error = wakers[i].error ? wakers[i].error : error;
	}
	pthread_barrier_destroy(&together);
	errno = error;
	if (error)
		say_errno(r);
	else
		say(r, "0");
}

static bool in_d3cold(const char *bdf)
{
	char path[96], state[16] = "";
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%.31s/power_state",
		 bdf);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	if (read(fd, state, sizeof(state) - 1) < 0)
		state[0] = 0;
	close(fd);
	return !strncmp(state, "D3cold", 6);
}

static void do_cold(struct result *r, int argc, char **argv)
{
	long long until = now_ns() + PATIENCE_NS;

	for (int i = 1; i < argc; i++) {
		while (!in_d3cold(argv[i])) {
			if (now_ns() > until) {
				say(r, "-ETIMEDOUT");
				return;
			}
			usleep(50);
		}
	}
	say(r, "0");
}

const struct command bench_commands[] = {
	{ "bench", 2, do_bench,
	  "N COMMAND [+ COMMAND ...] [/ COMMAND ...] ...    all of it N times; minimum, median and "
	  "99th percentile in ns for each part between slashes" },
	{ "device", 1, do_device,
	  "open | close    the device without its group and container" },
	{ "probe", 1, do_probe,
	  "BDF ...    drivers_probe, one after the other" },
	{ "control", 2, do_control,
	  "on|auto BDF ...    power/control of all at once, a thread each" },
	{ "cold", 1, do_cold, "BDF ...    until all are in D3cold" },
	{ NULL, 0, NULL, NULL },
};
