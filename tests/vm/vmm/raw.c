// SPDX-License-Identifier: GPL-2.0-only
/*
 * Behind the kernel's back: config space by ports 0xcf8/0xcfc, which wakes
 * nothing, and the CMOS bytes that the machine's power methods look at. The
 * kernel uses these ports too, so only while it has no reason to. And another
 * kernel in its place.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/reboot.h>
#include <stdio.h>
#include <string.h>
#include <sys/io.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vmm.h"

static void do_raw(struct result *r, int argc, char **argv)
{
	unsigned int domain, bus, slot, function, at;

	if (argc < 3 || sscanf(argv[1], "%x:%x:%x.%x", &domain, &bus, &slot,
			       &function) != 4) {
		say(r, "usage");
		return;
	}
	if (iopl(3)) {
		say_errno(r);
		return;
	}
	at = number(argv[2]) & 0xfc;
	outl(0x80000000 | bus << 16 | slot << 11 | function << 8 | at, 0xcf8);
	say(r, "0x%08x", inl(0xcfc));
}

static void do_cmos(struct result *r, int argc, char **argv)
{
	if (iopl(3)) {
		say_errno(r);
		return;
	}
	outb(number(argv[1]), 0x70);
	if (argc > 2)
		outb(number(argv[2]), 0x71);
	say(r, "%d", argc > 2 ? 0 : inb(0x71));
}

static void do_kexec(struct result *r, int argc, char **argv)
{
	int kernel = open(argv[1], O_RDONLY | O_CLOEXEC);
	int initrd = open(argv[2], O_RDONLY | O_CLOEXEC);
	char line[4096] = "";

	for (int i = 3; i < argc; i++) {
		strncat(line, argv[i], sizeof(line) - strlen(line) - 2);
		strcat(line, " ");
	}
	if (syscall(SYS_kexec_file_load, kernel, initrd, strlen(line) + 1, line,
		    0UL) == 0)
		syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
			LINUX_REBOOT_CMD_KEXEC, NULL);
	say_errno(r);
}

const struct command raw_commands[] = {
	{ "raw", 2, do_raw,
	  "BDF OFF    a dword of config space, waking nothing" },
	{ "cmos", 1, do_cmos, "N [VALUE]    read or write a byte of CMOS" },
	{ "kexec", 3, do_kexec,
	  "KERNEL INITRD ARGUMENT ...    another kernel in place of this one" },
	{ NULL, 0, NULL, NULL },
};
