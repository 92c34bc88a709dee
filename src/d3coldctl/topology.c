// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sysfs.h"
#include "topology.h"
#include "util.h"

/*
 * ACPI 7.3.11: _PR3 makes D3cold possible. The kernel shows the list as a
 * folder of the ACPI device, if it is not empty.
 */
static bool has_power(const char *id)
{
	return sysfs_exists(
		"bus/pci/devices/%s/firmware_node/power_resources_D3hot", id);
}

/* The kernel's acpi_pci_set_power_state() ignores what can be ejected. */
static bool is_ejectable(const char *id)
{
	return sysfs_exists("bus/pci/devices/%s/firmware_node/eject", id);
}

/* Where sysfs has a device: "../../../devices/pci0000:00/0000:00:1c.0/..." */
static bool place_of(const char *id, char place[PATH_MAX])
{
	char *link = xasprintf("%s/bus/pci/devices/%s", sysfs_root(), id);
	ssize_t n = readlink(link, place, PATH_MAX - 1);

	free(link);
	place[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/*
 * Goes up from a place: cuts its last component off, and says whether what is
 * the last now is a PCI device.
 */
static bool go_up(char *place, struct bdf *up)
{
	char *slash = strrchr(place, '/');

	if (!slash)
		return false;
	*slash = '\0';
	slash = strrchr(place, '/');
	return slash && bdf_parse(slash + 1, up);
}

/**
 * power_can_be_cut() - can the platform cut the power of a device?
 * @id: its address
 *
 * Return: true if the device itself or a port above it has a power resource.
 */
bool power_can_be_cut(const char *id)
{
	char place[PATH_MAX], up[BDF_LEN];
	struct bdf bdf;

	if (has_power(id) && !is_ejectable(id))
		return true;
	if (!place_of(id, place))
		return false;
	while (go_up(place, &bdf))
		if (has_power(bdf_format(up, &bdf)))
			return true;
	return false;
}

/*
 * A port that can take a device while the machine runs has a slot in sysfs, or
 * the service of the native driver (type 4, "pcie004").
 */
static bool is_hotplug(const char *id)
{
	const struct dirent *entry;
	bool found = false;
	DIR *dir;
	int fd;

	if (sysfs_exists("bus/pci/devices/%s/%s:pcie004", id, id) ||
	    sysfs_exists("bus/pci/devices/%s/%s:pcie204", id, id))
		return true;
	fd = sysfs_open_dir("bus/pci/devices/%s", id);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir)
		return false;
	while (!found && (entry = readdir(dir))) {
		struct bdf bdf;

		/* Firmware's hot-plug: what is below can be ejected. */
		found = bdf_parse(entry->d_name, &bdf) &&
			is_ejectable(entry->d_name);
	}
	closedir(dir);
	return found;
}

static void port_read(struct port *port, const struct bdf *bdf)
{
	const char *id = bdf_format(port->id, bdf);
	int fd = sysfs_open_dir("bus/pci/devices/%s", id);
	char *delay;

	if (fd < 0)
		return;
	port->has_power = has_power(id);
	port->hotplug = is_hotplug(id);
	port->driver = attr_link(fd, "driver");
	port->control = attr_read(fd, "power/control");
	port->status = attr_read(fd, "power/runtime_status");
	port->d3cold_allowed = attr_read(fd, "d3cold_allowed");
	/* The port driver gives a delay to those ports that may enter D3. */
	delay = attr_read(fd, "power/autosuspend_delay_ms");
	port->may_sleep = delay || streq(port->status, "suspended");
	free(delay);
	close(fd);
}

static void read_ports(struct topology *topo, const char *id)
{
	char place[PATH_MAX];
	struct bdf bdf;

	if (!place_of(id, place))
		return;
	while (go_up(place, &bdf)) {
		topo->ports = xrealloc(topo->ports, topo->n_ports + 1,
				       sizeof(*topo->ports));
		memset(&topo->ports[topo->n_ports], 0, sizeof(*topo->ports));
		port_read(&topo->ports[topo->n_ports++], &bdf);
	}
}

/* Everything below a port but the device itself, VFs and bridges. */
static void read_below(struct topology *topo, const char *port,
		       const struct device *dev)
{
	char *part = xasprintf("/%s/", port);
	struct device_list all;
	size_t i;

	device_list_read(&all, DEVICES_ALL, DETAIL_FULL);
	for (i = 0; i < all.n; i++) {
		struct device *other = &all.v[i];
		char place[PATH_MAX];

		if (bdf_compare(&other->bdf, &dev->bdf) && !other->is_vf &&
		    !device_is_bridge(other) && place_of(other->id, place) &&
		    strstr(place, part))
			device_list_add(&topo->sharers, other);
		else
			device_free(other);
	}
	free(all.v);
	free(part);
}

/**
 * topology_read() - find out where a device hangs, without waking anything
 * @topo: result, to be freed by topology_free()
 * @dev:  device
 */
void topology_read(struct topology *topo, const struct device *dev)
{
	size_t i = 0;

	memset(topo, 0, sizeof(*topo));
	/* A virtual function has no power of its own. */
	if (dev->is_vf)
		return;
	topo->has_acpi = sysfs_exists("firmware/acpi");
	topo->has_power = has_power(dev->id);
	topo->ejectable = is_ejectable(dev->id);
	read_ports(topo, dev->id);
	if (topo->has_power && !topo->ejectable) {
		topo->can_cut = true;
	} else {
		while (i < topo->n_ports && !topo->ports[i].has_power)
			i++;
		topo->can_cut = i < topo->n_ports;
		/* Without a switch, say at least what the next port would lack.
		 */
		topo->n_asleep = topo->can_cut ? i + 1 : topo->n_ports > 0;
	}
	if (topo->n_ports)
		read_below(
			topo,
			topo->ports[topo->n_asleep ? topo->n_asleep - 1 : 0].id,
			dev);
}

/**
 * topology_free() - free what topology_read() has read
 * @topo: topology
 */
void topology_free(struct topology *topo)
{
	size_t i;

	for (i = 0; i < topo->n_ports; i++) {
		free(topo->ports[i].driver);
		free(topo->ports[i].control);
		free(topo->ports[i].status);
		free(topo->ports[i].d3cold_allowed);
	}
	free(topo->ports);
	device_list_free(&topo->sharers);
	memset(topo, 0, sizeof(*topo));
}
