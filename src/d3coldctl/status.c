// SPDX-License-Identifier: GPL-2.0-only
/*
 * d3coldctl status: one device, together with the functions that share its
 * power.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "device.h"
#include "inhibit.h"
#include "names.h"
#include "output.h"
#include "util.h"

static error_t parse_status(int key, char *arg, struct argp_state *state)
{
	return parse_devices(state->input, key, arg, state, ONE_DEVICE);
}

static const struct argp status_argp = {
	.parser = parse_status,
	.args_doc = "BDF",
	.doc = "Show everything about a device and the functions of its slot. "
	       "No device is woken by this. Success means that the device is "
	       "in D3cold now.\v" EXIT_DOC,
	.children = common_options,
};

static void line(const char *label, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void line(const char *label, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	out_text("  %-16s %s\n", label, text);
	free(text);
}

/* A line for a file, none if this version of the driver lacks the file. */
static void attr_line(const char *label, const char *value, const char *unit)
{
	if (value)
		line(label, "%s%s", or_dash(value), unit);
}

static void limit_line(const char *label, const char *value, const char *unit)
{
	if (streq(value, "0"))
		line(label, "no limit");
	else
		attr_line(label, value, unit);
}

static void print_qualified(const char *s)
{
	if (!s)
		return;
	if (*s == '1')
		line("qualified", "yes");
	else
		line("qualified", "no%s%s", s[1] == ' ' ? ": " : "",
		     s[1] == ' ' ? s + 2 : "");
}

static void print_blockers(const struct device *dev)
{
	size_t i;

	if (!dev->has_blockers)
		return;
	if (!dev->n_blockers)
		line("blockers", "none");
	for (i = 0; i < dev->n_blockers; i++)
		line(i ? "" : "blockers", "%s", dev->blockers[i]);
}

static void print_inhibitors(const struct device *dev)
{
	char *who = inhibitors(dev);

	if (who)
		line("inhibited by", "%s", who);
	free(who);
}

static bool is_time(const struct stat_value *stat)
{
	return !strncmp(stat->name, "time_", 5);
}

static void print_times(const struct device *dev)
{
	static const struct {
		const char *name;
		const char *label;
	} times[] = {
		{ "time_d0_ms", "time in D0" },
		{ "time_d3hot_ms", "time in D3hot" },
		{ "time_d3cold_ms", "time in D3cold" },
	};
	char buf[DURATION_LEN];
	uint64_t ms;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(times); i++)
		if (device_stat(dev, times[i].name, &ms))
			line(times[i].label, "%s", format_ms(buf, ms));
}

/* All counters but the times; wake causes that never happened are noise. */
static void print_counters(const struct device *dev)
{
	bool first = true;
	size_t i;

	for (i = 0; i < dev->n_stats; i++) {
		const struct stat_value *stat = &dev->stats[i];

		if (is_time(stat) ||
		    (!stat->value && !strncmp(stat->name, "wakes_", 6)))
			continue;
		line(first ? "counters" : "", "%-22s %" PRIu64, stat->name,
		     stat->value);
		first = false;
	}
}

static void print_ours(const struct device *dev)
{
	char *const *attr = dev->d3cold;

	line("state", "%s", attr[D3COLD_STATE] ?: "not known");
	line("power state", "%s", dev->power_state ?: "not known");
	attr_line("guest sees", attr[D3COLD_GUEST_POWER_STATE], "");
	attr_line("policy", attr[D3COLD_POLICY], "");
	attr_line("delay", dev->autosuspend_delay_ms, " ms");
	attr_line("rearm", attr[D3COLD_REARM], "");
	attr_line("on lost", attr[D3COLD_ON_LOST], "");
	limit_line("longest wake", attr[D3COLD_MAX_WAKE_MS], " ms");
	limit_line("power cycles", attr[D3COLD_MAX_CYCLES_PER_MIN],
		   " per minute on average");
	attr_line("No_Soft_Reset", attr[D3COLD_NO_SOFT_RESET], "");
	print_qualified(attr[D3COLD_QUALIFIED]);
	attr_line("entered by", attr[D3COLD_ENTERED_BY], "");
	attr_line("last wake", attr[D3COLD_LAST_WAKE], "");
	print_blockers(dev);
	print_inhibitors(dev);
	print_times(dev);
	print_counters(dev);
}

static void print_function(const struct device *dev, bool alone)
{
	char *name = device_name(dev);
	char *why = device_why_awake(dev);
	struct json_object *obj;

	out_text("%s  %s\n", dev->id, name);
	line("driver", "%s", dev->driver ?: "none");
	if (dev->is_ours)
		print_ours(dev);
	else
		attr_line("power state", dev->power_state, "");
	if (why && !alone)
		line("keeps slot awake", "%s", why);
	if (output_is_json()) {
		obj = device_json(dev);
		json_add_string(obj, "awake_because", why);
		out_device(obj);
	}
	free(why);
	free(name);
}

static const struct device *find(const struct device_list *list,
				 const struct bdf *bdf)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (!bdf_compare(&list->v[i].bdf, bdf))
			return &list->v[i];
	return NULL;
}

static int status_of(const struct bdf *bdf)
{
	struct device_list slot;
	const struct device *dev;
	bool cold;
	size_t i;

	device_list_read_slot(&slot, bdf);
	for (i = 0; i < slot.n; i++) {
		if (i)
			out_text("\n");
		print_function(&slot.v[i], slot.n == 1);
	}
	dev = find(&slot, bdf);
	cold = dev && device_is_cold(dev);
	device_list_free(&slot);
	return cold ? EXIT_OK : EXIT_NOT_COLD;
}

/**
 * cmd_status() - the command "status"
 * @argc: number of arguments
 * @argv: arguments
 */
int cmd_status(int argc, char **argv)
{
	struct bdf_args args = { 0 };
	struct device dev;
	int code;

	code = cmd_parse(&status_argp, argc, argv, &args);
	if (!code)
		code = require_ours(&dev, args.list);
	if (!code) {
		device_free(&dev);
		code = status_of(args.list);
	}
	free(args.list);
	return code;
}
