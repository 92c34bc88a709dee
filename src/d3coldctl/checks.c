// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "util.h"

const char *const verdict_name[N_VERDICTS] = {
	[GATE_OPEN] = "ok",
	[GATE_NOTE] = "note",
	[GATE_UNKNOWN] = "unknown",
	[GATE_BLOCKED] = "blocked",
};

static struct finding *add(struct checks *c, enum verdict verdict,
			   const char *fix, char *found)
{
	struct finding *f;

	c->v = xrealloc(c->v, c->n + 1, sizeof(*c->v));
	f = &c->v[c->n++];
	memset(f, 0, sizeof(*f));
	f->gate = c->gate;
	f->verdict = verdict;
	f->found = found;
	f->fix = xstrdup(fix);
	return f;
}

#define ADD(c, verdict, fix, fmt)                          \
	do {                                               \
		va_list ap;                                \
		va_start(ap, fmt);                         \
		add(c, verdict, fix, xvasprintf(fmt, ap)); \
		va_end(ap);                                \
	} while (0)

/**
 * gate_open() - nothing is in the way here
 * @c:   checks
 * @fmt: what was found
 */
void gate_open(struct checks *c, const char *fmt, ...)
{
	ADD(c, GATE_OPEN, NULL, fmt);
}

/**
 * gate_note() - nothing is in the way, but something should be known
 * @c:   checks
 * @fix: what to do, or NULL
 * @fmt: what was found
 */
void gate_note(struct checks *c, const char *fix, const char *fmt, ...)
{
	ADD(c, GATE_NOTE, fix, fmt);
}

/**
 * gate_unknown() - this cannot be seen from outside
 * @c:   checks
 * @fix: how it can be seen, or NULL
 * @fmt: what is not known
 */
void gate_unknown(struct checks *c, const char *fix, const char *fmt, ...)
{
	ADD(c, GATE_UNKNOWN, fix, fmt);
}

/**
 * gate_blocked() - this keeps the device out of D3cold
 * @c:   checks
 * @fix: what to do, or NULL
 * @fmt: what was found
 */
void gate_blocked(struct checks *c, const char *fix, const char *fmt, ...)
{
	ADD(c, GATE_BLOCKED, fix, fmt);
}

/**
 * gate_write() - this keeps the device out of D3cold, and --fix can change it
 * @c:     checks
 * @id:    device or port
 * @file:  attribute of it
 * @value: what to write
 * @found: what was found
 */
void gate_write(struct checks *c, const char *id, const char *file,
		const char *value, const char *found)
{
	char *path = xasprintf("bus/pci/devices/%s/%s", id, file);
	char *fix =
		xasprintf("write %s to /sys/%s, or give --fix", value, path);
	struct finding *f;

	f = add(c, GATE_BLOCKED, fix, xstrdup(found));
	f->file = path;
	f->value = value;
	free(fix);
}

/**
 * gate_is_blocked() - has a gate been found closed?
 * @c:    checks
 * @gate: its name
 */
bool gate_is_blocked(const struct checks *c, const char *gate)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		if (c->v[i].verdict == GATE_BLOCKED &&
		    streq(c->v[i].gate, gate))
			return true;
	return false;
}

static const struct {
	const char *name;
	void (*look)(struct checks *c);
} gates[] = {
	{ "kernel", gate_kernel },
	{ "PM capability", gate_pm_capability },
	{ "IOMMU group", gate_group },
	{ "driver", gate_driver },
	{ "power switch", gate_power_switch },
	{ "ports", gate_ports },
	{ "d3cold_allowed", gate_allowed },
	{ "runtime PM", gate_runtime_pm },
	{ "VFs", gate_vfs },
	{ "slot", gate_siblings },
	{ "device links", gate_links },
	{ "users", gate_users },
	{ "known cases", gate_known },
	{ "driver says", gate_driver_says },
};

/**
 * checks_run() - look at all gates of a device
 * @c:    result, to be freed by checks_free()
 * @dev:  device, read in full; must outlive the result
 * @wake: may the device be woken?
 */
void checks_run(struct checks *c, const struct device *dev, bool wake)
{
	size_t i;

	memset(c, 0, sizeof(*c));
	c->dev = dev;
	c->wake = wake;
	topology_read(&c->topo, dev);
	for (i = 0; i < ARRAY_SIZE(gates); i++) {
		c->gate = gates[i].name;
		gates[i].look(c);
	}
}

/**
 * checks_blocked() - how many findings keep the device out of D3cold?
 * @c: checks
 */
size_t checks_blocked(const struct checks *c)
{
	size_t i, n = 0;

	for (i = 0; i < c->n; i++)
		n += c->v[i].verdict == GATE_BLOCKED;
	return n;
}

/**
 * checks_free() - free what checks_run() has found
 * @c: checks
 */
void checks_free(struct checks *c)
{
	size_t i;

	for (i = 0; i < c->n; i++) {
		free(c->v[i].found);
		free(c->v[i].fix);
		free(c->v[i].file);
	}
	free(c->v);
	topology_free(&c->topo);
	memset(c, 0, sizeof(*c));
}
