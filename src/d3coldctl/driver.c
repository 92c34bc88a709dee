// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "driver.h"
#include "output.h"
#include "sysfs.h"
#include "util.h"

static int device_write(const char *id, const char *name, const char *value)
{
	char *path = xasprintf("bus/pci/devices/%s/%s", id, name);
	int err = sysfs_write(path, value);

	free(path);
	return err;
}

/**
 * driver_of() - which driver has a device now?
 * @id: the device's address
 *
 * Return: its name, to be freed, or NULL.
 */
char *driver_of(const char *id)
{
	int fd = sysfs_open_dir("bus/pci/devices/%s", id);
	char *driver;

	if (fd < 0)
		return NULL;
	driver = attr_link(fd, "driver");
	close(fd);
	return driver;
}

/**
 * driver_override() - say which driver alone may have a device
 * @id:     the device's address
 * @driver: its name, or NULL for any that matches
 *
 * Return: 0 or -errno.
 */
int driver_override(const char *id, const char *driver)
{
	char *value = xasprintf("%s\n", driver ?: "");
	int err = device_write(id, "driver_override", value);

	free(value);
	return err;
}

/**
 * driver_detach() - take a device from its driver, if it has one
 * @id: the device's address
 *
 * The kernel waits in here while a VFIO user has the device open.
 *
 * Return: 0 once it has none, else -errno.
 */
int driver_detach(const char *id)
{
	char *driver = driver_of(id);
	int err;

	if (!driver)
		return 0;
	free(driver);
	err = device_write(id, "driver/unbind", id);
	driver = driver_of(id);
	if (driver && !err)
		err = -EBUSY;
	if (!driver)
		err = 0;
	free(driver);
	return err;
}

/**
 * driver_attach() - give a device to a driver
 * @id:     the device's address
 * @driver: which must match the device, by its table or by driver_override
 *
 * Writes to the driver's "bind", as that returns what its probe said;
 * drivers_probe of the bus would not.
 *
 * Return: 0 once the driver really has it, else -errno.
 */
int driver_attach(const char *id, const char *driver)
{
	char *path = xasprintf("bus/pci/drivers/%s/bind", driver);
	int err = sysfs_write(path, id);
	char *now = driver_of(id);

	if (streq(now, driver))
		err = 0;
	else if (!err)
		err = -ENODEV;
	free(now);
	free(path);
	return err;
}

/**
 * driver_probe() - let the kernel find a driver for a device
 * @id: the device's address
 *
 * Return: 0 or -errno; 0 does not mean that there is one, see driver_of().
 */
int driver_probe(const char *id)
{
	return sysfs_write("bus/pci/drivers_probe", id);
}

/**
 * block_signals() - let no signal end this process half-way
 * @old: those blocked before, on return, or NULL
 */
void block_signals(sigset_t *old)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGQUIT);
	/* Nor does a reader of our words who goes leave anything half done. */
	sigaddset(&set, SIGPIPE);
	sigprocmask(SIG_BLOCK, &set, old);
}

/* A driver that leaves takes its virtual functions away from their users. */
static bool has_vfs(const struct device *dev)
{
	char *n = sysfs_read("bus/pci/devices/%s/sriov_numvfs", dev->id);
	bool has = n && !streq(n, "0");
	char *fix;

	if (has) {
		fix = xasprintf(
			"write 0 to /sys/bus/pci/devices/%s/sriov_numvfs",
			dev->id);
		msg_error(dev->id, fix,
			  "%s virtual functions are enabled, and would go", n);
		free(fix);
	}
	free(n);
	return has;
}

/**
 * driver_may_change() - are we allowed to change a device's driver?
 * @dev: device
 *
 * Return: true, or false after saying that this needs root, or that its virtual
 * functions are to go first.
 */
bool driver_may_change(const struct device *dev)
{
	if (sysfs_writable("bus/pci/devices/%s/driver_override", dev->id))
		return !has_vfs(dev);
	if (errno == EACCES || errno == EROFS || errno == EPERM)
		msg_error(dev->id, "this needs root: try sudo",
			  "may not change its driver");
	else
		msg_error(dev->id, "\"d3coldctl list --all\" shows all devices",
			  "the device has gone");
	return false;
}
