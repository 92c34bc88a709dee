// SPDX-License-Identifier: GPL-2.0-only
/*
 * The gates outside of the device: who cuts the power, the ports that must
 * sleep for it, and whoever else must.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checks.h"
#include "sysfs.h"
#include "util.h"

/* Before this year Linux trusts no port to survive D3: pci_bridge_d3_possible()
 */
#define FIRST_GOOD_YEAR 2015

void gate_power_switch(struct checks *c)
{
	const struct topology *topo = &c->topo;

	if (c->dev->is_vf)
		gate_open(c, "its physical function's");
	else if (topo->can_cut && !topo->n_asleep)
		gate_open(c, "the device has power resources (_PR3)");
	else if (topo->can_cut)
		gate_open(c, "port %s has power resources (_PR3)",
			  topo->ports[topo->n_asleep - 1].id);
	else if (!topo->has_acpi)
		gate_unknown(c, NULL, "not known: this machine has no ACPI");
	else if (topo->has_power)
		gate_blocked(
			c,
			"switch hot-plug off for this slot: Linux leaves the power of devices that can be ejected (_EJ0) alone",
			"the device has power resources, but can be ejected");
	else
		gate_blocked(
			c,
			"only the firmware can help: look for an update, or for \"RTD3\" in its setup; D3hot is the deepest state here",
			"neither the device nor a port above it has a power resource (_PR3)");
}

/* "mm/dd/yyyy", or 0 */
static unsigned long firmware_year(void)
{
	char *date = sysfs_read("class/dmi/id/bios_date");
	const char *slash = date ? strrchr(date, '/') : NULL;
	unsigned long year = 0;

	if (slash && !parse_uint(slash + 1, 9999, &year))
		year = 0;
	free(date);
	return year;
}

/* In the order of pci_bridge_d3_possible(), but all that apply are said. */
static void why_no_d3(struct checks *c, const struct port *port)
{
	unsigned long year = firmware_year();
	size_t n = c->n;
	char *prefix = xasprintf("%s may not enter D3: ", port->id);
	bool known = known_look(c, KNOWN_WHY_NO_D3, port->id, prefix);

	free(prefix);
	if (!port->driver && !known)
		gate_blocked(c, "load the driver \"pcieport\" for it",
			     "%s has no driver, so nothing puts it to sleep",
			     port->id);
	if (port->hotplug)
		gate_blocked(
			c,
			"switch hot-plug off for this slot in the firmware's setup; if Linux itself does the hot-plug, booting with pcie_port_pm=force helps, too",
			"%s may not enter D3: it is a hot-plug port", port->id);
	if (year && year < FIRST_GOOD_YEAR)
		gate_blocked(
			c,
			"update the firmware, or boot with pcie_port_pm=force",
			"%s may not enter D3: the firmware is of %lu, and Linux trusts none before %d",
			port->id, year, FIRST_GOOD_YEAR);
	if (c->n == n)
		gate_blocked(
			c,
			"boot with pcie_port_pm=force to try it all the same",
			"%s may not enter D3: the kernel does not trust it",
			port->id);
}

static bool all_below_sleeps(const struct checks *c)
{
	size_t i;

	for (i = 0; i < c->topo.sharers.n; i++)
		if (!streq(c->topo.sharers.v[i].runtime_status, "suspended"))
			return false;
	return streq(c->dev->runtime_status, "suspended");
}

static uint64_t active_ms(const struct port *port)
{
	int fd = sysfs_open_dir("bus/pci/devices/%s", port->id);
	uint64_t ms = 0;

	if (fd >= 0) {
		attr_read_uint(fd, "power/runtime_active_time", 10, &ms);
		close(fd);
	}
	return ms;
}

/*
 * A port sleeps 100 ms after what is below it. One that goes on being awake for
 * most of the time is kept so, or woken again and again, by somebody.
 */
static bool stays_awake(const struct checks *c, const struct port *port)
{
	uint64_t before;

	if (!streq(port->status, "active") || !all_below_sleeps(c))
		return false;
	usleep(500 * 1000);
	before = active_ms(port);
	usleep(500 * 1000);
	return active_ms(port) - before > 250;
}

void gate_ports(struct checks *c)
{
	size_t i, n = c->n;

	for (i = 0; i < c->topo.n_asleep; i++) {
		const struct port *port = &c->topo.ports[i];
		char *found;

		if (!port->may_sleep) {
			why_no_d3(c, port);
			continue;
		}
		if (streq(port->d3cold_allowed, "0")) {
			found = xasprintf("d3cold_allowed of %s is 0",
					  port->id);
			gate_write(c, port->id, "d3cold_allowed", "1", found);
			free(found);
		}
		if (streq(port->control, "on")) {
			found = xasprintf("power/control of %s is \"on\"",
					  port->id);
			gate_write(c, port->id, "power/control", "auto", found);
			free(found);
		} else if (stays_awake(c, port)) {
			gate_blocked(
				c,
				"stop what touches it: a loop of lspci or setpci, a monitoring agent, or a driver of another device below it",
				"%s stays awake, although all that is below it sleeps",
				port->id);
		}
	}
	if (c->n > n)
		return;
	if (c->topo.n_asleep)
		gate_open(c, "all that must sleep may");
	else
		gate_open(c, "none must sleep");
}

/*
 * A function without driver stays in D0 and yet counts as asleep; that is
 * enough if a port cuts the power, but its own power resource stays on.
 */
static bool keeps_power(const struct checks *c, const struct device *other)
{
	if (!streq(other->runtime_status, "suspended"))
		return !other->power_state ||
		       strcmp(other->power_state, "D3cold") != 0;
	return !c->topo.n_asleep && !other->driver &&
	       streq(other->power_state, "D0");
}

void gate_siblings(struct checks *c)
{
	const struct device_list *others = &c->topo.sharers;
	size_t i, n = c->n;

	for (i = 0; i < others->n; i++) {
		const struct device *other = &others->v[i];
		char *found, *fix;

		if (streq(other->d3cold_allowed, "0") && c->topo.n_asleep) {
			found = xasprintf("d3cold_allowed of %s is 0",
					  other->id);
			gate_write(c, other->id, "d3cold_allowed", "1", found);
			free(found);
		}
		if (!keeps_power(c, other))
			continue;
		found = xasprintf("%s (%s) is awake%s%s", other->id,
				  other->driver ?: "no driver",
				  other->n_blockers ? ": " : "",
				  other->n_blockers ? other->blockers[0] : "");
		/* With nobody there to be disturbed, it may be let sleep. */
		if ((!other->driver && c->topo.n_asleep) || other->is_ours) {
			if (streq(other->power_control, "on")) {
				gate_write(c, other->id, "power/control",
					   "auto", found);
				free(found);
				continue;
			}
		}
		fix = other->is_ours ?
			      xasprintf("d3coldctl check %s", other->id) :
			      xasprintf("d3coldctl bind %s", other->id);
		gate_blocked(c, fix, "%s", found);
		free(fix);
		free(found);
	}
	if (c->n > n)
		return;
	if (others->n)
		gate_open(c, "the others that lose their power with it sleep");
	else
		gate_open(c, "it has its power for itself");
}

/* A supplier must be awake while a consumer is, if their link says so. */
void gate_links(struct checks *c)
{
	const struct dirent *entry;
	size_t n = c->n, links = 0;
	int fd = sysfs_open_dir("bus/pci/devices/%s", c->dev->id);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	while (dir && (entry = readdir(dir))) {
		uint64_t pm = 0;
		char *name, *status;

		if (strncmp(entry->d_name, "consumer:", 9) != 0)
			continue;
		name = xasprintf("%s/runtime_pm", entry->d_name);
		attr_read_uint(fd, name, 10, &pm);
		free(name);
		if (!pm)
			continue;
		links++;
		name = xasprintf("%s/consumer/power/runtime_status",
				 entry->d_name);
		status = attr_read(fd, name);
		free(name);
		if (streq(status, "active"))
			gate_blocked(
				c,
				"let that device sleep (its power/control), or take its driver away",
				"%s needs the device, and is awake",
				entry->d_name + 9);
		free(status);
	}
	if (dir)
		closedir(dir);
	if (c->n > n)
		return;
	if (links)
		gate_open(c, "%zu, whose devices sleep", links);
	else
		gate_open(c, "none");
}
