// SPDX-License-Identifier: GPL-2.0-only
/* Descriptors and processes: opened, dup'ed, inherited, closed, killed. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#if __has_include(<linux/iommufd.h>)
#include <linux/iommufd.h>
#endif

#include "fuzz.h"

static pthread_mutex_t groups = PTHREAD_MUTEX_INITIALIZER;

static void close_group(struct device *d)
{
	if (d->group >= 0)
		close(d->group);
	if (d->container >= 0)
		close(d->container);
	d->group = d->container = -1;
	d->num_fds = 0;
}

static int open_by_group(struct target *t)
{
	struct device *d = t->dev;
	int fd = -1;

	pthread_mutex_lock(&groups);
	if (d->group < 0 && open_group_of(d)) {
		close_group(d);
	} else {
		d->num_fds = 1;
		fd = ioctl(d->group, VFIO_GROUP_GET_DEVICE_FD, d->bdf);
		/* Somebody took its container from it */
		if (fd < 0 && errno == EINVAL &&
		    !ioctl(d->group, VFIO_GROUP_SET_CONTAINER, &d->container) &&
		    !ioctl(d->container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
			fd = ioctl(d->group, VFIO_GROUP_GET_DEVICE_FD, d->bdf);
	}
	pthread_mutex_unlock(&groups);
	return fd;
}

/* Without a group, where the kernel has that; false: it has not */
#ifdef VFIO_DEVICE_BIND_IOMMUFD
static int open_by_cdev(struct target *t)
{
	struct vfio_device_bind_iommufd bind = { .argsz = sizeof(bind) };
	struct vfio_device_attach_iommufd_pt attach = { .argsz = sizeof(
								attach) };
	struct iommu_ioas_alloc ioas = { .size = sizeof(ioas) };
	char path[128], name[300] = "";
	struct dirent *entry;
	int fd, iommufd;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%.31s/vfio-dev",
		 t->dev->bdf);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] == 'v')
			snprintf(name, sizeof(name), "/dev/vfio/devices/%s",
				 entry->d_name);
	if (dir)
		closedir(dir);
	fd = open(name, O_RDWR | O_CLOEXEC);
	iommufd = open("/dev/iommu", O_RDWR | O_CLOEXEC);
	bind.iommufd = iommufd;
	/* Not bound, it refuses everything: that is one to try as well */
	if (fd >= 0 && iommufd >= 0 &&
	    !ioctl(fd, VFIO_DEVICE_BIND_IOMMUFD, &bind) &&
	    !ioctl(iommufd, IOMMU_IOAS_ALLOC, &ioas)) {
		attach.pt_id = ioas.out_ioas_id;
		ioctl(fd, VFIO_DEVICE_ATTACH_IOMMUFD_PT, &attach);
	}
	if (iommufd >= 0)
		close(iommufd);
	return fd;
}
#else
static int open_by_cdev(struct target *t)
{
	(void)t;
	errno = ENOENT;
	return -1;
}
#endif

/* As another slot has it */
static int dup_of(struct slot *from)
{
	int fd = -1;

	if (!pthread_rwlock_tryrdlock(&from->use)) {
		fd = dup(from->fd);
		pthread_rwlock_unlock(&from->use);
	}
	return fd;
}

/* By its group; without one, if asked for; or as it is open already */
int fuzz_open(struct target *t, struct slot *slot, bool cdev)
{
	if (slot->fd >= 0)
		return 0;
	slot->fd = cdev ? open_by_cdev(t) : open_by_group(t);
	for (int i = 0; i < FUZZ_SLOTS && slot->fd < 0; i++)
		if (slot != &t->slots[i])
			slot->fd = dup_of(&t->slots[i]);
	return slot->fd < 0 ? -1 : 0;
}

static void shut(struct slot *slot)
{
	if (slot->fd >= 0)
		close(slot->fd);
	slot->fd = -1;
}

static int reopen(struct shot *s)
{
	shut(s->slot);
	if (any(s->w, 2))
		usleep(any(s->w, 50000));
	return fuzz_open(s->t, s->slot, !any(s->w, 6));
}

/* The last close for certain, now and then of the group, too */
static int close_all(struct shot *s)
{
	bool cdev = any(s->w, 2);

	for (int i = 0; i < FUZZ_SLOTS; i++)
		shut(&s->t->slots[i]);
	if (any(s->w, 2)) {
		pthread_mutex_lock(&groups);
		close_group(s->t->dev);
		pthread_mutex_unlock(&groups);
	}
	usleep(any(s->w, 50000));
	if (any(s->w, 2))
		return fuzz_open(s->t, s->slot, cdev);
	return 0;
}

static int dups(struct shot *s)
{
	struct slot *from = &s->t->slots[any(s->w, FUZZ_SLOTS)];
	int fd;

	fd = from == s->slot ? -1 : dup_of(from);
	if (fd < 0)
		return -1;
	shut(s->slot);
	s->slot->fd = fd;
	return 0;
}

/* In the child no lock may be taken: somebody may have held it at the fork */
static void live_as_child(struct shot *s)
{
	unsigned int n = 1 + any(s->w, 12);

	for (unsigned int i = 0; i < n; i++)
		fuzz_choose(s->w, true)->run(s);
	if (any(s->w, 2))
		close(s->fd);
	_exit(0);
}

static int forks(struct shot *s)
{
	bool is_killed = any(s->w, 2);
	unsigned int after_us = any(s->w, 20000);
	pid_t pid = fork();

	if (pid < 0)
		return -1;
	if (!pid)
		live_as_child(s);
	if (is_killed) {
		usleep(after_us);
		kill(pid, SIGKILL);
	}
	return waitpid(pid, NULL, 0) == pid ? 0 : -1;
}

static int naps(struct shot *s)
{
	usleep(any(s->w, 8000));
	return 0;
}

/* Everything is as it should be for sleep, and nobody disturbs it for a while */
static int calms(struct shot *s)
{
	const uint16_t d3hot = 3;

	if (any(s->w, 2))
		fuzz_defaults(s->t);
	pwrite(s->fd, &d3hot, sizeof(d3hot),
	       (uint64_t)VFIO_PCI_CONFIG_REGION_INDEX << 40 |
		       (s->t->pm_cap + PCI_PM_CTRL));
	fuzz_calm(100 + any(s->w, 300));
	return 0;
}

const struct kind fuzz_lives[] = {
	{ .name = "reopen", .weight = 1, .run = reopen, .locks = ONE_SLOT },
	{ .name = "close", .weight = 1, .run = close_all, .locks = ALL_SLOTS },
	{ .name = "dup", .weight = 2, .run = dups, .locks = ONE_SLOT },
	{ .name = "fork", .weight = 1, .run = forks },
	{ .name = "nap", .weight = 16, .run = naps },
	{ .name = "calm", .weight = 1, .run = calms },
	{ 0 },
};
