// SPDX-License-Identifier: GPL-2.0-only
/* Opening and closing devices through the type1 group interface; resets. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vmm.h"

#define MAX_DEVICES 16

static struct device devices[MAX_DEVICES];
struct device *dev = &devices[0];

int device_fd(void)
{
	if (dev->num_fds)
		return dev->fds[dev->num_fds - 1];
	errno = ENODEV;
	return -1;
}

int open_devices(struct device **list, int max)
{
	int n = 0;

	for (struct device *d = devices; d < devices + MAX_DEVICES && n < max;
	     d++)
		if (d->num_fds)
			list[n++] = d;
	return n;
}

/* As QEMU does when it realizes a device: ask for every region, no access. */
static void learn_regions(void)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };

	dev->num_regions = 0;
	if (ioctl(device_fd(), VFIO_DEVICE_GET_INFO, &info))
		return;
	for (uint32_t i = 0; i < info.num_regions && i < MAX_REGIONS; i++) {
		struct region *region = &dev->regions[i];
		char buf[4096] = { 0 };
		struct vfio_region_info *ri = (void *)buf;

		memset(region, 0, sizeof(*region));
		ri->argsz = sizeof(buf);
		ri->index = i;
		dev->num_regions = i + 1;
		if (ioctl(device_fd(), VFIO_DEVICE_GET_REGION_INFO, ri))
			continue;
		region->info = *ri;
		if (!(ri->flags & VFIO_REGION_INFO_FLAG_CAPS))
			continue;
		for (uint32_t at = ri->cap_offset;
		     at && at < sizeof(buf) - 32;) {
			struct vfio_info_cap_header *cap = (void *)(buf + at);
			struct vfio_region_info_cap_type *type = (void *)cap;

			if (cap->id == VFIO_REGION_INFO_CAP_TYPE) {
				region->type = type->type;
				region->subtype = type->subtype;
			}
			at = cap->next;
		}
	}
}

/* A group is opened once, also for a second device in it. */
static struct device *same_group(const char *group)
{
	char path[128], link[128];
	ssize_t n;

	for (struct device *d = devices; d < devices + MAX_DEVICES; d++) {
		if (!d->num_fds)
			continue;
		snprintf(path, sizeof(path),
			 "/sys/bus/pci/devices/%.31s/iommu_group", d->bdf);
		n = readlink(path, link, sizeof(link) - 1);
		if (n < 0)
			continue;
		link[n] = 0;
		if (!strcmp(basename(link), group))
			return d;
	}
	return NULL;
}

static int open_group(struct device *d, const char *name)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };
	struct device *other = same_group(name);
	char path[64];

	if (other) {
		d->group = dup(other->group);
		d->container = dup(other->container);
		return 0;
	}
	d->container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	snprintf(path, sizeof(path), "/dev/vfio/%s", name);
	d->group = open(path, O_RDWR | O_CLOEXEC);
	if (d->container < 0 || d->group < 0)
		return -1;
	if (ioctl(d->group, VFIO_GROUP_GET_STATUS, &status))
		return -1;
	if (!(status.flags & VFIO_GROUP_FLAGS_VIABLE)) {
		errno = EPERM;
		return -1;
	}
	if (ioctl(d->group, VFIO_GROUP_SET_CONTAINER, &d->container))
		return -1;
	return ioctl(d->container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU);
}

int open_group_of(struct device *d)
{
	char path[128], link[128];
	ssize_t n;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%.31s/iommu_group",
		 d->bdf);
	n = readlink(path, link, sizeof(link) - 1);
	if (n < 0)
		return -1;
	link[n] = 0;
	return open_group(d, basename(link));
}

static void close_all(struct device *d)
{
	for (int i = 0; i < d->num_regions; i++)
		if (d->regions[i].map)
			munmap(d->regions[i].map, d->regions[i].info.size);
	while (d->num_fds)
		close(d->fds[--d->num_fds]);
	for (int i = 0; i < VFIO_PCI_NUM_IRQS; i++)
		for (int v = 0; v < MAX_VECTORS; v++)
			if (d->irq_fds[i][v] > 0)
				close(d->irq_fds[i][v]);
	if (d->unmask_fd > 0)
		close(d->unmask_fd);
	if (d->group >= 0)
		close(d->group);
	if (d->container >= 0)
		close(d->container);
	memset(d, 0, sizeof(*d));
}

static struct device *by_bdf(const char *bdf)
{
	for (struct device *d = devices; d < devices + MAX_DEVICES; d++)
		if (d->num_fds && !strcmp(d->bdf, bdf))
			return d;
	return NULL;
}

static void do_open(struct result *r, int argc, char **argv)
{
	struct device *d = devices;
	char name[128];
	int fd;

	if (by_bdf(argv[1])) {
		say(r, "-EBUSY");
		return;
	}
	while (d < devices + MAX_DEVICES && d->num_fds)
		d++;
	if (d == devices + MAX_DEVICES) {
		say(r, "-EMFILE");
		return;
	}
	memset(d, 0, sizeof(*d));
	d->group = d->container = d->pm_cap = -1;
	snprintf(d->bdf, sizeof(d->bdf), "%s", argv[1]);
	if (open_group_of(d)) {
		say_errno(r);
		close_all(d);
		return;
	}
	snprintf(name, sizeof(name), "%s%s%s", argv[1], argc > 2 ? " " : "",
		 argc > 2 ? argv[2] : "");
	fd = ioctl(d->group, VFIO_GROUP_GET_DEVICE_FD, name);
	if (fd < 0) {
		say_errno(r);
		close_all(d);
		return;
	}
	d->fds[d->num_fds++] = fd;
	dev = d;
	learn_regions();
	say(r, "0");
}

static void do_close(struct result *r, int argc, char **argv)
{
	struct device *d = argc > 1 ? by_bdf(argv[1]) : dev;

	if (!d || !d->num_fds) {
		say(r, "-ENODEV");
		return;
	}
	close_all(d);
	say(r, "0");
}

static void do_use(struct result *r, int argc, char **argv)
{
	struct device *d = by_bdf(argv[1]);

	(void)argc;
	if (d)
		dev = d;
	say(r, d ? "0" : "-ENODEV");
}

static void do_dup(struct result *r, int argc, char **argv)
{
	int fd = dev->num_fds < MAX_FDS ? dup(device_fd()) : -1;

	(void)argc, (void)argv;
	if (fd < 0) {
		say_errno(r);
		return;
	}
	dev->fds[dev->num_fds++] = fd;
	say(r, "0");
}

static void do_undup(struct result *r, int argc, char **argv)
{
	(void)argc, (void)argv;
	if (dev->num_fds < 2) {
		say(r, "-EINVAL");
		return;
	}
	close(dev->fds[--dev->num_fds]);
	say(r, "0");
}

static void do_info(struct result *r, int argc, char **argv)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };

	(void)argc, (void)argv;
	if (ioctl(device_fd(), VFIO_DEVICE_GET_INFO, &info))
		say_errno(r);
	else
		say(r, "flags=%#x regions=%u irqs=%u", info.flags,
		    info.num_regions, info.num_irqs);
}

static void do_reset(struct result *r, int argc, char **argv)
{
	(void)argc, (void)argv;
	if (ioctl(device_fd(), VFIO_DEVICE_RESET))
		say_errno(r);
	else
		say(r, "0");
}

/* With every group that this process has open, as QEMU does it */
int hot_reset(int fd)
{
	char buf[sizeof(struct vfio_pci_hot_reset) +
		 MAX_DEVICES * sizeof(__s32)] = { 0 };
	struct vfio_pci_hot_reset *reset = (void *)buf;

	reset->argsz = sizeof(buf);
	for (struct device *d = devices; d < devices + MAX_DEVICES; d++) {
		bool seen = false;

		for (struct device *e = devices; e < d; e++)
			seen |= e->num_fds && d->num_fds &&
				e->container == d->container;
		if (d->num_fds && !seen)
			reset->group_fds[reset->count++] = d->group;
	}
	return ioctl(fd, VFIO_DEVICE_PCI_HOT_RESET, reset);
}

static void do_hot_reset(struct result *r, int argc, char **argv)
{
	(void)argc, (void)argv;
	if (hot_reset(device_fd()))
		say_errno(r);
	else
		say(r, "0");
}

const struct command device_commands[] = {
	{ "open", 1, do_open,
	  "BDF [vf_token=UUID]    open it; commands mean it from now on" },
	{ "close", 0, do_close,
	  "[BDF]    close every fd, group and container of it" },
	{ "use", 1, do_use, "BDF    commands mean this open device" },
	{ "dup", 0, do_dup, "   use a dup'ed fd" },
	{ "undup", 0, do_undup, "   close the newest dup'ed fd" },
	{ "info", 0, do_info, "" },
	{ "reset", 0, do_reset, "   VFIO_DEVICE_RESET" },
	{ "hot-reset", 0, do_hot_reset, "   with all open groups" },
	{ NULL, 0, NULL, NULL },
};
