// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output.h"
#include "persist.h"
#include "sysfs.h"
#include "util.h"

static const char suffix[] = ".conf";

static char *config_dir(void)
{
	return xasprintf("%s/d3cold.conf.d", etc_root());
}

static char *config_file(const struct bdf *bdf)
{
	char id[BDF_LEN];

	return xasprintf("%s/d3cold.conf.d/%s%s", etc_root(),
			 bdf_format(id, bdf), suffix);
}

/**
 * persist_exists() - is a device bound at every boot?
 * @bdf: its address
 */
bool persist_exists(const struct bdf *bdf)
{
	char *path = config_file(bdf);
	bool yes = !access(path, F_OK);

	free(path);
	return yes;
}

static bool refused(const struct bdf *bdf, const char *what, const char *path)
{
	char id[BDF_LEN];

	msg_error(bdf_format(id, bdf),
		  errno == EACCES || errno == EPERM ?
			  "this needs root: try sudo" :
			  NULL,
		  "cannot %s %s: %s", what, path, strerror(errno));
	return false;
}

static bool write_all(FILE *f, const struct wish *wishes, size_t n)
{
	size_t i;

	fputs("# Bound to " DRIVER_NAME
	      " at every boot; \"d3coldctl unbind --persist\" ends that.\n",
	      f);
	for (i = 0; i < n; i++)
		fprintf(f, "%s=%s\n", wishes[i].setting->key, wishes[i].value);
	return !fflush(f) && !ferror(f) && !fsync(fileno(f));
}

/**
 * persist_save() - let a device be bound at every boot
 * @bdf:    its address
 * @wishes: the settings that it shall have then
 * @n:      how many
 *
 * Return: true, or false after saying what went wrong; whatever was there
 * before is then still there.
 */
bool persist_save(const struct bdf *bdf, const struct wish *wishes, size_t n)
{
	char *dir = config_dir(), *path = config_file(bdf);
	char *temporary = xasprintf("%s.new", path);
	bool ok = false;
	FILE *f;

	if (mkdir(dir, 0755) && errno != EEXIST) {
		refused(bdf, "make", dir);
	} else {
		f = fopen(temporary, "we");
		ok = f && write_all(f, wishes, n);
		if (f && fclose(f))
			ok = false;
		ok = ok && !rename(temporary, path);
		if (!ok) {
			refused(bdf, "write", path);
			unlink(temporary);
		}
	}
	free(temporary);
	free(path);
	free(dir);
	return ok;
}

/**
 * persist_remove() - let a device no longer be bound at every boot
 * @bdf: its address
 *
 * Return: true, also if it was not; false after saying what went wrong.
 */
bool persist_remove(const struct bdf *bdf)
{
	char *path = config_file(bdf);
	bool ok = !unlink(path) || errno == ENOENT ||
		  refused(bdf, "remove", path);

	free(path);
	return ok;
}

static bool read_line(char *line, const char *path, int number,
		      struct wishes *wishes)
{
	const struct setting *setting;
	char *value, *wrong;

	line += strspn(line, " \t");
	line[strcspn(line, "\r\n")] = '\0';
	if (!*line || *line == '#')
		return true;
	value = strchr(line, '=');
	if (value)
		*value++ = '\0';
	setting = value ? setting_find(line) : NULL;
	if (!setting) {
		msg_error(NULL, "\"d3coldctl set --help\" lists the settings",
			  "%s:%d: '%s' is no setting", path, number, line);
		return false;
	}
	wrong = setting_check(setting, value);
	if (wrong) {
		msg_error(NULL, NULL, "%s:%d: %s", path, number, wrong);
		free(wrong);
		return false;
	}
	wishes_add(wishes, setting, value);
	return true;
}

static bool read_file(const char *path, struct wishes *wishes)
{
	char *text = file_read_at(AT_FDCWD, path);
	char *next = text, *line;
	bool ok = true;
	int number = 0;

	if (!text) {
		msg_error(NULL, NULL, "cannot read %s: %s", path,
			  strerror(errno));
		return false;
	}
	while (ok && (line = strsep(&next, "\n")))
		ok = read_line(line, path, ++number, wishes);
	free(text);
	return ok;
}

/* Settings for all: files whose names are no addresses. */
static int is_common(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name);
	char *name;
	struct bdf bdf;
	bool is_device;

	if (n <= strlen(suffix) || *entry->d_name == '.' ||
	    strcmp(entry->d_name + n - strlen(suffix), suffix) != 0)
		return 0;
	name = strndup(entry->d_name, n - strlen(suffix));
	is_device = name && bdf_parse(name, &bdf);
	free(name);
	return !is_device;
}

/**
 * persist_load() - the settings that a device shall have at boot
 * @bdf:    its address
 * @wishes: result: those for all devices, in the order of the files' names, and
 *          then its own; to be freed by wishes_free()
 *
 * Return: true, or false after saying what is wrong.
 */
bool persist_load(const struct bdf *bdf, struct wishes *wishes)
{
	char *dir = config_dir(), *own = config_file(bdf);
	struct dirent **names = NULL;
	bool ok = true;
	int i, n;

	n = scandir(dir, &names, is_common, alphasort);
	for (i = 0; i < n; i++) {
		char *path = xasprintf("%s/%s", dir, names[i]->d_name);

		ok &= read_file(path, wishes);
		free(path);
		free(names[i]);
	}
	free(names);
	if (!access(own, F_OK))
		ok &= read_file(own, wishes);
	free(own);
	free(dir);
	return ok;
}
