// SPDX-License-Identifier: GPL-2.0-only
/*
 * PCI addresses: parse, print, order; and which of them share a slot.
 */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "device.h"
#include "sysfs.h"
#include "util.h"

static bool parse_hex(const char **text, int min, int max, unsigned int limit,
		      unsigned int *value)
{
	const char *s = *text;
	unsigned int v = 0;
	int n = 0;

	for (; n < max && isxdigit((unsigned char)*s); n++, s++) {
		int c = tolower((unsigned char)*s);

		v = v * 16 + (isdigit(c) ? c - '0' : c - 'a' + 10);
	}
	if (n < min || v > limit)
		return false;
	*value = v;
	*text = s;
	return true;
}

static bool parse_char(const char **text, char c)
{
	if (**text != c)
		return false;
	(*text)++;
	return true;
}

/**
 * bdf_parse() - parse [domain:]bus:slot.function, all in hexadecimal
 * @text: what the user wrote
 * @bdf:  result
 *
 * Return: false if it is no such address.
 */
bool bdf_parse(const char *text, struct bdf *bdf)
{
	const char *s = text;

	bdf->domain = 0;
	if (strchr(s, ':') != strrchr(s, ':') &&
	    (!parse_hex(&s, 1, 8, 0xffffffff, &bdf->domain) ||
	     !parse_char(&s, ':')))
		return false;
	return parse_hex(&s, 1, 2, 0xff, &bdf->bus) && parse_char(&s, ':') &&
	       parse_hex(&s, 1, 2, 0x1f, &bdf->slot) && parse_char(&s, '.') &&
	       parse_hex(&s, 1, 1, 7, &bdf->func) && !*s;
}

/**
 * bdf_format() - print an address as sysfs spells it
 * @buf: where to put it
 * @bdf: address
 *
 * Return: @buf.
 */
const char *bdf_format(char buf[BDF_LEN], const struct bdf *bdf)
{
	snprintf(buf, BDF_LEN, "%04x:%02x:%02x.%x", bdf->domain, bdf->bus,
		 bdf->slot, bdf->func);
	return buf;
}

/**
 * bdf_compare() - order of addresses, for qsort()
 * @a: a struct bdf
 * @b: a struct bdf
 */
int bdf_compare(const void *a, const void *b)
{
	const struct bdf *x = a, *y = b;

	if (x->domain != y->domain)
		return x->domain < y->domain ? -1 : 1;
	if (x->bus != y->bus)
		return x->bus < y->bus ? -1 : 1;
	if (x->slot != y->slot)
		return x->slot < y->slot ? -1 : 1;
	return (x->func > y->func) - (x->func < y->func);
}

/**
 * bdf_same_slot() - do two addresses differ in the function only?
 * @a: address
 * @b: address
 */
bool bdf_same_slot(const struct bdf *a, const struct bdf *b)
{
	return a->domain == b->domain && a->bus == b->bus && a->slot == b->slot;
}

/* With ARI (PCIe 6.13) one device has up to 256 functions on its bus. */
static bool has_ari(const char *id)
{
	int fd = sysfs_open_dir("bus/pci/devices/%s", id);
	uint64_t ari = 0;

	if (fd < 0)
		return false;
	attr_read_uint(fd, "ari_enabled", 10, &ari);
	close(fd);
	return ari;
}

static bool is_virtual(const char *id)
{
	return sysfs_exists("bus/pci/devices/%s/physfn", id);
}

/**
 * slot_functions() - the functions which get and lose their power together
 * @bdf:   one of them
 * @count: how many there are
 *
 * Virtual functions have no power of their own: they are left out, and the
 * slot of one is itself alone.
 *
 * Return: addresses in order, @bdf among them even if it has gone.
 */
struct bdf *slot_functions(const struct bdf *bdf, size_t *count)
{
	struct bdf *list = xrealloc(NULL, 1, sizeof(*list));
	const struct dirent *entry;
	char id[BDF_LEN];
	bool ari;
	DIR *dir;
	int fd;

	list[0] = *bdf;
	*count = 1;
	bdf_format(id, bdf);
	if (is_virtual(id))
		return list;
	ari = has_ari(id);
	fd = sysfs_open_dir("bus/pci/devices");
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		if (fd >= 0)
			close(fd);
		return list;
	}
	while ((entry = readdir(dir))) {
		struct bdf other;

		if (!bdf_parse(entry->d_name, &other) ||
		    !bdf_compare(&other, bdf) || other.domain != bdf->domain ||
		    other.bus != bdf->bus ||
		    (!ari && !bdf_same_slot(&other, bdf)) ||
		    is_virtual(entry->d_name))
			continue;
		list = xrealloc(list, *count + 1, sizeof(*list));
		list[(*count)++] = other;
	}
	closedir(dir);
	qsort(list, *count, sizeof(*list), bdf_compare);
	return list;
}
