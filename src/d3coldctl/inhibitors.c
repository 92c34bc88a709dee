// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeping a device awake for as long as somebody has a file open: power/control
 * is "on" meanwhile, which the driver's blockers name, and a process of its own
 * waits for the lock of the last holder to go and puts back what was there
 * before. So it ends with the command, also if that or the tool itself is
 * killed.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "inhibit.h"
#include "sysfs.h"
#include "users.h"
#include "util.h"

/**
 * inhibit_file() - the file that those who keep a device awake have open
 * @dev: device
 *
 * Return: path, to be freed.
 */
char *inhibit_file(const struct device *dev)
{
	return xasprintf("%s/d3coldctl/inhibit-%s", run_root(), dev->id);
}

/**
 * inhibitors() - who keeps a device awake by "d3coldctl inhibit"?
 * @dev: device
 *
 * Return: as users_describe().
 */
char *inhibitors(const struct device *dev)
{
	char *path = inhibit_file(dev);
	char *text = access(path, F_OK) ? NULL : users_of_file(path);

	free(path);
	return text;
}

static char *control_path(const struct device *dev)
{
	return xasprintf("bus/pci/devices/%s/power/control", dev->id);
}

/* Runs until nobody else has the lock; then it is alone with file and device. */
static void __attribute__((noreturn))
guard(const struct device *dev, const char *path)
{
	char *control = control_path(dev);
	char before[16] = "";
	int null, fd;

	setsid();
	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	null = open("/dev/null", O_RDWR);
	dup2(null, 0);
	dup2(null, 1);
	dup2(null, 2);
	fd = open(path, O_RDWR | O_CLOEXEC);
	while (fd >= 0 && flock(fd, LOCK_EX) && errno == EINTR)
		;
	/* Empty if another guard was faster: then all is done. */
	if (fd >= 0 && read(fd, before, sizeof(before) - 1) > 0) {
		before[strcspn(before, "\n")] = '\0';
		if (sysfs_write(control, before) || ftruncate(fd, 0))
			_exit(1);
	}
	_exit(0);
}

/* With the shared lock held. The first one says what there was before. */
static int note_control(const char *control, int fd)
{
	char *now, *line;
	struct stat st;
	int err = 0;

	if (fstat(fd, &st))
		return -errno;
	if (st.st_size)
		return 0;
	now = sysfs_read("%s", control);
	if (!now)
		return -errno;
	line = xasprintf("%s\n", now);
	free(now);
	if (pwrite(fd, line, strlen(line), 0) != (ssize_t)strlen(line))
		err = -EIO;
	free(line);
	return err;
}

static int open_locked(const char *path)
{
	char *dir = xasprintf("%s/d3coldctl", run_root());
	int fd;

	mkdir(dir, 0755);
	free(dir);
	/* Not closed on exec: the command shall have it, too. */
	fd = open(path, O_RDWR | O_CREAT, 0600);
	if (fd < 0)
		return -errno;
	/* Whoever may read it may lock it, and keep the device awake. */
	fchmod(fd, 0600);
	while (flock(fd, LOCK_SH))
		if (errno != EINTR) {
			int err = -errno;

			close(fd);
			return err;
		}
	return fd;
}

/**
 * inhibit_begin() - keep a device awake from now on
 * @dev: device
 *
 * It ends by itself once nobody has the file open any more that is returned
 * here, be it inherited or not.
 *
 * Return: a file descriptor, or -errno.
 */
int inhibit_begin(const struct device *dev)
{
	char *path = inhibit_file(dev), *control = control_path(dev);
	int fd = open_locked(path);
	int err = fd < 0 ? fd : note_control(control, fd);
	pid_t pid;

	if (!err) {
		pid = fork();
		if (!pid) {
			close(fd);
			guard(dev, path);
		}
		err = pid < 0 ? -errno : sysfs_write(control, "on");
	}
	free(control);
	free(path);
	if (err && fd >= 0)
		close(fd);
	return err ?: fd;
}
