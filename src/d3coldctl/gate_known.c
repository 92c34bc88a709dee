// SPDX-License-Identifier: GPL-2.0-only
/*
 * Combinations that are known: which of known.h is there?
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "known.h"
#include "sysfs.h"
#include "util.h"

static bool in_cmdline(const char *word)
{
	char *path = xasprintf("%s/cmdline", proc_root());
	char *text = file_read_at(AT_FDCWD, path);
	bool found = false;
	char *save, *s;

	free(path);
	for (s = text ? strtok_r(text, " \n", &save) : NULL; s && !found;
	     s = strtok_r(NULL, " \n", &save))
		found = streq(s, word);
	free(text);
	return found;
}

static bool is_board(const char *const board[3])
{
	static const char *const file[] = { "vendor", "name", "version" };
	bool is = true;
	size_t i;

	for (i = 0; is && i < ARRAY_SIZE(file) && board[i]; i++) {
		char *text = sysfs_read("class/dmi/id/board_%s", file[i]);

		is = text && strstr(text, board[i]);
		free(text);
	}
	return is;
}

static bool is_device(const struct known *k, int fd)
{
	uint64_t vendor = 0, device = 0, class = 0;
	size_t i;

	attr_read_uint(fd, "vendor", 16, &vendor);
	attr_read_uint(fd, "device", 16, &device);
	attr_read_uint(fd, "class", 16, &class);
	if (k->vendor && vendor != k->vendor)
		return false;
	if (k->class && class >> 8 != k->class && class >> 16 != k->class)
		return false;
	for (i = 0; i < ARRAY_SIZE(k->device); i++)
		if (k->device[i] == device)
			return true;
	return !k->device[0];
}

static bool attr_says(const struct known *k, int fd)
{
	char *text;
	bool says;

	if (!k->value)
		return faccessat(fd, k->attr, F_OK, 0) != 0;
	text = attr_read(fd, k->attr);
	says = streq(text, k->value);
	free(text);
	return says;
}

/**
 * known_look() - add what is known of a device or a port
 * @c:      checks
 * @of:     what it is to be known of
 * @id:     device or port
 * @prefix: what each finding begins with
 *
 * Return: whether there was anything.
 */
bool known_look(struct checks *c, enum known_of of, const char *id,
		const char *prefix)
{
	int fd = sysfs_open_dir("bus/pci/devices/%s", id);
	size_t i, n = c->n;

	for (i = 0; fd >= 0 && i < ARRAY_SIZE(known_cases); i++) {
		const struct known *k = &known_cases[i];

		if (k->of != of || !is_device(k, fd) || !is_board(k->board) ||
		    (k->cmdline && !in_cmdline(k->cmdline)) ||
		    (k->attr && !attr_says(k, fd)))
			continue;
		if (k->verdict == GATE_BLOCKED)
			gate_blocked(c, k->fix, "%s%s", prefix, k->found);
		else
			gate_note(c, k->fix, "%s%s", prefix, k->found);
	}
	if (fd >= 0)
		close(fd);
	return c->n > n;
}

void gate_known(struct checks *c)
{
	bool known = known_look(c, KNOWN_DEVICE, c->dev->id, "");
	size_t i;

	for (i = 0; i < c->topo.n_asleep; i++) {
		const char *id = c->topo.ports[i].id;
		char *prefix = xasprintf("%s: ", id);

		known |= known_look(c, KNOWN_PORT, id, prefix);
		free(prefix);
	}
	if (!known)
		gate_open(c, "none");
}
