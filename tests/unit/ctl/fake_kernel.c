// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "device.h"
#include "fake_kernel.h"
#include "tree.h"

int __real_sysfs_write(const char *path, const char *value);
int __wrap_sysfs_write(const char *path, const char *value);

const struct function functions[N_FUNCTIONS] = {
	{ GPU, "0x030000", "nouveau" },
	{ AUDIO, "0x040300", "snd_hda_intel" },
	{ NIC, "0x020000", NULL },
};

struct fake_kernel kernel;

static const char *host_of(const char *id)
{
	size_t i;

	for (i = 0; i < N_FUNCTIONS; i++)
		if (!strcmp(functions[i].id, id))
			return functions[i].host;
	return NULL;
}

static void attach(const char *id, const char *driver)
{
	char target[128];

	snprintf(target, sizeof(target), "../../drivers/%s", driver);
	tree_link(target, "bus/pci/devices/%s/driver", id);
	if (strcmp(driver, DRIVER_NAME) != 0)
		return;
	tree_file("auto\n", "bus/pci/devices/%s/d3cold/policy", id);
	tree_file("resuspend\n", "bus/pci/devices/%s/d3cold/rearm", id);
	tree_file("1000\n", "bus/pci/devices/%s/power/autosuspend_delay_ms",
		  id);
	tree_file("0 it has not come back from a D3cold yet\n",
		  "bus/pci/devices/%s/d3cold/qualified", id);
}

void fake_detach(const char *id)
{
	tree_unlink("bus/pci/devices/%s/driver", id);
	tree_unlink("bus/pci/devices/%s/d3cold/policy", id);
	tree_unlink("bus/pci/devices/%s/d3cold/rearm", id);
	tree_unlink("bus/pci/devices/%s/d3cold/qualified", id);
	tree_unlink("bus/pci/devices/%s/d3cold", id);
}

static bool override_allows(const char *id, const char *driver)
{
	char *s = tree_read("bus/pci/devices/%s/driver_override", id);
	const char *host = host_of(id);
	bool ok;

	s[strcspn(s, "\n")] = '\0';
	if (!*s || !strcmp(s, "(null)"))
		ok = host && !strcmp(host, driver);
	else
		ok = !strcmp(s, driver);
	free(s);
	return ok;
}

static int kernel_bind(const char *driver, const char *id)
{
	char *now = tree_readlink("bus/pci/devices/%s/driver", id);
	bool taken = now;

	free(now);
	if (taken || !override_allows(id, driver))
		return -ENODEV;
	if (!kernel.probe_lies)
		attach(id, driver);
	return 0;
}

static int kernel_write(const char *path, const char *value)
{
	char name[64], id[64];

	if (sscanf(path, "bus/pci/drivers/%63[^/]/bind", name) == 1)
		return kernel_bind(name, value);
	if (!strcmp(path, "bus/pci/drivers_probe")) {
		const char *host = host_of(value);

		if (host)
			kernel_bind(host, value);
		return 0;
	}
	if (sscanf(path, "bus/pci/devices/%63[^/]/driver/unbin%1s", id, name) ==
	    2) {
		fake_detach(id);
		return 0;
	}
	return __real_sysfs_write(path, value);
}

int __wrap_sysfs_write(const char *path, const char *value)
{
	int n = ++kernel.writes;

	if (n == kernel.signal_at)
		raise(SIGTERM);
	if (kernel.fail_at && n >= kernel.fail_at &&
	    n < kernel.fail_at + kernel.fail_for)
		return -kernel.error;
	return kernel_write(path, value);
}

int machine_setup(void **state)
{
	size_t i;

	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	kernel.fail_for = 1;
	kernel.error = EIO;
	tree_create();
	setenv("D3COLD_SYSFS", tree_root, 1);
	setenv("D3COLD_PROC", tree_root, 1);
	setenv("D3COLD_DEV", tree_root, 1);
	setenv("D3COLD_ETC", tree_root, 1);
	setenv("D3COLD_STATE", tree_root, 1);
	tree_dir("bus/pci/drivers/" DRIVER_NAME);
	for (i = 0; i < N_FUNCTIONS; i++) {
		const char *id = functions[i].id;

		tree_file("0x10de\n", "bus/pci/devices/%s/vendor", id);
		tree_file("0x2684\n", "bus/pci/devices/%s/device", id);
		tree_file(functions[i].class, "bus/pci/devices/%s/class", id);
		tree_file("(null)\n", "bus/pci/devices/%s/driver_override", id);
		tree_link("../../../kernel/iommu_groups/17",
			  "bus/pci/devices/%s/iommu_group", id);
		if (functions[i].host)
			attach(id, functions[i].host);
	}
	return 0;
}

int machine_teardown(void **state)
{
	struct timespec now = { 0 };
	sigset_t set;

	(void)state;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	while (sigtimedwait(&set, NULL, &now) > 0)
		;
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	tree_destroy();
	return 0;
}
