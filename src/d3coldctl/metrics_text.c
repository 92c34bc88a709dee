// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prometheus's text format, version 0.0.4: the samples of a metric together,
 * base units, counters that end in _total.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "metrics.h"
#include "names.h"
#include "util.h"

static const struct {
	const char *metric; /* without d3cold_; a row continues one before */
	const char *help;
	const char *stat;
	const char *label;
	uint64_t per_unit; /* of the stat in one unit of the metric */
	bool gauge;
} stats[] = {
	{ "time_seconds_total", "Time spent in each power state.", "time_d0_ms",
	  "state=\"D0\"", 1000, false },
	{ "time_seconds_total", NULL, "time_d3hot_ms", "state=\"D3hot\"", 1000,
	  false },
	{ "time_seconds_total", NULL, "time_d3cold_ms", "state=\"D3cold\"",
	  1000, false },
	{ "entries_total",
	  "Times that a guest or its VMM let the device sleep.", "entries",
	  NULL, 1, false },
	{ "suspends_total", "Runtime suspends.", "suspends", NULL, 1, false },
	{ "powered_off_total", "Runtime suspends that reached D3cold.",
	  "d3cold", NULL, 1, false },
	{ "d3hot_only_total",
	  "Runtime suspends that got no further than D3hot.", "d3hot_only",
	  NULL, 1, false },
	{ "vetoes_total", "Runtime suspends that the driver refused.", "vetoes",
	  NULL, 1, false },
	{ "verify_failures_total",
	  "Wakes after which the device was not itself.", "verify_failures",
	  NULL, 1, false },
	{ "recoveries_total",
	  "Times that the driver had to bring a device back, lost or not.",
	  "recoveries", NULL, 1, false },
	{ "link_downgrades_total", "Wakes after which the link was slower.",
	  "link_downgrades", NULL, 1, false },
	{ "shadow_hits_total",
	  "Config reads answered without waking the device.", "shadow_hits",
	  NULL, 1, false },
	{ "shadow_misses_total", "Config reads that had to wake the device.",
	  "shadow_misses", NULL, 1, false },
	{ "wake_latency_last_seconds", "How long the last wake took.",
	  "wake_latency_us_last", NULL, 1000000, true },
	{ "wake_latency_max_seconds", "How long the longest wake took.",
	  "wake_latency_us_max", NULL, 1000000, true },
};

static const char *const power_states[] = { "D0", "D1", "D2", "D3hot",
					    "D3cold" };
static const char *const machine_states[] = { "idle",	   "active", "entered",
					      "suspended", "held",   "lost" };

static void header(FILE *f, const char *metric, const char *type,
		   const char *help)
{
	fprintf(f, "# HELP d3cold_%s %s\n# TYPE d3cold_%s %s\n", metric, help,
		metric, type);
}

static void label_value(FILE *f, const char *name, const char *value)
{
	fprintf(f, "%s=\"", name);
	for (; *value; value++) {
		if (*value == '\n')
			fputs("\\n", f);
		else if (*value == '\\' || *value == '"')
			fprintf(f, "\\%c", *value);
		else
			fputc(*value, f);
	}
	fputc('"', f);
}

static void info(FILE *f, const struct device_list *list)
{
	size_t i;

	header(f, "device_info", "gauge", "What the device is, always 1.");
	for (i = 0; i < list->n; i++) {
		const struct device *dev = &list->v[i];
		char *name = device_name(dev);

		fprintf(f, "d3cold_device_info{device=\"%s\",", dev->id);
		label_value(f, "name", name);
		fprintf(f, ",vendor_id=\"%04x\",device_id=\"%04x\",",
			(unsigned int)dev->vendor, (unsigned int)dev->device);
		label_value(f, "policy", dev->d3cold[D3COLD_POLICY] ?: "");
		fputs("} 1\n", f);
		free(name);
	}
}

/* One sample for each state that there is: 1 for the one it is in. */
static void state_set(FILE *f, const struct device_list *list,
		      const char *metric, const char *help, bool power)
{
	size_t n = power ? ARRAY_SIZE(power_states) :
			   ARRAY_SIZE(machine_states);
	const char *const *names = power ? power_states : machine_states;
	size_t i, k;

	header(f, metric, "gauge", help);
	for (i = 0; i < list->n; i++) {
		const struct device *dev = &list->v[i];
		const char *is = power ? dev->power_state :
					 dev->d3cold[D3COLD_STATE];

		for (k = 0; k < n; k++)
			fprintf(f, "d3cold_%s{device=\"%s\",state=\"%s\"} %d\n",
				metric, dev->id, names[k], streq(is, names[k]));
	}
}

static void numbers(FILE *f, const struct device_list *list)
{
	size_t i;

	header(f, "blockers", "gauge",
	       "Reasons why D3cold is not reached now.");
	for (i = 0; i < list->n; i++)
		fprintf(f, "d3cold_blockers{device=\"%s\"} %zu\n",
			list->v[i].id, list->v[i].n_blockers);
	header(f, "qualified", "gauge",
	       "1 once the device has come back from a D3cold.");
	for (i = 0; i < list->n; i++)
		fprintf(f, "d3cold_qualified{device=\"%s\"} %d\n",
			list->v[i].id,
			list->v[i].d3cold[D3COLD_QUALIFIED] &&
				*list->v[i].d3cold[D3COLD_QUALIFIED] == '1');
}

static void value(FILE *f, uint64_t v, uint64_t per_unit)
{
	int digits = per_unit == 1000 ? 3 : 6;

	if (per_unit == 1)
		fprintf(f, " %" PRIu64 "\n", v);
	else
		fprintf(f, " %" PRIu64 ".%0*" PRIu64 "\n", v / per_unit, digits,
			v % per_unit);
}

static void wakes(FILE *f, const struct device_list *list)
{
	size_t i, k;

	header(f, "wakes_total", "counter",
	       "Wakes, by who or what caused them.");
	for (i = 0; i < list->n; i++) {
		const struct device *dev = &list->v[i];

		for (k = 0; k < dev->n_stats; k++)
			if (!strncmp(dev->stats[k].name, "wakes_", 6))
				fprintf(f,
					"d3cold_wakes_total{device=\"%s\",cause=\"%s\"} %" PRIu64
					"\n",
					dev->id, dev->stats[k].name + 6,
					dev->stats[k].value);
	}
}

static void stat_metrics(FILE *f, const struct device_list *list)
{
	size_t i, k;

	for (k = 0; k < ARRAY_SIZE(stats); k++) {
		if (stats[k].help)
			header(f, stats[k].metric,
			       stats[k].gauge ? "gauge" : "counter",
			       stats[k].help);
		for (i = 0; i < list->n; i++) {
			uint64_t v;

			if (!device_stat(&list->v[i], stats[k].stat, &v))
				continue;
			fprintf(f, "d3cold_%s{device=\"%s\"%s%s}",
				stats[k].metric, list->v[i].id,
				stats[k].label ? "," : "",
				stats[k].label ?: "");
			value(f, v, stats[k].per_unit);
		}
	}
}

/**
 * metrics_print() - print devices as metrics
 * @f:    where
 * @list: devices that our driver has
 */
void metrics_print(FILE *f, const struct device_list *list)
{
	header(f, "devices", "gauge", "Devices that d3cold-vfio-pci has.");
	fprintf(f, "d3cold_devices %zu\n", list->n);
	if (!list->n)
		return;
	info(f, list);
	state_set(f, list, "power_state",
		  "The power state that a device is in.", true);
	state_set(f, list, "state", "What the driver does with the device.",
		  false);
	numbers(f, list);
	stat_metrics(f, list);
	wakes(f, list);
}
