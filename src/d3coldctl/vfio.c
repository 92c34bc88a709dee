// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cmd.h"
#include "output.h"
#include "sysfs.h"
#include "users.h"
#include "util.h"
#include "vfio.h"

/* Linux 6.6; older headers lack it. */
#ifndef VFIO_DEVICE_BIND_IOMMUFD
struct vfio_device_bind_iommufd {
	__u32 argsz;
	__u32 flags;
	__s32 iommufd;
	__u32 out_devid;
};
#define VFIO_DEVICE_BIND_IOMMUFD _IO(VFIO_TYPE, VFIO_BASE + 18)
#endif

static int open_node(const char *dir, const char *name)
{
	char *path = xasprintf("%s/%s%s", dev_root(), dir, name);
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		fd = -errno;
	free(path);
	return fd;
}

/* The device's own node, vfioN, or NULL if this kernel makes none. */
static char *cdev_name(const struct device *dev)
{
	int fd = sysfs_open_dir("bus/pci/devices/%s/vfio-dev", dev->id);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	char *name = NULL;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	while (!name && (entry = readdir(dir)))
		if (!strncmp(entry->d_name, "vfio", 4))
			name = xstrdup(entry->d_name);
	closedir(dir);
	return name;
}

/* Without an address space: nothing here does DMA. */
static int open_cdev(struct vfio *vfio, const char *name)
{
	struct vfio_device_bind_iommufd bind = { .argsz = sizeof(bind) };

	vfio->fd = open_node("vfio/devices/", name);
	if (vfio->fd < 0)
		return vfio->fd;
	vfio->iommu = open_node("", "iommu");
	if (vfio->iommu < 0)
		return vfio->iommu;
	bind.iommufd = vfio->iommu;
	return ioctl(vfio->fd, VFIO_DEVICE_BIND_IOMMUFD, &bind) ? -errno : 0;
}

/* The kernel gives out a device only once its group has an IOMMU. */
static int open_group(struct vfio *vfio, const struct device *dev)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };

	vfio->iommu = open_node("vfio/", "vfio");
	if (vfio->iommu < 0)
		return vfio->iommu;
	vfio->group = open_node("vfio/", dev->iommu_group);
	if (vfio->group < 0)
		return vfio->group;
	if (ioctl(vfio->group, VFIO_GROUP_GET_STATUS, &status))
		return -errno;
	if (!(status.flags & VFIO_GROUP_FLAGS_VIABLE))
		return -EPERM;
	if (ioctl(vfio->group, VFIO_GROUP_SET_CONTAINER, &vfio->iommu) ||
	    ioctl(vfio->iommu, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		return -errno;
	vfio->fd = ioctl(vfio->group, VFIO_GROUP_GET_DEVICE_FD, dev->id);
	return vfio->fd < 0 ? -errno : 0;
}

static int learn_region(const struct vfio *vfio, unsigned int index,
			struct vfio_range *range)
{
	struct vfio_region_info info = { .argsz = sizeof(info),
					 .index = index };

	memset(range, 0, sizeof(*range));
	if (ioctl(vfio->fd, VFIO_DEVICE_GET_REGION_INFO, &info))
		return -errno;
	if (info.flags & VFIO_REGION_INFO_FLAG_READ) {
		range->offset = info.offset;
		range->size = info.size;
	}
	return 0;
}

static int learn_regions(struct vfio *vfio)
{
	unsigned int i;
	int err;

	for (i = 0; i < VFIO_BARS; i++) {
		err = learn_region(vfio, VFIO_PCI_BAR0_REGION_INDEX + i,
				   &vfio->bar[i]);
		if (err)
			return err;
	}
	return learn_region(vfio, VFIO_PCI_CONFIG_REGION_INDEX, &vfio->config);
}

static int refuse(const struct device *dev, int err)
{
	char *user = users_describe(dev);
	const char *hint = "see dmesg";

	if (user)
		hint = "stop its user first";
	else if (err == -EACCES)
		hint = "this needs root: try sudo";
	else if (err == -EPERM)
		hint = "bind the other devices of its IOMMU group as well";
	else if (err == -EIO)
		hint = "the device is lost: try \"d3coldctl recover\"";
	else if (err == -ENOENT)
		hint = "modprobe vfio_iommu_type1, and see that the IOMMU is on";
	msg_error(dev->id, hint, "cannot open it through VFIO: %s%s%s",
		  strerror(-err), user ? "; in use by " : "", user ?: "");
	free(user);
	return EXIT_ERROR;
}

/**
 * vfio_open() - open a device, which wakes it
 * @vfio: result, to be closed by vfio_close() also after a failure
 * @dev:  device of a vfio driver
 *
 * Through its own character device and iommufd where the kernel has both, else
 * through its group and a type1 container.
 *
 * Return: an exit code; the reason has been said.
 */
int vfio_open(struct vfio *vfio, const struct device *dev)
{
	char *cdev = cdev_name(dev);
	char *iommufd = xasprintf("%s/iommu", dev_root());
	int err;

	memset(vfio, 0, sizeof(*vfio));
	vfio->fd = vfio->iommu = vfio->group = -1;
	if (cdev && !access(iommufd, F_OK)) {
		err = open_cdev(vfio, cdev);
		if (err == -ENOENT) { /* a kernel without such nodes */
			vfio_close(vfio);
			err = open_group(vfio, dev);
		}
	} else {
		err = open_group(vfio, dev);
	}
	free(iommufd);
	free(cdev);
	if (!err)
		err = learn_regions(vfio);
	return err ? refuse(dev, err) : EXIT_OK;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/**
 * vfio_close() - close a device; its idle policy applies from here on
 * @vfio: device
 */
void vfio_close(struct vfio *vfio)
{
	close_fd(&vfio->fd);
	close_fd(&vfio->group);
	close_fd(&vfio->iommu);
}

/**
 * vfio_read() - read from a region
 * @vfio:  device
 * @range: region
 * @at:    offset in it
 * @buf:   where to put it
 * @len:   how much
 *
 * Return: 0 or -errno.
 */
int vfio_read(const struct vfio *vfio, const struct vfio_range *range,
	      uint64_t at, void *buf, size_t len)
{
	ssize_t n = pread(vfio->fd, buf, len, (off_t)(range->offset + at));

	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -EIO;
}

/**
 * vfio_write() - write to a region
 * @vfio:  device
 * @range: region
 * @at:    offset in it
 * @buf:   what to write
 * @len:   how much
 *
 * Return: 0 or -errno.
 */
int vfio_write(const struct vfio *vfio, const struct vfio_range *range,
	       uint64_t at, const void *buf, size_t len)
{
	ssize_t n = pwrite(vfio->fd, buf, len, (off_t)(range->offset + at));

	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -EIO;
}

/**
 * vfio_set_feature() - VFIO_DEVICE_FEATURE, SET
 * @vfio:    device
 * @feature: its index
 * @payload: of the feature
 * @len:     of the payload
 *
 * Return: 0 or -errno.
 */
int vfio_set_feature(const struct vfio *vfio, unsigned int feature,
		     const void *payload, size_t len)
{
	struct vfio_device_feature *arg = xrealloc(NULL, 1, sizeof(*arg) + len);
	int err;

	arg->argsz = sizeof(*arg) + len;
	arg->flags = VFIO_DEVICE_FEATURE_SET | feature;
	if (len)
		memcpy(arg->data, payload, len);
	err = ioctl(vfio->fd, VFIO_DEVICE_FEATURE, arg) < 0 ? -errno : 0;
	free(arg);
	return err;
}
