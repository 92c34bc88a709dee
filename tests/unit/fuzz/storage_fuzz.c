// SPDX-License-Identifier: GPL-2.0-only
/* Who mounts what, where and from where: an input is /proc/self/mountinfo, and
 * behind a NUL /proc/swaps. With FUSE a user without rights writes much of the
 * first. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "device.h"
#include "fuzz.h"
#include "storage.h"
#include "tree.h"

#define DISK "devices/pci0000:00/0000:01:00.0/nvme0n1"

static void set_up(void)
{
	tree_create();
	atexit(tree_destroy);
	setenv("D3COLD_SYSFS", tree_root, 1);
	setenv("D3COLD_PROC", tree_root, 1);
	setenv("D3COLD_DEV", tree_root, 1);
	tree_dir("bus/pci/devices");
	tree_dir("class/block");
	tree_dir(DISK);
	tree_file("259:0\n", DISK "/dev");
	tree_link("../../../devices/pci0000:00/0000:01:00.0",
		  "bus/pci/devices/0000:01:00.0");
	tree_link("../../" DISK, "class/block/nvme0n1");
	tree_dir("self");
}

static void put(const char *name, const uint8_t *data, size_t size)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", tree_root, name);
	f = fopen(path, "w");
	must(f && fwrite(data, 1, size, f) == size);
	must(!fclose(f));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size ? memchr(data, 0, size) : NULL;
	size_t n = end ? (size_t)(end - data) : size;
	struct device dev = { .id = "0000:01:00.0" };
	static bool ready;
	char *use;

	if (!ready)
		set_up();
	ready = true;
	put("self/mountinfo", data, n);
	put("swaps", data + n, size - n);
	use = storage_in_use(&dev);
	for (const char *c = use; c && *c; c++)
		must(!iscntrl((unsigned char)*c));
	free(use);
	return 0;
}
