/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The gates on a device's way to D3cold: what was found at each, and what to do
 * about it. Looking at them wakes nothing.
 */
#ifndef D3COLDCTL_CHECKS_H
#define D3COLDCTL_CHECKS_H

#include "topology.h"

enum verdict {
	GATE_OPEN,
	GATE_NOTE, /* open, but worth knowing */
	GATE_UNKNOWN, /* only the device itself could tell */
	GATE_BLOCKED,
	N_VERDICTS,
};

extern const char *const verdict_name[N_VERDICTS];

struct finding {
	const char *gate;
	enum verdict verdict;
	char *found;
	char *fix; /* what to do, or NULL */
	/* What --fix writes, or NULL: nothing that takes anything from anybody */
	char *file;
	const char *value;
};

struct checks {
	const struct device *dev;
	struct topology topo;
	bool wake; /* may read what wakes the device */
	const char *gate; /* the one that is being looked at */
	struct finding *v;
	size_t n;
};

void checks_run(struct checks *c, const struct device *dev, bool wake);
void checks_free(struct checks *c);
size_t checks_blocked(const struct checks *c);

/* For the gates: each adds at least one finding. */
void gate_open(struct checks *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void gate_note(struct checks *c, const char *fix, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void gate_unknown(struct checks *c, const char *fix, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void gate_blocked(struct checks *c, const char *fix, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void gate_write(struct checks *c, const char *id, const char *file,
		const char *value, const char *found);
bool gate_is_blocked(const struct checks *c, const char *gate);

/* What known.h has */
enum known_of {
	KNOWN_DEVICE,
	KNOWN_PORT, /* one that must sleep */
	KNOWN_WHY_NO_D3, /* of a port that the kernel keeps out of D3 */
};

bool known_look(struct checks *c, enum known_of of, const char *id,
		const char *prefix);

/* gates_device.c, gates_topology.c and gate_known.c, in the order of the way */
void gate_kernel(struct checks *c);
void gate_pm_capability(struct checks *c);
void gate_group(struct checks *c);
void gate_driver(struct checks *c);
void gate_power_switch(struct checks *c);
void gate_ports(struct checks *c);
void gate_allowed(struct checks *c);
void gate_runtime_pm(struct checks *c);
void gate_vfs(struct checks *c);
void gate_siblings(struct checks *c);
void gate_links(struct checks *c);
void gate_users(struct checks *c);
void gate_known(struct checks *c);
void gate_driver_says(struct checks *c);

#endif
