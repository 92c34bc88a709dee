// SPDX-License-Identifier: GPL-2.0-only
/*
 * The gates in the device itself, its driver and its users.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checks.h"
#include "inhibit.h"
#include "sysfs.h"
#include "users.h"
#include "util.h"

static bool driver_says(const struct device *dev, const char *start)
{
	size_t i;

	for (i = 0; i < dev->n_blockers; i++)
		if (!strncmp(dev->blockers[i], start, strlen(start)))
			return true;
	return false;
}

void gate_kernel(struct checks *c)
{
	if (!sysfs_exists("power"))
		gate_blocked(c, "use a kernel with CONFIG_PM",
			     "no runtime power management");
	else
		gate_open(c, "it has runtime power management");
}

/* PCI 3.2.1: the capability list, for those who said --wake */
static bool has_pm_capability(const char *id, bool *has)
{
	char *path =
		xasprintf("%s/bus/pci/devices/%s/config", sysfs_root(), id);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	unsigned char config[256];
	unsigned int at, steps = 48;
	ssize_t n;

	free(path);
	if (fd < 0)
		return false;
	n = read(fd, config, sizeof(config));
	close(fd);
	/* others than root get 64 bytes; a lost device gives ones */
	if (n < (ssize_t)sizeof(config) || (config[0] & config[1]) == 0xff)
		return false;
	*has = false;
	if (!(config[0x06] & 0x10))
		return true;
	for (at = config[0x34] & ~3U; at >= 0x40 && steps--;
	     at = config[at + 1] & ~3U)
		if (config[at] == 0x01)
			*has = true;
	return true;
}

void gate_pm_capability(struct checks *c)
{
	const struct device *dev = c->dev;
	bool has = false, known;

	if (dev->is_vf) {
		gate_blocked(
			c,
			"none is needed: it has no power of its own, its physical function sleeps when it has no VFs",
			"a virtual function");
		return;
	}
	/* Who has been in D3 has it, and our driver knows. */
	known = dev->has_blockers ||
		(dev->power_state && !strncmp(dev->power_state, "D3", 2));
	if (known)
		has = !driver_says(dev, "device:");
	else if (c->wake)
		known = has_pm_capability(dev->id, &has);
	if (!known)
		gate_unknown(
			c,
			c->wake ?
				"try again as root" :
				"\"d3coldctl check --wake\" looks, and wakes it",
			"not known: it stands in config space");
	else if (has)
		gate_open(c, "there");
	else
		gate_blocked(c, "nothing can be done: D3 needs it",
			     "the device has no PM capability");
}

void gate_driver(struct checks *c)
{
	const struct device *dev = c->dev;
	char *fix;

	if (dev->is_ours) {
		gate_open(c, "%s", dev->driver);
		return;
	}
	fix = xasprintf("d3coldctl bind %s", dev->id);
	gate_blocked(c, fix, "%s%s", dev->driver ?: "no driver",
		     dev->is_vfio ?
			     " powers it off at most while nobody has it open" :
			     "");
	free(fix);
}

/* vfio gives a group to a user only if no host driver has a device of it. */
static bool look_at_peer(struct checks *c, const char *id)
{
	struct device peer;
	struct bdf bdf;
	bool in_the_way;
	char *fix;

	if (!bdf_parse(id, &bdf) || !bdf_compare(&bdf, &c->dev->bdf) ||
	    device_read(&peer, &bdf))
		return false;
	in_the_way = peer.driver && !peer.is_vfio && !device_is_bridge(&peer) &&
		     !streq(peer.driver, "pci-stub");
	if (in_the_way) {
		fix = xasprintf("d3coldctl bind %s", id);
		gate_note(
			c, fix,
			"%s: no virtual machine can open it while %s is bound to %s",
			c->dev->iommu_group, id, peer.driver);
		free(fix);
	}
	device_free(&peer);
	return in_the_way;
}

void gate_group(struct checks *c)
{
	const struct device *dev = c->dev;
	const struct dirent *entry;
	size_t n = 0;
	DIR *dir;
	int fd;

	if (!dev->iommu_group) {
		if (dev->is_ours)
			gate_note(
				c, NULL,
				"none: it works without protection by an IOMMU");
		else
			gate_blocked(
				c,
				"enable the IOMMU in the firmware (VT-d, AMD-Vi) and, with Intel, boot with intel_iommu=on",
				"none, so vfio cannot have the device");
		return;
	}
	fd = sysfs_open_dir("kernel/iommu_groups/%s/devices", dev->iommu_group);
	dir = fd < 0 ? NULL : fdopendir(fd);
	while (dir && (entry = readdir(dir)))
		n += look_at_peer(c, entry->d_name);
	if (dir)
		closedir(dir);
	if (!n)
		gate_open(c, "%s", dev->iommu_group);
}

void gate_allowed(struct checks *c)
{
	if (streq(c->dev->d3cold_allowed, "0"))
		gate_write(c, c->dev->id, "d3cold_allowed", "1",
			   "0 forbids D3cold");
	else
		gate_open(c, "%s", c->dev->d3cold_allowed ?: "not known");
}

void gate_runtime_pm(struct checks *c)
{
	const struct device *dev = c->dev;
	char *qos, *who;

	if (!dev->is_ours) {
		gate_open(c, "%s; binding makes it auto",
			  dev->power_control ?: "not known");
		return;
	}
	qos = sysfs_read("bus/pci/devices/%s/power/pm_qos_resume_latency_us",
			 dev->id);
	who = inhibitors(dev);
	if (who)
		gate_blocked(c, "it may sleep again when that has ended",
			     "\"d3coldctl inhibit\" keeps it awake for %s",
			     who);
	else if (streq(dev->power_control, "on"))
		gate_write(c, dev->id, "power/control", "auto",
			   "\"on\" keeps the device in D0");
	else if (dev->autosuspend_delay_ms && *dev->autosuspend_delay_ms == '-')
		gate_write(c, dev->id, "power/autosuspend_delay_ms", "1000",
			   "a negative autosuspend_delay_ms keeps it in D0");
	else if (streq(qos, "n/a"))
		gate_write(c, dev->id, "power/pm_qos_resume_latency_us", "0",
			   "pm_qos_resume_latency_us \"n/a\" keeps it in D0");
	else
		gate_open(c, "%s, after %s ms",
			  dev->power_control ?: "not known",
			  dev->autosuspend_delay_ms ?: "?");
	free(who);
	free(qos);
}

void gate_users(struct checks *c)
{
	const struct device *dev = c->dev;
	char *users = dev->is_vfio ? users_describe(dev) : NULL;
	bool awake = dev->is_ours ? streq(dev->d3cold[D3COLD_STATE], "active") :
				    users && !device_is_cold(dev);

	if (awake)
		gate_blocked(
			c,
			"it sleeps once its guest or VMM lets it (see \"policy\"), or when it is closed",
			"open and awake: %s",
			users ?: "whoever has it, root can see who");
	else if (users)
		gate_open(c, "open and asleep or about to be: %s", users);
	else
		gate_open(c, "none");
	free(users);
}

void gate_vfs(struct checks *c)
{
	char *n = sysfs_read("bus/pci/devices/%s/sriov_numvfs", c->dev->id);
	char *fix;

	if (n && strcmp(n, "0") != 0) {
		fix = xasprintf(
			"write 0 to /sys/bus/pci/devices/%s/sriov_numvfs",
			c->dev->id);
		gate_blocked(c, fix, "%s virtual functions are enabled", n);
		free(fix);
	} else {
		gate_open(c, "none");
	}
	free(n);
}

/*
 * What only the driver knows. Lines of it whose gate has been found closed
 * above would be said twice.
 */
void gate_driver_says(struct checks *c)
{
	static const struct {
		const char *start;
		const char *gate;
	} seen[] = {
		{ "device:", "PM capability" },
		{ "power/", "runtime PM" },
		{ "d3cold_allowed:", "d3cold_allowed" },
		{ "in use:", "users" },
		{ "VFs:", "VFs" },
		{ "sibling:", "slot" },
		{ "platform:", "power switch" },
		{ "port:", "ports" },
	};
	const struct device *dev = c->dev;
	size_t i, k, n = c->n;

	for (i = 0; i < dev->n_blockers; i++) {
		char *line, *fix, *command = NULL;

		for (k = 0; k < ARRAY_SIZE(seen); k++)
			if (!strncmp(dev->blockers[i], seen[k].start,
				     strlen(seen[k].start)) &&
			    gate_is_blocked(c, seen[k].gate))
				break;
		if (k < ARRAY_SIZE(seen))
			continue;
		line = xstrdup(dev->blockers[i]);
		fix = strstr(line, "; ");
		if (fix) {
			*fix = '\0';
			fix += 2;
		}
		if (!strncmp(line, "lost:", 5))
			command = xasprintf("d3coldctl recover %s", dev->id);
		else if (!strncmp(line, "policy: \"off\"", 13))
			command = xasprintf("d3coldctl set %s policy=auto",
					    dev->id);
		if (!strncmp(line, "waiting:", 8))
			gate_note(c, fix, "%s", line);
		else
			gate_blocked(c, command ?: fix, "%s", line);
		free(command);
		free(line);
	}
	if (c->n == n)
		gate_open(c, dev->has_blockers ?
				     "nothing more" :
				     "not asked: it has no list of blockers");
}
