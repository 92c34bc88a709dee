// SPDX-License-Identifier: GPL-2.0-only
/*
 * d3coldctl watch
 *
 * d3cold/state wakes who polls it; devices that come and go, are bound and
 * unbound, are the kernel's uevents. The power state has no notice of its own
 * when it changes through the port, so it is read once a second as well.
 */
#include <errno.h>
#include <fcntl.h>
#include <libudev.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd.h"
#include "device.h"
#include "names.h"
#include "output.h"
#include "stop.h"
#include "sysfs.h"
#include "util.h"

#define LOOK_AGAIN_MS 1000

enum field {
	FIELD_DRIVER,
	FIELD_STATE,
	FIELD_POWER,
	FIELD_POLICY,
	FIELD_ENTERED_BY,
	FIELD_GUEST,
	FIELD_WAKE,
	FIELDS,
};

/* Names as in the other commands' JSON, and the files they come from. */
static const struct {
	const char *name;
	const char *file;
} fields[FIELDS] = {
	[FIELD_DRIVER] = { "driver", NULL },
	[FIELD_STATE] = { "state", "d3cold/state" },
	[FIELD_POWER] = { "power_state", "power_state" },
	[FIELD_POLICY] = { "policy", "d3cold/policy" },
	[FIELD_ENTERED_BY] = { "entered_by", "d3cold/entered_by" },
	[FIELD_GUEST] = { "guest_power_state", "d3cold/guest_power_state" },
	[FIELD_WAKE] = { "last_wake", "d3cold/last_wake" },
};

struct watched {
	struct bdf bdf;
	char id[BDF_LEN];
	char *name;
	char *value[FIELDS];
	time_t since; /* of its power state */
	bool longer; /* it was so before we looked */
	int state; /* d3cold/state, open for poll(); -1 if it is not ours */
	bool seen; /* by the scan that is going on */
};

struct watch {
	struct bdf_args only; /* empty: all that our driver has */
	bool live; /* a table on a terminal */
	struct udev *udev;
	struct udev_monitor *monitor;
	struct watched *v;
	size_t n;
};

static error_t parse_watch(int key, char *arg, struct argp_state *state)
{
	struct watch *watch = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		bdf_args_add(&watch->only, state, arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp watch_argp = {
	.parser = parse_watch,
	.args_doc = "[BDF...]",
	.doc = "Show what devices do while they do it: a live table on a "
	       "terminal, else a line for each change; with --json an object "
	       "a line. Without BDF all devices that " DRIVER_NAME " has. Ends "
	       "with Ctrl-C. No device is woken by this.\v" EXIT_DOC,
	.children = common_options,
};

static void read_values(const struct bdf *bdf, char *value[FIELDS])
{
	char id[BDF_LEN];
	int fd, i;

	memset(value, 0, FIELDS * sizeof(*value));
	fd = sysfs_open_dir("bus/pci/devices/%s", bdf_format(id, bdf));
	if (fd < 0)
		return;
	value[FIELD_DRIVER] = attr_link(fd, "driver");
	for (i = 0; i < FIELDS; i++)
		if (fields[i].file)
			value[i] = attr_read(fd, fields[i].file);
	close(fd);
}

static void free_values(char *value[FIELDS])
{
	int i;

	for (i = 0; i < FIELDS; i++)
		free(value[i]);
}

static bool same(const char *a, const char *b)
{
	return a == b || streq(a, b);
}

/* One change, as JSON. @was: the values before, NULL if it is new or gone. */
static void say_json(const struct watched *w, const char *event,
		     char *const *was, const struct timespec *now)
{
	struct json_object *obj = json_object_new_object();
	struct json_object *changed = json_object_new_array();
	char *time = xasprintf("%lld.%03ld", (long long)now->tv_sec,
			       now->tv_nsec / 1000000);
	int i;

	json_object_object_add(obj, "time",
			       json_object_new_double_s(strtod(time, NULL),
							time));
	json_add_string(obj, "event", event);
	json_add_string(obj, "device", w->id);
	for (i = 0; i < FIELDS; i++) {
		json_add_string(obj, fields[i].name, w->value[i]);
		if (was && !same(was[i], w->value[i]))
			json_object_array_add(changed, json_object_new_string(
							       fields[i].name));
	}
	json_object_object_add(obj, "changed", changed);
	puts(json_object_to_json_string_ext(
		obj, JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(obj);
	free(time);
}

static void say_text(const struct watched *w, const char *event,
		     char *const *was, const struct timespec *now)
{
	const char *comma = "";
	char clock[16];
	struct tm tm;
	int i;

	strftime(clock, sizeof(clock), "%H:%M:%S",
		 localtime_r(&now->tv_sec, &tm));
	printf("%s.%03ld %s %s:", clock, now->tv_nsec / 1000000, w->id, event);
	for (i = 0; i < FIELDS; i++) {
		if (was && same(was[i], w->value[i]))
			continue;
		if (!was && !w->value[i])
			continue;
		printf("%s %s ", comma, fields[i].name);
		if (was)
			printf("%s -> ", or_dash(was[i]));
		fputs(or_dash(w->value[i]), stdout);
		comma = ",";
	}
	putchar('\n');
}

static void say(const struct watch *watch, const struct watched *w,
		const char *event, char *const *was)
{
	struct timespec now;

	if (watch->live)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	if (output_is_json())
		say_json(w, event, was, &now);
	else
		say_text(w, event, was, &now);
	fflush(stdout);
}

/* Opened anew after a rebind; to be read before it is polled. */
static void open_state(struct watched *w)
{
	int fd = sysfs_open_dir("bus/pci/devices/%s/d3cold", w->id);

	if (w->state >= 0)
		close(w->state);
	w->state = -1;
	if (fd < 0)
		return;
	w->state = openat(fd, "state", O_RDONLY | O_CLOEXEC);
	close(fd);
}

static void drain_state(struct watched *w)
{
	char buf[64];

	/* The driver has let go of it: the uevent will say what became of it */
	if (w->state >= 0 && pread(w->state, buf, sizeof(buf), 0) < 0) {
		close(w->state);
		w->state = -1;
	}
}

static void look(const struct watch *watch, struct watched *w)
{
	char *was[FIELDS];
	int i;

	memcpy(was, w->value, sizeof(was));
	drain_state(w);
	read_values(&w->bdf, w->value);
	for (i = 0; i < FIELDS && same(was[i], w->value[i]); i++)
		;
	if (!same(was[FIELD_POWER], w->value[FIELD_POWER])) {
		w->since = time(NULL);
		w->longer = false;
	}
	if (i < FIELDS)
		say(watch, w, "changed", was);
	free_values(was);
}

static struct watched *find(const struct watch *watch, const struct bdf *bdf)
{
	size_t i;

	for (i = 0; i < watch->n; i++)
		if (!bdf_compare(&watch->v[i].bdf, bdf))
			return &watch->v[i];
	return NULL;
}

static bool is_wanted(const struct watch *watch, const struct device *dev)
{
	unsigned int i;

	for (i = 0; i < watch->only.count; i++)
		if (!bdf_compare(&watch->only.list[i], &dev->bdf))
			return true;
	return !watch->only.count && dev->is_ours;
}

static void add(struct watch *watch, const struct device *dev)
{
	struct watched *w;

	watch->v = xrealloc(watch->v, watch->n + 1, sizeof(*watch->v));
	w = &watch->v[watch->n++];
	memset(w, 0, sizeof(*w));
	w->bdf = dev->bdf;
	w->state = -1;
	w->seen = true;
	w->since = time(NULL);
	w->longer = true;
	w->name = device_name(dev);
	bdf_format(w->id, &w->bdf);
	open_state(w);
	drain_state(w);
	read_values(&w->bdf, w->value);
	say(watch, w, "added", NULL);
}

static void forget(struct watched *w)
{
	if (w->state >= 0)
		close(w->state);
	free_values(w->value);
	free(w->name);
}

static int by_address(const void *a, const void *b)
{
	const struct watched *x = a, *y = b;

	return bdf_compare(&x->bdf, &y->bdf);
}

/* Which devices are there now? Those that stay are looked at as well. */
static int scan(struct watch *watch)
{
	struct device_list list;
	size_t i, kept = 0;
	int err;

	err = device_list_read(&list,
			       watch->only.count ? DEVICES_ALL : DEVICES_VFIO,
			       DETAIL_SUMMARY);
	if (err)
		return err;
	for (i = 0; i < watch->n; i++)
		watch->v[i].seen = false;
	for (i = 0; i < list.n; i++) {
		struct watched *w;

		if (!is_wanted(watch, &list.v[i]))
			continue;
		w = find(watch, &list.v[i].bdf);
		if (!w) {
			add(watch, &list.v[i]);
			continue;
		}
		w->seen = true;
		open_state(w);
		look(watch, w);
	}
	device_list_free(&list);
	for (i = 0; i < watch->n; i++) {
		struct watched *w = &watch->v[i];

		if (w->seen) {
			watch->v[kept++] = *w;
			continue;
		}
		free_values(w->value);
		read_values(&w->bdf, w->value);
		say(watch, w, "removed", NULL);
		forget(w);
	}
	watch->n = kept;
	if (kept)
		qsort(watch->v, kept, sizeof(*watch->v), by_address);
	return 0;
}

static void draw(const struct watch *watch)
{
	static const struct column columns[] = {
		{ "DEVICE", COLUMN_TEXT, false },
		{ "NAME", COLUMN_TRUNC, false },
		{ "STATE", COLUMN_TEXT, false },
		{ "POWER", COLUMN_TEXT, false },
		{ "SINCE", COLUMN_NUMBER, false },
		{ "POLICY", COLUMN_TEXT, false },
		{ "ENTERED BY", COLUMN_TEXT, false },
		{ "LAST WAKE", COLUMN_TRUNC, false },
	};
	struct table *table = table_new(columns, ARRAY_SIZE(columns));
	time_t now = time(NULL);
	size_t i;

	for (i = 0; i < watch->n; i++) {
		const struct watched *w = &watch->v[i];
		char since[DURATION_LEN], text[DURATION_LEN + 2];

		format_ms(since, (uint64_t)(now - w->since) * 1000);
		snprintf(text, sizeof(text), "%s%s", w->longer ? "> " : "",
			 since);
		table_row(table, (const char *const[]){
					 w->id, w->name, w->value[FIELD_STATE],
					 w->value[FIELD_POWER], text,
					 w->value[FIELD_POLICY],
					 w->value[FIELD_ENTERED_BY],
					 w->value[FIELD_WAKE] });
	}
	fputs("\033[H\033[J", stdout);
	table_print_and_free(table);
	fputs(watch->n ? "\n" : "No device is there now.\n", stdout);
	fputs("Ctrl-C ends this.\n", stdout);
	fflush(stdout);
}

/* The kernel's own events: they come without udevd, in a container too. */
static void listen(struct watch *watch)
{
	watch->udev = udev_new();
	if (!watch->udev)
		return;
	watch->monitor = udev_monitor_new_from_netlink(watch->udev, "kernel");
	if (!watch->monitor)
		return;
	udev_monitor_filter_add_match_subsystem_devtype(watch->monitor, "pci",
							NULL);
	udev_monitor_set_receive_buffer_size(watch->monitor, 1 << 20);
	if (udev_monitor_enable_receiving(watch->monitor) < 0) {
		udev_monitor_unref(watch->monitor);
		watch->monitor = NULL;
	}
}

static bool heard(struct watch *watch)
{
	struct udev_device *event;
	bool any = false;

	while ((event = udev_monitor_receive_device(watch->monitor))) {
		any = true;
		udev_device_unref(event);
	}
	return any;
}

static int watch_loop(struct watch *watch)
{
	struct pollfd *fds = NULL;
	int err = scan(watch);

	while (!err && !stop_wanted()) {
		size_t i, n = watch->n;
		int ready;

		if (watch->live)
			draw(watch);
		fds = xrealloc(fds, n + 1, sizeof(*fds));
		for (i = 0; i < n; i++)
			fds[i] = (struct pollfd){ .fd = watch->v[i].state,
						  .events = POLLPRI };
		fds[n] = (struct pollfd){ .fd = -1, .events = POLLIN };
		if (watch->monitor)
			fds[n].fd = udev_monitor_get_fd(watch->monitor);
		ready = poll(fds, n + 1, LOOK_AGAIN_MS);
		if (ready < 0 && errno != EINTR)
			err = -errno;
		if (ready < 0)
			continue;
		for (i = 0; i < n; i++)
			if (!ready || fds[i].revents)
				look(watch, &watch->v[i]);
		/* Without uevents, or with some lost: look who is there */
		if ((fds[n].revents && heard(watch)) ||
		    (!ready && (!watch->monitor || sysfs_is_fake())))
			err = scan(watch);
	}
	free(fds);
	return err;
}

/**
 * cmd_watch() - the command "watch"
 * @argc: number of arguments
 * @argv: arguments
 */
int cmd_watch(int argc, char **argv)
{
	struct watch watch = { 0 };
	unsigned int i;
	size_t k;
	int code, err;

	code = cmd_parse(&watch_argp, argc, argv, &watch);
	if (code)
		goto out;
	output_set_lines();
	watch.live = !output_is_json() && isatty(STDOUT_FILENO);
	stop_catch();
	listen(&watch);
	for (i = 0; i < watch.only.count; i++) {
		char id[BDF_LEN];

		bdf_format(id, &watch.only.list[i]);
		if (!sysfs_exists("bus/pci/devices/%s", id))
			msg_warning(id, NULL,
				    "not there now; waiting for it to come");
	}
	err = watch_loop(&watch);
	if (err) {
		msg_error(NULL, "is sysfs mounted, and has the machine PCI?",
			  "cannot watch the PCI devices: %s", strerror(-err));
		code = EXIT_ERROR;
	}
	for (k = 0; k < watch.n; k++)
		forget(&watch.v[k]);
	udev_monitor_unref(watch.monitor);
	udev_unref(watch.udev);
out:
	free(watch.v);
	free(watch.only.list);
	return code;
}
