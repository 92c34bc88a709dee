// SPDX-License-Identifier: GPL-2.0-only
/* Config space, PMCSR, BARs and other regions, by pread/pwrite and mmap. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vmm.h"

ssize_t region_read(unsigned int index, uint64_t at, void *buf, size_t len)
{
	if (!dev->num_fds || index >= (unsigned int)dev->num_regions) {
		errno = ENODEV;
		return -1;
	}
	return pread(device_fd(), buf, len,
		     dev->regions[index].info.offset + at);
}

ssize_t region_write(unsigned int index, uint64_t at, const void *buf,
		     size_t len)
{
	if (!dev->num_fds || index >= (unsigned int)dev->num_regions) {
		errno = ENODEV;
		return -1;
	}
	return pwrite(device_fd(), buf, len,
		      dev->regions[index].info.offset + at);
}

/* 1, 2, 4 and 8 bytes as a number, other lengths byte by byte */
static void say_read(struct result *r, unsigned int index, uint64_t at,
		     size_t len)
{
	unsigned char buf[MAX_BYTES];
	uint64_t value = 0;
	ssize_t n;

	if (len > sizeof(buf))
		len = sizeof(buf);
	n = region_read(index, at, buf, len);
	if (n < 0) {
		say_errno(r);
	} else if ((size_t)n != len) {
		say(r, "short %zd", n);
	} else if (len == 1 || len == 2 || len == 4 || len == 8) {
		memcpy(&value, buf, len);
		say(r, "0x%0*llx", (int)len * 2, (unsigned long long)value);
	} else {
		say_bytes(r, buf, len);
	}
}

static void say_write(struct result *r, unsigned int index, uint64_t at,
		      size_t len, uint64_t value)
{
	ssize_t n = region_write(index, at, &value, len > 8 ? 8 : len);

	if (n < 0)
		say_errno(r);
	else if ((size_t)n != len)
		say(r, "short %zd", n);
	else
		say(r, "0");
}

/* All of config space as a VMM reads it: in dwords. Its size, 0 on an error. */
static size_t read_config(struct result *r, unsigned char *buf)
{
	size_t size = dev->regions[VFIO_PCI_CONFIG_REGION_INDEX].info.size;

	if (!size || size > MAX_BYTES)
		size = MAX_BYTES;
	for (size_t at = 0; at < size; at += 4) {
		if (region_read(VFIO_PCI_CONFIG_REGION_INDEX, at, buf + at,
				4) != 4) {
			say_errno(r);
			return 0;
		}
	}
	return size;
}

static void keep_config(struct result *r)
{
	dev->kept_size = read_config(r, dev->kept);
	if (dev->kept_size)
		say(r, "%zu", dev->kept_size);
}

/* What "config dump FILE" wrote, also before the device was closed */
static void remember_config(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, dev->kept, sizeof(dev->kept));

	dev->kept_size = n < 0 ? 0 : n;
	if (fd >= 0)
		close(fd);
}

static void compare_config(struct result *r, const char *path)
{
	unsigned char buf[MAX_BYTES];
	size_t size = read_config(r, buf);
	unsigned int changes = 0;

	if (!size)
		return;
	if (path)
		remember_config(path);
	if (size != dev->kept_size) {
		say(r, "-ENODATA");
		return;
	}
	for (size_t at = 0; at < size; at++) {
		if (buf[at] == dev->kept[at])
			continue;
		if (changes < 32)
			say(r, "%s0x%zx:%02x->%02x", changes ? " " : "", at,
			    dev->kept[at], buf[at]);
		changes++;
	}
	if (!changes)
		say(r, "same");
}

static void dump_config(struct result *r, const char *path)
{
	unsigned char buf[MAX_BYTES];
	size_t size = read_config(r, buf);
	int fd;

	if (!size)
		return;
	if (!path) {
		say_bytes(r, buf, size);
		return;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || write(fd, buf, size) != (ssize_t)size)
		say_errno(r);
	else
		say(r, "%zu", size);
	if (fd >= 0)
		close(fd);
}

static void do_config(struct result *r, int argc, char **argv)
{
	const unsigned int config = VFIO_PCI_CONFIG_REGION_INDEX;

	if (!strcmp(argv[1], "dump"))
		dump_config(r, argc > 2 ? argv[2] : NULL);
	else if (!strcmp(argv[1], "keep"))
		keep_config(r);
	else if (!strcmp(argv[1], "compare"))
		compare_config(r, argc > 2 ? argv[2] : NULL);
	else if (!strcmp(argv[1], "read") && argc == 4)
		say_read(r, config, number(argv[2]), number(argv[3]));
	else if (!strcmp(argv[1], "write") && argc == 5)
		say_write(r, config, number(argv[2]), number(argv[3]),
			  number(argv[4]));
	else
		say(r, "usage");
}

int find_pm_cap(void)
{
	uint8_t at = 0, id = 0;

	if (dev->pm_cap >= 0)
		return dev->pm_cap;
	if (region_read(VFIO_PCI_CONFIG_REGION_INDEX, PCI_CAPABILITY_LIST, &at,
			1) != 1)
		return -1;
	for (int left = 48; at >= 0x40 && left; left--) {
		if (region_read(VFIO_PCI_CONFIG_REGION_INDEX, at, &id, 1) != 1)
			return -1;
		if (id == PCI_CAP_ID_PM)
			return dev->pm_cap = at;
		if (region_read(VFIO_PCI_CONFIG_REGION_INDEX, at + 1, &at, 1) !=
		    1)
			return -1;
	}
	return dev->pm_cap = 0;
}

static void do_pm(struct result *r, int argc, char **argv)
{
	static const char *const names[] = { "D0", "D1", "D2", "D3hot" };
	const unsigned int config = VFIO_PCI_CONFIG_REGION_INDEX;
	int cap = find_pm_cap();
	uint16_t pmcsr;

	if (cap < 0) {
		say_errno(r);
		return;
	}
	if (!cap) {
		say(r, "none");
		return;
	}
	if (argc > 1 && !strcmp(argv[1], "offset")) {
		say(r, "0x%x", cap);
		return;
	}
	if (region_read(config, cap + PCI_PM_CTRL, &pmcsr, 2) != 2) {
		say_errno(r);
		return;
	}
	if (argc == 1) {
		say(r, "%s", names[pmcsr & PCI_PM_CTRL_STATE_MASK]);
		return;
	}
	for (unsigned int i = 0; i < 4; i++) {
		if (strcmp(argv[1], names[i]))
			continue;
		pmcsr = (pmcsr &
			 ~(PCI_PM_CTRL_STATE_MASK | PCI_PM_CTRL_PME_STATUS)) |
			i;
		say_write(r, config, cap + PCI_PM_CTRL, 2, pmcsr);
		return;
	}
	say(r, "usage");
}

static __thread sigjmp_buf on_bus_error;

static void bus_error(int signal)
{
	siglongjmp(on_bus_error, signal);
}

static void do_map(struct result *r, int argc, char **argv)
{
	unsigned int index = number(argv[2]),
		     len = argc > 4 ? number(argv[4]) : 4;
	struct region *region = &dev->regions[index];
	volatile uint32_t *p;

	if (!dev->num_fds || index >= (unsigned int)dev->num_regions) {
		say(r, "-ENODEV");
		return;
	}
	if (!region->map) {
		int prot = PROT_READ;

		if (region->info.flags & VFIO_REGION_INFO_FLAG_WRITE)
			prot |= PROT_WRITE;
		region->map = mmap(NULL, region->info.size, prot, MAP_SHARED,
				   device_fd(), region->info.offset);
		if (region->map == MAP_FAILED) {
			region->map = NULL;
			say_errno(r);
			return;
		}
	}
	if (!strcmp(argv[1], "new")) {
		say(r, "0");
		return;
	}
	if (!strcmp(argv[1], "drop")) {
		munmap(region->map, region->info.size);
		region->map = NULL;
		say(r, "0");
		return;
	}
	if (argc < 4) {
		say(r, "usage");
		return;
	}
	signal(SIGBUS, bus_error);
	if (sigsetjmp(on_bus_error, 1)) {
		say(r, "SIGBUS");
		return;
	}
	p = (volatile uint32_t *)((char *)region->map + number(argv[3]));
	if (!strcmp(argv[1], "write") && argc == 6) {
		*p = number(argv[5]);
		say(r, "0");
	} else if (len > 4) {
		for (unsigned int i = 0; i < len / 4; i++)
			say(r, "%08x", __builtin_bswap32(p[i]));
	} else {
		say(r, "0x%08x", *p);
	}
}

/* Asked anew, where `regions` says what was so at the open */
static void say_info(struct result *r, unsigned int index)
{
	struct vfio_region_info info = { .argsz = sizeof(info),
					 .index = index };

	if (ioctl(device_fd(), VFIO_DEVICE_GET_REGION_INFO, &info))
		say_errno(r);
	else
		say(r, "size=%#llx,flags=%#x", (unsigned long long)info.size,
		    info.flags);
}

static void do_region(struct result *r, int argc, char **argv)
{
	unsigned int index = number(argv[2]);

	if (!strcmp(argv[1], "read") && argc == 5)
		say_read(r, index, number(argv[3]), number(argv[4]));
	else if (!strcmp(argv[1], "info"))
		say_info(r, index);
	else if (!strcmp(argv[1], "write") && argc == 6)
		say_write(r, index, number(argv[3]), number(argv[4]),
			  number(argv[5]));
	else if (!strcmp(argv[1], "find") && argc == 4) {
		for (int i = 0; i < dev->num_regions; i++) {
			if (dev->regions[i].type == number(argv[2]) &&
			    dev->regions[i].subtype == number(argv[3])) {
				say(r, "%d", i);
				return;
			}
		}
		say(r, "-ENOENT");
	} else {
		say(r, "usage");
	}
}

/* Lets KVM's place be taken by "eventfd signal": the kernel does the write */
static void do_ioeventfd(struct result *r, int argc, char **argv)
{
	struct vfio_device_ioeventfd set = { .argsz = sizeof(set) };
	unsigned int index = number(argv[1]);

	if (argc < 6 || index >= (unsigned int)dev->num_regions) {
		say(r, "usage");
		return;
	}
	set.offset = dev->regions[index].info.offset + number(argv[2]);
	set.flags =
		number(argv[3]); /* 1, 2, 4 and 8 are the flags' values, too */
	set.data = number(argv[4]);
	set.fd = argv[5][0] == '-' ? -1 : eventfd_of(argv[5]);
	if (ioctl(device_fd(), VFIO_DEVICE_IOEVENTFD, &set))
		say_errno(r);
	else
		say(r, "0");
}

static void do_regions(struct result *r, int argc, char **argv)
{
	(void)argc, (void)argv;
	for (int i = 0; i < dev->num_regions; i++) {
		const struct region *region = &dev->regions[i];

		say(r, "%s%d:size=%#llx,flags=%#x", i ? " " : "", i,
		    (unsigned long long)region->info.size, region->info.flags);
		if (region->type)
			say(r, ",type=%#x/%u", region->type, region->subtype);
	}
}

const struct command region_commands[] = {
	{ "config", 1, do_config,
	  "read OFF LEN | write OFF LEN VALUE | dump [FILE] | keep | compare [FILE]    config space; "
	  "keep: remember it all; compare: 'same', or OFF:OLD->NEW of what changed since, or since FILE" },
	{ "pm", 0, do_pm,
	  "[D0|D1|D2|D3hot|offset]    PMCSR's state: read, or write as a guest does" },
	{ "bar", 3, do_region,
	  "read N OFF LEN | write N OFF LEN VALUE    by pread and pwrite" },
	{ "region", 2, do_region,
	  "read N OFF LEN | write N OFF LEN VALUE | info N | find TYPE SUBTYPE    (its N)" },
	{ "ioeventfd", 5, do_ioeventfd,
	  "N OFF LEN VALUE EVENTFD|-1    VALUE is written at every signal of the eventfd" },
	{ "regions", 0, do_regions, "   all of them" },
	{ "map", 2, do_map,
	  "new N | read N OFF [LEN] | write N OFF 4 VALUE | drop N    by mmap; SIGBUS is a result" },
	{ NULL, 0, NULL, NULL },
};
