// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is the host using a disk behind a PCI device? Taking the device away from
 * its driver would then take a file system away from the host.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "storage.h"
#include "sysfs.h"
#include "util.h"

static bool is_below(const char *path, const char *parent)
{
	size_t n = strlen(parent);

	return !strncmp(path, parent, n) && path[n] == '/';
}

static bool link_is_below(const char *dir, const char *name, const char *parent)
{
	char *link = xasprintf("%s/%s", dir, name);
	char *real = realpath(link, NULL);
	bool below = real && is_below(real, parent);

	free(real);
	free(link);
	return below;
}

/*
 * A multipath NVMe namespace belongs to a virtual subsystem, whose folder has
 * a link to each controller.
 */
static bool subsystem_uses(const char *block_path, const char *pci_path)
{
	const struct dirent *entry;
	bool found = false;
	char *dir, *slash;
	DIR *d;

	if (!strstr(block_path, "/nvme-subsystem/"))
		return false;
	dir = xstrdup(block_path);
	/* Up from the disk, or from the partition and its disk. */
	while ((slash = strrchr(dir, '/')) &&
	       strncmp(slash, "/nvme-subsys", 12))
		*slash = '\0';
	d = opendir(dir);
	while (d && !found && (entry = readdir(d)))
		found = !strncmp(entry->d_name, "nvme", 4) &&
			link_is_below(dir, entry->d_name, pci_path);
	if (d)
		closedir(d);
	free(dir);
	return found;
}

static bool block_is_behind(const char *name, const char *pci_path)
{
	char *link = xasprintf("%s/class/block/%s", sysfs_root(), name);
	char *real = realpath(link, NULL);
	bool behind;

	behind = real &&
		 (is_below(real, pci_path) || subsystem_uses(real, pci_path));
	free(real);
	free(link);
	return behind;
}

/* mountinfo(5) writes blanks in paths as \040. */
static void unescape(char *s)
{
	char *to = s;

	for (; *s; s++) {
		if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] >= '0' &&
		    s[2] <= '7' && s[3] >= '0' && s[3] <= '7') {
			*to++ = (char)((s[1] - '0') * 64 + (s[2] - '0') * 8 +
				       (s[3] - '0'));
			s += 3;
		} else {
			*to++ = *s;
		}
	}
	*to = '\0';
}

/*
 * A file system may show a device number of its own (btrfs), so the name of
 * the source counts, too.
 */
static char *mounted_at(const char *number, const char *node)
{
	char *path = xasprintf("%s/self/mountinfo", proc_root());
	char *info = file_read_at(AT_FDCWD, path);
	char *line, *save, *where = NULL;

	free(path);
	for (line = info ? strtok_r(info, "\n", &save) : NULL; line && !where;
	     line = strtok_r(NULL, "\n", &save)) {
		char dev[32], point[PATH_MAX], source[PATH_MAX] = "";
		const char *rest = strstr(line, " - ");

		if (sscanf(line, "%*s %*s %31s %*s %4095s", dev, point) != 2)
			continue;
		if (rest)
			sscanf(rest, " - %*s %4095s", source);
		if (!streq(dev, number) && !streq(source, node))
			continue;
		unescape(point);
		where = visible(xstrdup(point));
	}
	free(info);
	return where;
}

static bool is_swap(const char *node)
{
	char *path = xasprintf("%s/swaps", proc_root());
	char *text = file_read_at(AT_FDCWD, path);
	size_t n = strlen(node);
	bool found = false;
	char *line, *save;

	free(path);
	for (line = text ? strtok_r(text, "\n", &save) : NULL; line && !found;
	     line = strtok_r(NULL, "\n", &save))
		found = !strncmp(line, node, n) &&
			(line[n] == ' ' || line[n] == '\t');
	free(text);
	return found;
}

/* Device mapper, MD, bcache: whoever stands on this disk. */
static char *first_holder(const char *name)
{
	int fd = sysfs_open_dir("class/block/%s/holders", name);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	char *holder = NULL;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	while (!holder && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			holder = xstrdup(entry->d_name);
	closedir(dir);
	return holder;
}

static char *use_of_block(const char *name)
{
	int fd = sysfs_open_dir("class/block/%s", name);
	char *number = fd < 0 ? NULL : attr_read(fd, "dev");
	char *node = xasprintf("/dev/%s", name);
	char *use = NULL, *s;

	if ((s = mounted_at(number, node)))
		use = xasprintf("%s is mounted at %s", node, s);
	else if (is_swap(node))
		use = xasprintf("%s is swap space", node);
	else if ((s = first_holder(name)))
		use = xasprintf("%s is part of %s", node, s);
	free(s);
	free(node);
	free(number);
	if (fd >= 0)
		close(fd);
	return use;
}

/* What shows nowhere else, such as ZFS, still claims the disk. */
static char *claim_of_block(const char *name)
{
	char *path = xasprintf("%s/%s", dev_root(), name);
	char *use = NULL;
	char *s;
	int fd;

	for (s = path; (s = strchr(s, '!'));)
		*s = '/';
	fd = open(path, O_RDONLY | O_EXCL | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0)
		close(fd);
	else if (errno == EBUSY)
		use = xasprintf("/dev/%s is in use", name);
	free(path);
	return use;
}

/**
 * storage_in_use() - does the host use a disk that is behind a device?
 * @dev: PCI device
 *
 * Opens the disks, which may wake them: only for commands that take the device
 * away anyway.
 *
 * Return: what is used and how, to be freed, or NULL.
 */
char *storage_in_use(const struct device *dev)
{
	char *link = xasprintf("%s/bus/pci/devices/%s", sysfs_root(), dev->id);
	char *blocks = xasprintf("%s/class/block", sysfs_root());
	char *pci_path = realpath(link, NULL);
	struct dirent **names = NULL;
	char *use = NULL;
	int i, n;

	n = pci_path ? scandir(blocks, &names, NULL, alphasort) : -1;
	for (i = 0; i < n; i++)
		if (names[i]->d_name[0] == '.' ||
		    !block_is_behind(names[i]->d_name, pci_path))
			names[i]->d_name[0] = '\0';
	for (i = 0; i < n && !use; i++)
		if (names[i]->d_name[0])
			use = use_of_block(names[i]->d_name);
	for (i = 0; i < n && !use; i++)
		if (names[i]->d_name[0])
			use = claim_of_block(names[i]->d_name);
	for (i = 0; i < n; i++)
		free(names[i]);
	free(names);
	free(pci_path);
	free(blocks);
	free(link);
	return use;
}
