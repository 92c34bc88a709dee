// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sysfs.h"
#include "util.h"

static const char *root_from_env(const char *name, const char *fallback)
{
	const char *s = getenv(name);

	return s && *s ? s : fallback;
}

/**
 * sysfs_root() - where sysfs is mounted
 */
const char *sysfs_root(void)
{
	return root_from_env("D3COLD_SYSFS", "/sys");
}

/**
 * proc_root() - where procfs is mounted
 */
const char *proc_root(void)
{
	return root_from_env("D3COLD_PROC", "/proc");
}

/**
 * dev_root() - where device nodes are
 */
const char *dev_root(void)
{
	return root_from_env("D3COLD_DEV", "/dev");
}

/**
 * etc_root() - where the configuration is
 */
const char *etc_root(void)
{
	return root_from_env("D3COLD_ETC", "/etc");
}

/**
 * run_root() - where files are that a reboot removes
 */
const char *run_root(void)
{
	return root_from_env("D3COLD_RUN", "/run");
}

/**
 * state_root() - where files are that a reboot keeps
 */
const char *state_root(void)
{
	return root_from_env("D3COLD_STATE", "/var/lib/d3coldctl");
}

/**
 * sysfs_is_fake() - do we look at a tree made for a test?
 *
 * Then nothing outside the tree may be changed: no module is loaded.
 */
bool sysfs_is_fake(void)
{
	return strcmp(sysfs_root(), "/sys") != 0;
}

static char *sysfs_path(const char *fmt, va_list ap)
{
	char *rel = xvasprintf(fmt, ap);
	char *path = xasprintf("%s/%s", sysfs_root(), rel);

	free(rel);
	return path;
}

/**
 * sysfs_open_dir() - open a directory below the root of sysfs
 * @fmt: its path, relative to the root
 *
 * Return: a file descriptor, or -errno.
 */
int sysfs_open_dir(const char *fmt, ...)
{
	va_list ap;
	char *path;
	int fd;

	va_start(ap, fmt);
	path = sysfs_path(fmt, ap);
	va_end(ap);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		fd = -errno;
	free(path);
	return fd;
}

/**
 * sysfs_exists() - is there such a path (links followed)?
 * @fmt: path, relative to the root
 */
bool sysfs_exists(const char *fmt, ...)
{
	va_list ap;
	char *path;
	bool ok;

	va_start(ap, fmt);
	path = sysfs_path(fmt, ap);
	va_end(ap);
	ok = !access(path, F_OK);
	free(path);
	return ok;
}

/**
 * sysfs_writable() - may we write this attribute?
 * @fmt: path, relative to the root
 */
bool sysfs_writable(const char *fmt, ...)
{
	va_list ap;
	char *path;
	bool ok;

	va_start(ap, fmt);
	path = sysfs_path(fmt, ap);
	va_end(ap);
	ok = !access(path, W_OK);
	free(path);
	return ok;
}

/**
 * sysfs_write() - write an attribute in one go
 * @path:  relative to the root
 * @value: what to write; a newline is not added
 *
 * Return: 0, or -errno: that of the kernel's store function.
 */
int sysfs_write(const char *path, const char *value)
{
	char *full = xasprintf("%s/%s", sysfs_root(), path);
	size_t len = strlen(value);
	ssize_t n;
	int err = 0;
	int fd;

	fd = open(full, O_WRONLY | O_TRUNC | O_CLOEXEC);
	free(full);
	if (fd < 0)
		return -errno;
	n = write(fd, value, len);
	if (n < 0)
		err = -errno;
	else if ((size_t)n != len)
		err = -EIO;
	if (close(fd) && !err)
		err = -errno;
	return err;
}

/* An attribute comes in one read if it is shorter than a page. */
static char *read_at(int dirfd, const char *name, bool is_attr)
{
	size_t size = 4096, len = 0;
	char *buf;
	ssize_t n;
	int fd;

	fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	buf = xrealloc(NULL, size + 1, 1);
	while ((n = read(fd, buf + len, size - len)) > 0) {
		len += n;
		if (len == size) {
			size *= 2;
			buf = xrealloc(buf, size + 1, 1);
		} else if (is_attr) {
			break;
		}
	}
	if (n < 0) {
		int err = errno;

		free(buf);
		close(fd);
		errno = err;
		return NULL;
	}
	close(fd);
	buf[len] = '\0';
	return buf;
}

/**
 * file_read_at() - read a whole small file
 * @dirfd: directory, or AT_FDCWD
 * @name:  file in it
 *
 * Return: its contents (to be freed), or NULL with errno set.
 */
char *file_read_at(int dirfd, const char *name)
{
	return read_at(dirfd, name, false);
}

/* Files whose read function touches the device, and so wakes it. */
static bool attr_wakes(const char *name)
{
	static const char *const exact[] = { "config", "rom", "vpd" };
	static const char *const prefix[] = { "current_link_", "max_link_",
					      "resource" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(exact); i++)
		if (streq(name, exact[i]))
			return true;
	for (i = 0; i < ARRAY_SIZE(prefix); i++)
		if (!strncmp(name, prefix[i], strlen(prefix[i])))
			return true;
	return false;
}

/**
 * attr_read() - read an attribute, without its trailing newline
 * @dirfd: the device's directory
 * @name:  attribute; those that wake a device are refused
 *
 * Return: the text (to be freed), or NULL if there is no such attribute, it
 * cannot be read, or the device has gone.
 */
char *attr_read(int dirfd, const char *name)
{
	size_t len;
	char *s;

	if (attr_wakes(name)) {
		errno = EPERM;
		return NULL;
	}
	s = read_at(dirfd, name, true);
	if (!s)
		return NULL;
	len = strlen(s);
	while (len && (s[len - 1] == '\n' || s[len - 1] == ' '))
		s[--len] = '\0';
	return s;
}

/**
 * sysfs_read() - read an attribute by its path
 * @fmt: path, relative to the root
 *
 * Return: as attr_read().
 */
char *sysfs_read(const char *fmt, ...)
{
	va_list ap;
	char *path, *slash, *s = NULL;
	int fd;

	va_start(ap, fmt);
	path = sysfs_path(fmt, ap);
	va_end(ap);
	slash = strrchr(path, '/');
	*slash = '\0';
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		s = attr_read(fd, slash + 1);
		close(fd);
	}
	free(path);
	return s;
}

/**
 * attr_read_uint() - read an attribute that holds one unsigned number
 * @dirfd: the device's directory
 * @name:  attribute
 * @base:  10 or 16
 * @value: result, untouched on failure
 *
 * Return: false if it cannot be read or holds something else.
 */
bool attr_read_uint(int dirfd, const char *name, int base, uint64_t *value)
{
	char *s = attr_read(dirfd, name);
	unsigned long long v;
	bool ok = false;
	char *end;

	if (!s)
		return false;
	errno = 0;
	v = strtoull(s, &end, base);
	if (end != s && !*end && !errno && *s != '-') {
		*value = v;
		ok = true;
	}
	free(s);
	return ok;
}

/**
 * attr_link() - the last component of what a link points to
 * @dirfd: the device's directory
 * @name:  link, such as "driver"
 *
 * Return: the name (to be freed), or NULL if there is no such link.
 */
char *attr_link(int dirfd, const char *name)
{
	char target[PATH_MAX];
	const char *base;
	ssize_t n;

	n = readlinkat(dirfd, name, target, sizeof(target) - 1);
	if (n <= 0)
		return NULL;
	target[n] = '\0';
	base = strrchr(target, '/');
	return xstrdup(base ? base + 1 : target);
}
