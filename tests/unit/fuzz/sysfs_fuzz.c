// SPDX-License-Identifier: GPL-2.0-only
/* What sysfs says of a device: an input is the texts of its files, a NUL
 * between. */
#include <fcntl.h>
#include <json.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "device.h"
#include "fuzz.h"
#include "topology.h"
#include "tree.h"

#define DEVICE "bus/pci/devices/0000:01:00.0/"

static const char *const files[] = {
	DEVICE "d3cold/blockers",
	DEVICE "d3cold/state",
	DEVICE "d3cold/last_wake",
	DEVICE "d3cold/qualified",
	DEVICE "d3cold/stats/d3cold",
	DEVICE "d3cold/stats/time_d0_ms",
	DEVICE "d3cold/policy",
	DEVICE "power_state",
	DEVICE "power/runtime_status",
	DEVICE "power/control",
	DEVICE "power/autosuspend_delay_ms",
	DEVICE "d3cold_allowed",
	DEVICE "vendor",
	DEVICE "device",
	DEVICE "class",
	DEVICE "driver_override",
};

#define FILES (sizeof(files) / sizeof(files[0]))

static int fds[FILES];

/* Of libpci's look-up of names, where the host has no hwdb.bin */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:udev_new";
}

static void set_up(void)
{
	char path[256];

	tree_create();
	atexit(tree_destroy);
	setenv("D3COLD_SYSFS", tree_root, 1);
	setenv("D3COLD_PROC", tree_root, 1);
	setenv("D3COLD_RUN", tree_root, 1);
	tree_dir(DEVICE "vfio-dev");
	tree_dir("bus/pci/drivers/d3cold-vfio-pci");
	tree_link("../../drivers/d3cold-vfio-pci", DEVICE "driver");
	for (size_t i = 0; i < FILES; i++) {
		tree_file("", "%s", files[i]);
		snprintf(path, sizeof(path), "%s/%s", tree_root, files[i]);
		fds[i] = open(path, O_WRONLY | O_CLOEXEC);
		must(fds[i] >= 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct bdf bdf = { .bus = 1 };
	struct topology topo;
	struct device dev;

	if (!fds[0])
		set_up();
	for (size_t i = 0; i < FILES; i++) {
		const uint8_t *end = size ? memchr(data, 0, size) : NULL;
		size_t n = end ? (size_t)(end - data) : size;

		must(!ftruncate(fds[i], 0) &&
		     (!n || pwrite(fds[i], data, n, 0) == (ssize_t)n));
		data += n + !!end;
		size -= n + !!end;
	}
	if (device_read(&dev, &bdf))
		return 0;
	free(device_why_awake(&dev));
	device_is_cold(&dev);
	device_is_bridge(&dev);
	json_object_put(device_json(&dev));
	topology_read(&topo, &dev);
	topology_free(&topo);
	device_free(&dev);
	return 0;
}
