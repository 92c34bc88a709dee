// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "slots.h"
#include "sysfs.h"
#include "util.h"

/* "0000:01:00", without function */
static bool parse_address(const char *text, struct bdf *bdf)
{
	char *id = xasprintf("%s.0", text);
	bool ok = bdf_parse(id, bdf);

	free(id);
	return ok;
}

static void slots_add(struct slots *slots, const char *name)
{
	char *address = sysfs_read("bus/pci/slots/%s/address", name);
	struct bdf bdf;

	if (address && parse_address(address, &bdf)) {
		slots->v = xrealloc(slots->v, slots->n + 1, sizeof(*slots->v));
		slots->v[slots->n].name = xstrdup(name);
		slots->v[slots->n++].bdf = bdf;
	}
	free(address);
}

/**
 * slots_read() - read the slots that firmware or a hot-plug driver named
 * @slots: result, to be freed by slots_free()
 */
void slots_read(struct slots *slots)
{
	const struct dirent *entry;
	int fd = sysfs_open_dir("bus/pci/slots");
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	memset(slots, 0, sizeof(*slots));
	if (!dir)
		return;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			slots_add(slots, entry->d_name);
	closedir(dir);
}

/**
 * slots_free() - free what slots_read() has read
 * @slots: slots
 */
void slots_free(struct slots *slots)
{
	while (slots->n)
		free(slots->v[--slots->n].name);
	free(slots->v);
	slots->v = NULL;
}

/**
 * slot_name() - the name of the slot that a device is in
 * @slots: from slots_read()
 * @bdf:   the device's address
 *
 * Return: name, or NULL if the slot has none.
 */
const char *slot_name(const struct slots *slots, const struct bdf *bdf)
{
	size_t i;

	for (i = 0; i < slots->n; i++)
		if (bdf_same_slot(&slots->v[i].bdf, bdf))
			return slots->v[i].name;
	return NULL;
}
