// SPDX-License-Identifier: GPL-2.0-only
/*
 * Behind the kernel's back: config space by ports 0xcf8/0xcfc, which wakes
 * nothing, and the CMOS bytes that the machine's power methods look at. The
 * kernel uses these ports too, so only while it has no reason to.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/io.h>

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

const struct command raw_commands[] = {
	{ "raw", 2, do_raw,
	  "BDF OFF    a dword of config space, waking nothing" },
	{ "cmos", 1, do_cmos, "N [VALUE]    read or write a byte of CMOS" },
	{ NULL, 0, NULL, NULL },
};
