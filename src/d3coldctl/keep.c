// SPDX-License-Identifier: GPL-2.0-only
/*
 * The file is JSON; for each device, by address and IDs:
 *   binding: which run of the driver "last" belongs to
 *   base:    sums of all runs before
 *   last:    counters of that run, when they were read last
 * What a device counted after that is not known, so unbind reads them, too.
 */
#include <errno.h>
#include <fcntl.h>
#include <json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keep.h"
#include "output.h"
#include "sysfs.h"
#include "util.h"

struct keep {
	char *path;
	int lock; /* held from open to close: two runs would lose counts */
	struct json_object *root;
	struct json_object *devices;
};

static int write_all(int fd, const char *text)
{
	size_t len = strlen(text);

	while (len) {
		ssize_t n = write(fd, text, len);

		if (n < 0)
			return -errno;
		text += n;
		len -= (size_t)n;
	}
	return 0;
}

/* A terminal, a pipe, /dev/null: nothing that another file may stand for. */
static int write_special(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	int err;

	if (fd < 0)
		return -errno;
	err = write_all(fd, text);
	close(fd);
	return err;
}

/**
 * file_replace() - replace a file as a whole, or not at all
 * @path: file; what is there and no regular file is written to instead
 * @text: its new contents
 *
 * Return: 0 or -errno; -ELOOP for a symbolic link to a regular file, which
 * would be replaced itself.
 */
int file_replace(const char *path, const char *text)
{
	struct stat st, link;
	char *temporary;
	int err, fd;

	if (!stat(path, &st)) {
		if (!S_ISREG(st.st_mode))
			return write_special(path, text);
		if (!lstat(path, &link) && S_ISLNK(link.st_mode))
			return -ELOOP;
	}
	temporary = xasprintf("%s.XXXXXX", path);
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0) {
		err = -errno;
		goto out;
	}
	err = write_all(fd, text);
	if (!err && (fchmod(fd, 0644) || fsync(fd)))
		err = -errno;
	close(fd);
	if (!err && rename(temporary, path))
		err = -errno;
	if (err)
		unlink(temporary);
out:
	free(temporary);
	return err;
}

static bool load(struct keep *keep)
{
	keep->root = json_object_from_file(keep->path);
	if (json_object_is_type(keep->root, json_type_object) &&
	    json_object_object_get_ex(keep->root, "devices", &keep->devices) &&
	    json_object_is_type(keep->devices, json_type_object))
		return true;
	json_object_put(keep->root);
	keep->root = json_object_new_object();
	keep->devices = json_object_new_object();
	json_object_object_add(keep->root, "devices", keep->devices);
	return false;
}

/*
 * keep_open() - read the sums so far, and keep others from changing them
 * @path: file, which need not exist; a regular one
 *
 * Return: what keep_save_and_close() takes, or NULL with errno set.
 */
static struct keep *keep_open(const char *path)
{
	struct keep *keep;
	struct stat st;
	char *lock_path;
	int lock;

	if (!stat(path, &st) && !S_ISREG(st.st_mode)) {
		errno = EINVAL;
		return NULL;
	}
	lock_path = xasprintf("%s.lock", path);
	lock = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	free(lock_path);
	if (lock < 0)
		return NULL;
	if (flock(lock, LOCK_EX)) {
		close(lock);
		return NULL;
	}
	keep = xrealloc(NULL, 1, sizeof(*keep));
	keep->path = xstrdup(path);
	keep->lock = lock;
	if (!load(keep) && !access(path, F_OK)) {
		char *aside = xasprintf("%s.bad", path);

		rename(path, aside);
		msg_warning(
			NULL, NULL,
			"%s cannot be read: it is now %s, and the counters start anew",
			path, aside);
		free(aside);
	}
	return keep;
}

/* One per boot and bind: the directory's inode is made when it is bound. */
static char *binding_of(const struct device *dev)
{
	char *path = xasprintf("%s/sys/kernel/random/boot_id", proc_root());
	char *boot = attr_read(AT_FDCWD, path);
	int fd = sysfs_open_dir("bus/pci/devices/%s/d3cold", dev->id);
	struct stat st = { 0 };
	char *binding;

	if (fd >= 0) {
		fstat(fd, &st);
		close(fd);
	}
	binding = xasprintf("%s %llu", boot ?: "?",
			    (unsigned long long)st.st_ino);
	free(boot);
	free(path);
	return binding;
}

static struct json_object *member(struct json_object *obj, const char *key)
{
	struct json_object *found;

	if (json_object_object_get_ex(obj, key, &found) &&
	    json_object_is_type(found, json_type_object))
		return found;
	found = json_object_new_object();
	json_object_object_add(obj, key, found);
	return found;
}

static uint64_t number(struct json_object *obj, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(obj, key, &value))
		return 0;
	return (uint64_t)json_object_get_int64(value);
}

static void set_number(struct json_object *obj, const char *key, uint64_t value)
{
	json_object_object_add(obj, key, json_object_new_int64((int64_t)value));
}

static bool started_anew(struct json_object *entry, const char *binding,
			 const struct device *dev)
{
	struct json_object *last = member(entry, "last"), *was;
	size_t i;

	if (json_object_object_get_ex(entry, "binding", &was) &&
	    !streq(json_object_get_string(was), binding))
		return true;
	for (i = 0; i < dev->n_stats; i++)
		if (strncmp(dev->stats[i].name, "wake_latency_", 13) &&
		    dev->stats[i].value < number(last, dev->stats[i].name))
			return true;
	return false;
}

/* Sums but for latencies, which are the last and the largest. */
static uint64_t combine(const char *name, uint64_t before, uint64_t now)
{
	if (streq(name, "wake_latency_us_last"))
		return now;
	if (streq(name, "wake_latency_us_max"))
		return before > now ? before : now;
	return before + now;
}

/*
 * keep_add() - make a device's counters the sums over all times it was bound
 * @keep: from keep_open()
 * @dev:  device, just read
 */
static void keep_add(struct keep *keep, struct device *dev)
{
	char *key = xasprintf("%s %04x:%04x", dev->id,
			      (unsigned int)dev->vendor,
			      (unsigned int)dev->device);
	struct json_object *entry = member(keep->devices, key);
	struct json_object *base = member(entry, "base");
	struct json_object *last = member(entry, "last");
	char *binding = binding_of(dev);
	bool anew = started_anew(entry, binding, dev);
	size_t i;

	if (anew) {
		json_object_object_foreach(last, name, value)
		{
			uint64_t n = (uint64_t)json_object_get_int64(value);

			set_number(base, name,
				   combine(name, number(base, name), n));
		}
	}
	for (i = 0; i < dev->n_stats; i++) {
		struct stat_value *stat = &dev->stats[i];

		set_number(last, stat->name, stat->value);
		stat->value = combine(stat->name, number(base, stat->name),
				      stat->value);
	}
	json_add_string(entry, "binding", binding);
	free(binding);
	free(key);
}

static int keep_save_and_close(struct keep *keep)
{
	const char *text = json_object_to_json_string_ext(
		keep->root, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED);
	int err = file_replace(keep->path, text);

	json_object_put(keep->root);
	close(keep->lock);
	free(keep->path);
	free(keep);
	return err;
}

/**
 * keep_counters() - make counters of devices the sums over all times they were
 * bound
 * @path: file with the sums so far, which need not exist, and is written
 * @list: devices, just read
 *
 * Return: 0 or -errno.
 */
int keep_counters(const char *path, struct device_list *list)
{
	struct keep *keep = keep_open(path);
	size_t i;

	if (!keep)
		return -errno;
	for (i = 0; i < list->n; i++)
		keep_add(keep, &list->v[i]);
	return keep_save_and_close(keep);
}

/**
 * keep_before_unbind() - the driver forgets what it has counted: add it to the
 * sums
 * @bdf: a device of ours
 *
 * Only where somebody keeps sums: in the file of d3coldctl-metrics.timer.
 */
void keep_before_unbind(const struct bdf *bdf)
{
	char *path = xasprintf("%s/counters.json", state_root());
	struct device_list list = { 0 };
	struct device dev;
	int err;

	if (!access(path, F_OK) && !device_read(&dev, bdf)) {
		device_list_add(&list, &dev);
		err = keep_counters(path, &list);
		if (err)
			msg_warning(list.v[0].id, NULL,
				    "its last counts are not in %s: %s", path,
				    strerror(-err));
		device_list_free(&list);
	}
	free(path);
}
