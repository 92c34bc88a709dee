// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records the driver's trace events in a trace instance of our own, so that no
 * other tracing is disturbed. D3cold that comes through the port has no event:
 * what sysfs says is looked at as well, which wakes nothing.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <tracefs.h>
#include <unistd.h>

#include "cmd.h"
#include "device.h"
#include "names.h"
#include "output.h"
#include "stop.h"
#include "sysfs.h"
#include "timeline.h"
#include "util.h"

#define LOOK_EVERY_MS 50
#define LIST_EVERY 20 /* looks: who has come or gone */
#define BUFFER_KB 4096 /* a CPU */

struct looked {
	struct bdf bdf;
	char said[48]; /* last */
};

struct recorder {
	FILE *f;
	struct looked *v;
	size_t n;
};

static void print_now(FILE *f)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	fprintf(f, "%lld.%06ld", (long long)now.tv_sec, now.tv_nsec / 1000);
}

static void look(struct recorder *r, struct looked *l)
{
	char id[BDF_LEN], said[sizeof(l->said)];
	int fd = sysfs_open_dir("bus/pci/devices/%s", bdf_format(id, &l->bdf));
	char *power = fd < 0 ? NULL : attr_read(fd, "power_state");
	char *state = fd < 0 ? NULL : attr_read(fd, "d3cold/state");

	snprintf(said, sizeof(said), "%s %s", power ?: "-", state ?: "-");
	if (strcmp(said, l->said) != 0) {
		fputs("# d3coldctl look ", r->f);
		print_now(r->f);
		fprintf(r->f, " %s %s\n", id, said);
		memcpy(l->said, said, sizeof(said));
	}
	free(power);
	free(state);
	if (fd >= 0)
		close(fd);
}

/* Once here, a device is looked at to the end. */
static void list(struct recorder *r)
{
	struct device_list devices;
	size_t i, k;

	if (device_list_read(&devices, DEVICES_VFIO, DETAIL_SUMMARY))
		return;
	for (i = 0; i < devices.n; i++) {
		const struct device *dev = &devices.v[i];
		char *name;

		for (k = 0; k < r->n; k++)
			if (!bdf_compare(&r->v[k].bdf, &dev->bdf))
				break;
		if (k < r->n || !dev->is_ours)
			continue;
		r->v = xrealloc(r->v, r->n + 1, sizeof(*r->v));
		r->v[r->n++] = (struct looked){ .bdf = dev->bdf };
		name = device_name(dev);
		fprintf(r->f, "# d3coldctl device %s %s\n", dev->id, name);
		free(name);
	}
	device_list_free(&devices);
}

static void record(struct recorder *r, unsigned long seconds)
{
	struct timespec began, now;
	unsigned int looks = 0;
	size_t i;

	clock_gettime(CLOCK_MONOTONIC, &began);
	fprintf(r->f, "# d3coldctl start %lld ", (long long)time(NULL));
	print_now(r->f);
	fputc('\n', r->f);
	do {
		if (looks++ % LIST_EVERY == 0)
			list(r);
		for (i = 0; i < r->n; i++)
			look(r, &r->v[i]);
		stop_sleep_ms(LOOK_EVERY_MS);
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (!stop_wanted() &&
		 (!seconds || now.tv_sec < began.tv_sec + (time_t)seconds));
	fputs("# d3coldctl end ", r->f);
	print_now(r->f);
	fputc('\n', r->f);
}

/* A driver's events bear the name of its module: ours, or a vendor's. */
static bool enable_events(struct tracefs_instance *instance)
{
	bool any = !tracefs_event_enable(instance, MODULE_NAME, NULL);
	struct device_list devices;
	size_t i;

	if (device_list_read(&devices, DEVICES_VFIO, DETAIL_SUMMARY))
		return any;
	for (i = 0; i < devices.n; i++) {
		const struct device *dev = &devices.v[i];
		char *module, *dash;

		if (!dev->is_ours || streq(dev->driver, DRIVER_NAME))
			continue;
		module = xstrdup(dev->driver);
		while ((dash = strchr(module, '-')))
			*dash = '_';
		any |= !tracefs_event_enable(instance, module, NULL);
		free(module);
	}
	device_list_free(&devices);
	return any;
}

static struct tracefs_instance *begin(int *code)
{
	char *name = xasprintf("d3coldctl-%d", getpid());
	struct tracefs_instance *instance;
	char *size = xasprintf("%d", BUFFER_KB);

	instance = tracefs_instance_create(name);
	free(name);
	if (!instance) {
		msg_error(
			NULL,
			errno == EACCES || errno == EPERM ?
				"this needs root: try sudo" :
				"is tracefs there, and has the kernel tracing?",
			"cannot make a trace instance: %s", strerror(errno));
		*code = EXIT_ERROR;
	} else if (!enable_events(instance)) {
		msg_error(NULL, "modprobe " MODULE_NAME,
			  "there are no trace events of the driver");
		tracefs_instance_destroy(instance);
		tracefs_instance_free(instance);
		instance = NULL;
		*code = EXIT_UNSUPPORTED;
	} else {
		tracefs_instance_file_write(instance, "buffer_size_kb", size);
		tracefs_instance_file_write(instance, "trace_clock", "mono");
		tracefs_trace_on(instance);
	}
	free(size);
	return instance;
}

/**
 * timeline_record() - record what the driver does
 * @seconds: for how long; 0: until a signal that stop.h catches
 * @code:    EXIT_OK, or another exit code after the reason has been said
 *
 * Return: the recording, to be freed, or NULL.
 */
char *timeline_record(unsigned long seconds, int *code)
{
	struct tracefs_instance *instance = begin(code);
	struct recorder r = { 0 };
	char *text = NULL, *events;
	size_t len;

	if (!instance)
		return NULL;
	r.f = open_memstream(&text, &len);
	if (r.f)
		record(&r, seconds);
	tracefs_trace_off(instance);
	events = tracefs_instance_file_read(instance, "trace", NULL);
	tracefs_event_disable(instance, NULL, NULL);
	tracefs_instance_destroy(instance);
	tracefs_instance_free(instance);
	if (r.f) {
		fputs(events ?: "", r.f);
		fclose(r.f);
	}
	if (!r.f || !events) {
		msg_error(NULL, NULL, "cannot read the trace: %s",
			  strerror(errno));
		free(text);
		text = NULL;
		*code = EXIT_ERROR;
	}
	free(events);
	free(r.v);
	return text;
}
