// SPDX-License-Identifier: GPL-2.0-only
/* VFIO_DEVICE_FEATURE, with every mistake a caller can make. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "vmm.h"

static const struct {
	const char *name;
	uint16_t index;
} names[] = {
	{ "low-power-entry", 3 },     { "low-power-entry-with-wakeup", 4 },
	{ "low-power-exit", 5 },      { "dma-buf", 11 },
	{ "d3cold-enter", 0xd3c0 },   { "d3cold-exit", 0xd3c1 },
	{ "d3cold-eventfd", 0xd3c2 },
};

static uint16_t feature_index(const char *text)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i].name, text))
			return names[i].index;
	return number(text);
}

static size_t put(char *at, uint64_t value, size_t len)
{
	memcpy(at, &value, len);
	return len;
}

size_t build_feature(struct vfio_device_feature *feature, int argc, char **argv)
{
	char *buf = (void *)feature;
	size_t len = sizeof(*feature), argsz = 0;

	for (int i = 1; i < argc; i++) {
		const char *arg = argv[i], *value = strchr(arg, '=');

		if (!strcmp(arg, "probe"))
			feature->flags |= VFIO_DEVICE_FEATURE_PROBE;
		else if (!strcmp(arg, "get"))
			feature->flags |= VFIO_DEVICE_FEATURE_GET;
		else if (!strcmp(arg, "set"))
			feature->flags |= VFIO_DEVICE_FEATURE_SET;
		else if (!value)
			feature->flags |= feature_index(arg);
		else if (!strncmp(arg, "argsz=", 6))
			argsz = number(value + 1);
		else if (!strncmp(arg, "flags=", 6))
			feature->flags |= number(value + 1);
		else if (!strncmp(arg, "u32=", 4) || !strncmp(arg, "s32=", 4))
			len += put(buf + len, strtoll(value + 1, NULL, 0), 4);
		else if (!strncmp(arg, "u64=", 4))
			len += put(buf + len, number(value + 1), 8);
		else if (!strncmp(arg, "fd=", 3))
			len += put(buf + len, eventfd_of(value + 1), 4);
		else if (!strncmp(arg, "room=", 5))
			len += number(value + 1);
		if (len > MAX_FEATURE - 16)
			return 0;
	}
	feature->argsz = argsz ? argsz : len;
	return len;
}

static void do_feature(struct result *r, int argc, char **argv)
{
	char buf[MAX_FEATURE] = { 0 };
	struct vfio_device_feature *feature = (void *)buf;
	size_t len = build_feature(feature, argc, argv);
	bool get;
	int done;

	if (!len) {
		say(r, "usage");
		return;
	}
	get = (feature->flags & VFIO_DEVICE_FEATURE_GET) &&
	      !(feature->flags & VFIO_DEVICE_FEATURE_PROBE);
	done = ioctl(device_fd(), VFIO_DEVICE_FEATURE, feature);
	if (done < 0)
		say_errno(r);
	else if (get)
		say_bytes(r, feature->data, len - sizeof(*feature));
	else
		say(r, "%d", done);
}

const struct command feature_commands[] = {
	{ "feature", 2, do_feature,
	  "probe|get|set ... NAME|INDEX [u32=N|s32=N|u64=N|fd=EVENTFD|room=BYTES ...] [argsz=N] [flags=N]" },
	{ NULL, 0, NULL, NULL },
};
