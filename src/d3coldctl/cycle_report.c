// SPDX-License-Identifier: GPL-2.0-only
/*
 * What "cycle" found, as a text that can be pasted into a bug report.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cycle.h"
#include "names.h"
#include "output.h"
#include "sysfs.h"
#include "util.h"

#define BAR_WIDTH 30
#define FAILURES_SHOWN 20

static void bar_of(char buf[BAR_WIDTH + 1], size_t part, size_t whole, int rest)
{
	size_t n = whole ? (part * BAR_WIDTH + whole - 1) / whole : 0;

	memset(buf, rest, BAR_WIDTH);
	memset(buf, '#', n);
	buf[BAR_WIDTH] = '\0';
	if (rest == ' ')
		buf[n] = '\0';
}

/**
 * cycle_progress() - show how far it is, if standard error is a terminal
 * @r:          so far
 * @elapsed_ms: since the first cycle began
 */
void cycle_progress(const struct cycle_result *r, uint64_t elapsed_ms)
{
	char bar[BAR_WIDTH + 1], left[DURATION_LEN];

	if (output_is_json() || !isatty(STDERR_FILENO))
		return;
	bar_of(bar, r->done, r->wanted, '.');
	format_ms(left,
		  r->done ? elapsed_ms * (r->wanted - r->done) / r->done : 0);
	fprintf(stderr, "\r[%s] %lu/%lu, %zu failed, %s left \033[K", bar,
		r->done, r->wanted, r->n_failures, r->done ? left : "?");
}

/**
 * cycle_progress_end() - take the progress away again
 */
void cycle_progress_end(void)
{
	if (!output_is_json() && isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}

static void line(const char *key, const char *value)
{
	out_text("  %-10s %s\n", key, value);
}

static const char *ms(char buf[DURATION_LEN], uint64_t us)
{
	snprintf(buf, DURATION_LEN, "%" PRIu64 ".%" PRIu64, us / 1000,
		 us % 1000 / 100);
	return buf;
}

static void say_latency(const struct latency *wake)
{
	struct latency_bucket buckets[LATENCY_BUCKETS];
	char a[DURATION_LEN], b[DURATION_LEN], c[DURATION_LEN], d[DURATION_LEN];
	char bar[BAR_WIDTH + 1];
	size_t i, n, most = 0;
	char *text;

	if (!wake->n)
		return;
	text = xasprintf("min %s ms, median %s ms, p99 %s ms, max %s ms",
			 ms(a, latency_percentile(wake, 0)),
			 ms(b, latency_percentile(wake, 50)),
			 ms(c, latency_percentile(wake, 99)),
			 ms(d, latency_percentile(wake, 100)));
	line("wake", text);
	free(text);
	n = latency_histogram(wake, buckets);
	for (i = 0; i < n; i++)
		most = buckets[i].count > most ? buckets[i].count : most;
	for (i = 0; i < n; i++) {
		bar_of(bar, buckets[i].count, most, ' ');
		out_text("  %10s %8s ms %5zu %s\n", i ? "" : "from",
			 ms(a, buckets[i].from_us), buckets[i].count, bar);
	}
}

static void say_comparison(const struct cycle_result *r)
{
	char *text;

	text = xasprintf("%s before, %s after", r->link_before ?: "none",
			 r->link_after ?: "not known");
	line("link", text);
	free(text);
	text = xasprintf(
		"%zu bytes of config space and %u BARs after each cycle; %u that change by themselves left out",
		r->config_size, r->bars, r->ignored);
	line("compared", text);
	free(text);
}

static char *driver_version(void)
{
	int fd = sysfs_open_dir("module/" MODULE_NAME);
	char *version;

	if (fd < 0)
		return NULL;
	version = attr_read(fd, "version");
	close(fd);
	return version;
}

static void say_host(const struct cycle_result *r, const struct device *dev)
{
	char *version = driver_version(), *name = device_name(dev);
	struct utsname host;
	char *text;

	uname(&host);
	text = xasprintf("%s [%04x:%04x]", name, (unsigned int)dev->vendor,
			 (unsigned int)dev->device);
	line("device", text);
	free(text);
	text = xasprintf("%s %s, d3coldctl " VERSION ", " DRIVER_NAME " %s",
			 host.sysname, host.release, version ?: "(no version)");
	line("host", text);
	free(text);
	text = xasprintf("policy %s, %lu ms of delay during the run",
			 or_dash(dev->d3cold[D3COLD_POLICY]), r->delay_ms);
	line("settings", text);
	free(text);
	free(name);
	free(version);
}

static const char *verdict(const struct cycle_result *r)
{
	if (r->n_failures)
		return "FAILED";
	return r->interrupted ? "interrupted, no failure so far" : "passed";
}

static void report_text(const struct cycle_result *r, const struct device *dev)
{
	char *text;
	size_t i;

	out_text("%s: %s\n", dev->id, verdict(r));
	say_host(r, dev);
	text = xasprintf("%zu of %lu verified, %zu failed%s%s", r->wake.n,
			 r->wanted, r->n_failures, r->stopped ? "; " : "",
			 r->stopped ?: "");
	line("cycles", text);
	free(text);
	say_latency(&r->wake);
	say_comparison(r);
	for (i = 0; i < r->n_failures && i < FAILURES_SHOWN; i++)
		out_text("  %-10s cycle %lu: %s\n", i ? "" : "failures",
			 r->failures[i].cycle, r->failures[i].what);
	if (i < r->n_failures)
		out_text("  %-10s and %zu more\n", "", r->n_failures - i);
}

static struct json_object *number(uint64_t value)
{
	return json_object_new_int64((int64_t)value);
}

static struct json_object *latency_json(const struct latency *wake)
{
	static const struct {
		const char *key;
		unsigned int percent;
	} points[] = {
		{ "min", 0 }, { "median", 50 }, { "p99", 99 }, { "max", 100 }
	};
	struct latency_bucket buckets[LATENCY_BUCKETS];
	struct json_object *obj, *list;
	size_t i, n;

	if (!wake->n)
		return NULL;
	obj = json_object_new_object();
	for (i = 0; i < ARRAY_SIZE(points); i++)
		json_object_object_add(
			obj, points[i].key,
			number(latency_percentile(wake, points[i].percent)));
	list = json_object_new_array();
	n = latency_histogram(wake, buckets);
	for (i = 0; i < n; i++) {
		struct json_object *bucket = json_object_new_object();

		json_object_object_add(bucket, "from",
				       number(buckets[i].from_us));
		json_object_object_add(bucket, "to", number(buckets[i].to_us));
		json_object_object_add(bucket, "count",
				       number(buckets[i].count));
		json_object_array_add(list, bucket);
	}
	json_object_object_add(obj, "histogram", list);
	return obj;
}

static struct json_object *result_json(const struct cycle_result *r)
{
	struct json_object *obj = json_object_new_object();
	struct json_object *list = json_object_new_array();
	size_t i;

	json_object_object_add(obj, "passed",
			       json_object_new_boolean(!r->n_failures &&
						       !r->stopped));
	json_object_object_add(obj, "wanted", number(r->wanted));
	json_object_object_add(obj, "verified", number(r->wake.n));
	json_object_object_add(obj, "failed", number(r->n_failures));
	json_object_object_add(obj, "interrupted",
			       json_object_new_boolean(r->interrupted));
	json_add_string(obj, "stopped", r->stopped);
	json_object_object_add(obj, "delay_ms", number(r->delay_ms));
	json_object_object_add(obj, "wake_us", latency_json(&r->wake));
	json_add_string(obj, "link_before", r->link_before);
	json_add_string(obj, "link_after", r->link_after);
	for (i = 0; i < r->n_failures; i++) {
		struct json_object *failure = json_object_new_object();

		json_object_object_add(failure, "cycle",
				       number(r->failures[i].cycle));
		json_add_string(failure, "message", r->failures[i].what);
		json_object_array_add(list, failure);
	}
	json_object_object_add(obj, "failures", list);
	return obj;
}

/**
 * cycle_report() - say what came out
 * @r:   the result, its times sorted
 * @dev: device, read after the run
 */
void cycle_report(const struct cycle_result *r, const struct device *dev)
{
	struct json_object *obj;

	report_text(r, dev);
	if (!output_is_json())
		return;
	obj = device_json(dev);
	json_object_object_add(obj, "cycle", result_json(r));
	out_device(obj);
}

/**
 * cycle_result_free() - free a result
 * @r: result
 */
void cycle_result_free(struct cycle_result *r)
{
	size_t i;

	for (i = 0; i < r->n_failures; i++)
		free(r->failures[i].what);
	free(r->failures);
	free(r->stopped);
	free(r->link_before);
	free(r->link_after);
	latency_free(&r->wake);
}
