// SPDX-License-Identifier: GPL-2.0-only
/*
 * An access whose buffer is a page that never comes: a VMM can keep the kernel
 * in copy_from_user() or copy_to_user() for as long as it lives.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vmm.h"

static struct {
	bool write;
	int fd;
	void *page;
	uint64_t pmcsr;
} access_to;

/* A page whose first access waits for us; the file that tells of it, or -1 */
static int missing_page(void **page)
{
	size_t size = sysconf(_SC_PAGESIZE);
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register area = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return -1;
	*page = mmap(NULL, size, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	area.range.start = (uintptr_t)*page;
	area.range.len = size;
	if (*page == MAP_FAILED || ioctl(fd, UFFDIO_API, &api) ||
	    ioctl(fd, UFFDIO_REGISTER, &area)) {
		close(fd);
		return -1;
	}
	return fd;
}

static void *run_access(void *arg)
{
	(void)arg;
	if (access_to.write)
		return (void *)pwrite(access_to.fd, access_to.page, 2,
				      access_to.pmcsr);
	return (void *)pread(access_to.fd, access_to.page, 2, access_to.pmcsr);
}

static void do_stuck(struct result *r, int argc, char **argv)
{
	struct pollfd faults = { .events = POLLIN };
	pthread_t thread;

	(void)argc;
	if (find_pm_cap() <= 0) {
		say(r, "-ENODEV");
		return;
	}
	faults.fd = missing_page(&access_to.page);
	if (faults.fd < 0) {
		say_errno(r);
		return;
	}
	access_to.write = !strcmp(argv[1], "write");
	access_to.fd = device_fd();
	access_to.pmcsr =
		dev->regions[VFIO_PCI_CONFIG_REGION_INDEX].info.offset +
		find_pm_cap() + PCI_PM_CTRL;
	pthread_create(&thread, NULL, run_access, NULL);
	pthread_detach(thread);
	say(r, "%s", poll(&faults, 1, 10000) == 1 ? "stuck" : "-ETIMEDOUT");
}

const struct command stuck_commands[] = {
	{ "stuck", 1, do_stuck,
	  "write|read    of PMCSR, by a thread whose page never comes" },
	{ NULL, 0, NULL, NULL },
};
