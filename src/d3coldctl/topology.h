/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a device hangs: the ports above it, who of them can cut the power, and
 * which other devices lose it then.
 */
#ifndef D3COLDCTL_TOPOLOGY_H
#define D3COLDCTL_TOPOLOGY_H

#include "device.h"

struct port {
	char id[BDF_LEN];
	bool has_power; /* a power resource of its own, one that D3 cuts (_PR3) */
	bool may_sleep; /* the kernel lets it into D3 */
	bool hotplug;
	char *driver;
	char *control;
	char *status;
	char *d3cold_allowed;
};

struct topology {
	struct port *ports; /* nearest first */
	size_t n_ports;
	bool has_acpi;
	bool has_power; /* as of a port */
	bool ejectable; /* has _EJ0: the kernel leaves has_power alone */
	size_t n_asleep; /* so many ports must sleep for the power to go */
	bool can_cut; /* somebody can cut the power at all */
	struct device_list
		sharers; /* others that must sleep, bridges left out */
};

bool power_can_be_cut(const char *id);
void topology_read(struct topology *topo, const struct device *dev);
void topology_free(struct topology *topo);

#endif
