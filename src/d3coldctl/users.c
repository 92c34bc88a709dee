// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which processes have a device open through VFIO.
 *
 * A device's own file has no name in /proc, so we look for its group
 * (/dev/vfio/GROUP) or its character device (/dev/vfio/devices/vfioN): whoever
 * has the group open is in the way of host drivers, too.
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sysfs.h"
#include "users.h"
#include "util.h"

struct nodes {
	char *group;
	char *noiommu;
	char *cdev;
	bool not_us; /* processes of this tool do not count */
};

static void nodes_find(struct nodes *nodes, const struct device *dev)
{
	const struct dirent *entry;
	DIR *dir;
	int fd;

	memset(nodes, 0, sizeof(*nodes));
	if (dev->iommu_group) {
		nodes->group = xasprintf("/dev/vfio/%s", dev->iommu_group);
		nodes->noiommu =
			xasprintf("/dev/vfio/noiommu-%s", dev->iommu_group);
	}
	fd = sysfs_open_dir("bus/pci/devices/%s/vfio-dev", dev->id);
	if (fd < 0)
		return;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return;
	}
	while ((entry = readdir(dir)) && !nodes->cdev)
		if (!strncmp(entry->d_name, "vfio", 4))
			nodes->cdev = xasprintf("/dev/vfio/devices/%s",
						entry->d_name);
	closedir(dir);
}

static void nodes_free(struct nodes *nodes)
{
	free(nodes->group);
	free(nodes->noiommu);
	free(nodes->cdev);
}

static bool has_open(int fds, const struct nodes *nodes)
{
	const struct dirent *entry;
	bool found = false;
	DIR *dir = fdopendir(fds);

	if (!dir) {
		close(fds);
		return false;
	}
	while (!found && (entry = readdir(dir))) {
		char target[PATH_MAX];
		ssize_t n;

		n = readlinkat(dirfd(dir), entry->d_name, target,
			       sizeof(target) - 1);
		if (n <= 0)
			continue;
		target[n] = '\0';
		found = streq(target, nodes->group) ||
			streq(target, nodes->noiommu) ||
			streq(target, nodes->cdev);
	}
	closedir(dir);
	return found;
}

static void add_user(char **text, int proc, const char *pid, bool not_us)
{
	char *path = xasprintf("%s/comm", pid);
	char *comm = visible(attr_read(proc, path));
	char *longer;

	free(path);
	if (not_us && streq(comm, "d3coldctl")) {
		free(comm);
		return;
	}
	longer = xasprintf("%s%s%s (pid %s)", *text ?: "", *text ? ", " : "",
			   comm ?: "a process", pid);
	free(*text);
	free(comm);
	*text = longer;
}

static char *describe(const struct nodes *nodes)
{
	const struct dirent *entry;
	char *text = NULL;
	DIR *dir = opendir(proc_root());

	if (!dir)
		return NULL;
	while ((entry = readdir(dir))) {
		unsigned long pid;
		char *path;
		int fds;

		if (!parse_uint(entry->d_name, INT_MAX, &pid))
			continue;
		path = xasprintf("%s/fd", entry->d_name);
		fds = openat(dirfd(dir), path,
			     O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		free(path);
		if (fds >= 0 && has_open(fds, nodes))
			add_user(&text, dirfd(dir), entry->d_name,
				 nodes->not_us);
	}
	closedir(dir);
	return text;
}

/**
 * users_describe() - name the processes that have a device or its group open
 * @dev: device that a vfio driver has
 *
 * Return: such as "qemu-system-x86 (pid 42)", to be freed, or NULL if there is
 * none that we may see (root sees all).
 */
char *users_describe(const struct device *dev)
{
	struct nodes nodes;
	char *text;

	nodes_find(&nodes, dev);
	text = describe(&nodes);
	nodes_free(&nodes);
	return text;
}

/**
 * users_of_file() - name the processes that have a file open, but for this tool
 * @path: of the file
 *
 * Return: as users_describe().
 */
char *users_of_file(const char *path)
{
	struct nodes nodes = { .group = (char *)path, .not_us = true };

	return describe(&nodes);
}
