// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "device.h"
#include "sysfs.h"
#include "util.h"

const char *const d3cold_attr_name[D3COLD_ATTRS] = {
	[D3COLD_STATE] = "state",
	[D3COLD_POLICY] = "policy",
	[D3COLD_REARM] = "rearm",
	[D3COLD_ON_LOST] = "on_lost",
	[D3COLD_MAX_WAKE_MS] = "max_wake_ms",
	[D3COLD_MAX_CYCLES_PER_MIN] = "max_cycles_per_min",
	[D3COLD_QUALIFIED] = "qualified",
	[D3COLD_GUEST_POWER_STATE] = "guest_power_state",
	[D3COLD_NO_SOFT_RESET] = "no_soft_reset",
	[D3COLD_ENTERED_BY] = "entered_by",
	[D3COLD_LAST_WAKE] = "last_wake",
};

static void read_blockers(struct device *dev, int fd)
{
	char *text = attr_read(fd, "blockers");
	char *save, *line;

	if (!text)
		return;
	dev->has_blockers = true;
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		if (streq(line, "none"))
			continue;
		dev->blockers = xrealloc(dev->blockers, dev->n_blockers + 1,
					 sizeof(*dev->blockers));
		dev->blockers[dev->n_blockers++] = xstrdup(line);
	}
	free(text);
}

static int stat_compare(const void *a, const void *b)
{
	const struct stat_value *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static void read_stat(struct device *dev, int fd, const char *path)
{
	const char *slash = strrchr(path, '/');
	uint64_t value;

	if (!attr_read_uint(fd, path, 10, &value))
		return;
	dev->stats =
		xrealloc(dev->stats, dev->n_stats + 1, sizeof(*dev->stats));
	dev->stats[dev->n_stats].name = xstrdup(slash ? slash + 1 : path);
	dev->stats[dev->n_stats++].value = value;
}

/* Whatever numbers the driver has, so that new ones show up by themselves. */
static void read_stats(struct device *dev, int d3cold_fd)
{
	const struct dirent *entry;
	DIR *dir;
	int fd;

	fd = openat(d3cold_fd, "stats", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return;
	}
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			read_stat(dev, fd, entry->d_name);
	closedir(dir);
	if (dev->n_stats)
		qsort(dev->stats, dev->n_stats, sizeof(*dev->stats),
		      stat_compare);
}

static void read_d3cold(struct device *dev, int devfd,
			enum device_detail detail)
{
	int i, fd;

	fd = openat(devfd, "d3cold", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	read_blockers(dev, fd);
	if (detail == DETAIL_SUMMARY) {
		dev->d3cold[D3COLD_STATE] = attr_read(fd, "state");
		dev->d3cold[D3COLD_POLICY] = attr_read(fd, "policy");
		read_stat(dev, fd, "stats/time_d3cold_ms");
	} else {
		for (i = 0; i < D3COLD_ATTRS; i++)
			dev->d3cold[i] = attr_read(fd, d3cold_attr_name[i]);
		read_stats(dev, fd);
	}
	close(fd);
}

/* Every vfio driver makes a vfio-dev/ folder in the device's (since 6.1). */
static bool read_is_vfio(const struct device *dev, int fd)
{
	return dev->driver && (!faccessat(fd, "vfio-dev", F_OK, 0) ||
			       strstr(dev->driver, "vfio"));
}

/* A vendor's build of our driver has another name, and the same folder. */
static bool read_is_ours(const struct device *dev, int fd)
{
	return dev->driver && (streq(dev->driver, DRIVER_NAME) ||
			       !faccessat(fd, "d3cold", F_OK, 0));
}

static void read_driver(struct device *dev, int fd)
{
	dev->driver = attr_link(fd, "driver");
	dev->is_ours = read_is_ours(dev, fd);
	dev->is_vfio = dev->is_ours || read_is_vfio(dev, fd);
}

static void read_rest(struct device *dev, int fd, enum device_detail detail)
{
	attr_read_uint(fd, "vendor", 16, &dev->vendor);
	attr_read_uint(fd, "device", 16, &dev->device);
	if (!dev->is_ours || detail == DETAIL_FULL)
		attr_read_uint(fd, "class", 16, &dev->class);
	dev->power_state = attr_read(fd, "power_state");
	if (dev->is_ours)
		read_d3cold(dev, fd, detail);
	if (detail == DETAIL_SUMMARY)
		return;
	dev->driver_override = attr_read(fd, "driver_override");
	if (streq(dev->driver_override, "(null)") ||
	    streq(dev->driver_override, "")) {
		free(dev->driver_override);
		dev->driver_override = NULL;
	}
	dev->iommu_group = attr_link(fd, "iommu_group");
	dev->is_vf = !faccessat(fd, "physfn", F_OK, AT_SYMLINK_NOFOLLOW);
	dev->runtime_status = attr_read(fd, "power/runtime_status");
	dev->power_control = attr_read(fd, "power/control");
	dev->autosuspend_delay_ms = attr_read(fd, "power/autosuspend_delay_ms");
	dev->d3cold_allowed = attr_read(fd, "d3cold_allowed");
}

static int device_open(struct device *dev, const struct bdf *bdf)
{
	memset(dev, 0, sizeof(*dev));
	dev->bdf = *bdf;
	bdf_format(dev->id, bdf);
	return sysfs_open_dir("bus/pci/devices/%s", dev->id);
}

/**
 * device_read() - read all that we know of one device, without waking it
 * @dev: result; to be freed by device_free()
 * @bdf: its address
 *
 * Return: 0, or -errno if there is no such device; @dev then has its address
 * and nothing else.
 */
int device_read(struct device *dev, const struct bdf *bdf)
{
	int fd = device_open(dev, bdf);

	if (fd < 0)
		return fd;
	read_driver(dev, fd);
	read_rest(dev, fd, DETAIL_FULL);
	close(fd);
	return 0;
}

/**
 * device_free() - free what device_read() has read
 * @dev: device, which may be used again
 */
void device_free(struct device *dev)
{
	size_t i;

	free(dev->driver);
	free(dev->driver_override);
	free(dev->iommu_group);
	free(dev->power_state);
	free(dev->runtime_status);
	free(dev->power_control);
	free(dev->autosuspend_delay_ms);
	free(dev->d3cold_allowed);
	for (i = 0; i < D3COLD_ATTRS; i++)
		free(dev->d3cold[i]);
	for (i = 0; i < dev->n_blockers; i++)
		free(dev->blockers[i]);
	free(dev->blockers);
	for (i = 0; i < dev->n_stats; i++)
		free(dev->stats[i].name);
	free(dev->stats);
	memset(dev, 0, sizeof(*dev));
}

/**
 * device_is_bridge() - is it a bridge of any kind (base class 06)?
 * @dev: device
 */
bool device_is_bridge(const struct device *dev)
{
	return dev->class >> 16 == 0x06;
}

/**
 * device_is_cold() - does it sleep in D3cold?
 * @dev: device
 *
 * The PCI core says D3cold also of a device whose power another one keeps on,
 * and of a lost one, which does not sleep: it is away. Our driver has a blocker
 * for each.
 */
bool device_is_cold(const struct device *dev)
{
	return streq(dev->power_state, "D3cold") && !dev->n_blockers &&
	       !streq(dev->d3cold[D3COLD_STATE], "lost");
}

/**
 * device_stat() - look up one of the driver's counters
 * @dev:   device
 * @name:  file in d3cold/stats/
 * @value: result, untouched if there is none
 *
 * Return: whether the driver has that counter.
 */
bool device_stat(const struct device *dev, const char *name, uint64_t *value)
{
	struct stat_value key = { .name = (char *)name };
	const struct stat_value *found;

	if (!dev->n_stats)
		return false;
	found = bsearch(&key, dev->stats, dev->n_stats, sizeof(*dev->stats),
			stat_compare);
	if (found)
		*value = found->value;
	return found;
}

/**
 * device_why_awake() - why a function keeps its slot powered, in a few words
 * @dev: function of the slot
 *
 * Return: text to be freed, or NULL if it does not keep the slot powered.
 */
char *device_why_awake(const struct device *dev)
{
	if (!dev->power_state || !strncmp(dev->power_state, "D3", 2))
		return NULL;
	if (dev->n_blockers)
		return xstrdup(dev->blockers[0]);
	if (!dev->driver)
		return xasprintf(
			"it has no driver: \"d3coldctl bind %s\" lets it sleep",
			dev->id);
	if (dev->is_ours)
		return xasprintf("it is in use (state %s)",
				 dev->d3cold[D3COLD_STATE] ?: "not known");
	if (streq(dev->power_control, "on"))
		return xasprintf(
			"power/control is \"on\" (driver %s): write \"auto\" to it, or bind it as well",
			dev->driver);
	return xasprintf("driver %s keeps it awake", dev->driver);
}

/**
 * device_list_add() - add a device to a list
 * @list: list
 * @dev:  device; the list owns its contents from now on
 */
void device_list_add(struct device_list *list, const struct device *dev)
{
	list->v = xrealloc(list->v, list->n + 1, sizeof(*list->v));
	list->v[list->n++] = *dev;
}

/**
 * device_list_read() - read the devices of this machine, in order
 * @list:   result
 * @filter: which of them; devices that vanish meanwhile are left out
 * @detail: how much of each; a summary takes a third of the time
 *
 * Return: 0, or -errno if the bus itself cannot be read.
 */
int device_list_read(struct device_list *list, enum device_filter filter,
		     enum device_detail detail)
{
	const struct dirent *entry;
	DIR *dir;
	int fd;

	memset(list, 0, sizeof(*list));
	fd = sysfs_open_dir("bus/pci/devices");
	if (fd < 0)
		return fd;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return -ENOMEM;
	}
	while ((entry = readdir(dir))) {
		struct device dev;
		struct bdf bdf;
		int devfd;

		if (!bdf_parse(entry->d_name, &bdf))
			continue;
		devfd = device_open(&dev, &bdf);
		if (devfd < 0)
			continue;
		read_driver(&dev, devfd);
		if (filter == DEVICES_ALL || dev.is_vfio) {
			read_rest(&dev, devfd, detail);
			device_list_add(list, &dev);
		} else {
			device_free(&dev);
		}
		close(devfd);
	}
	closedir(dir);
	if (list->n)
		qsort(list->v, list->n, sizeof(*list->v), bdf_compare);
	return 0;
}

/**
 * device_list_read_slot() - read all functions of a device's slot
 * @list: result, in order
 * @bdf:  one of them
 *
 * Return: 0, or -errno if @bdf itself does not exist.
 */
int device_list_read_slot(struct device_list *list, const struct bdf *bdf)
{
	struct bdf *functions;
	size_t i, n;
	int err = 0;

	memset(list, 0, sizeof(*list));
	functions = slot_functions(bdf, &n);
	for (i = 0; i < n; i++) {
		struct device dev;
		int ret = device_read(&dev, &functions[i]);

		if (!ret)
			device_list_add(list, &dev);
		else if (!bdf_compare(&functions[i], bdf))
			err = ret;
	}
	free(functions);
	return err;
}

/**
 * device_list_free() - free a list and its devices
 * @list: list, which may be used again
 */
void device_list_free(struct device_list *list)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		device_free(&list->v[i]);
	free(list->v);
	memset(list, 0, sizeof(*list));
}
