// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of devices from pci.ids by libpci.
 *
 * Only its name database is used: pci_init() and all that goes to the bus is
 * not called, since a read of config space wakes the device.
 */
#include <pci/pci.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd.h"
#include "names.h"
#include "util.h"

static void __attribute__((noreturn, format(printf, 1, 2)))
names_error(char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("d3coldctl: list of PCI names: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(EXIT_ERROR);
}

static void __attribute__((format(printf, 1, 2)))
names_quiet(char *fmt __attribute__((unused)), ...)
{
}

static struct pci_access *names;
static int lookup_flags = PCI_LOOKUP_VENDOR | PCI_LOOKUP_DEVICE;

static void names_cleanup(void)
{
	pci_cleanup(names);
}

static void names_open(void)
{
	char *file = getenv("D3COLD_PCIIDS");

	names = pci_alloc();
	/* pci_init() would set these, and choose a way to the bus as well. */
	names->error = names_error;
	names->warning = names_quiet;
	names->debug = names_quiet;
	/* No cache of names that lspci once got from the network. */
	names->id_lookup_mode = 0;
	if (file && *file) {
		pci_set_name_list_path(names, file, 0);
		lookup_flags |= PCI_LOOKUP_NO_HWDB;
	}
	atexit(names_cleanup);
}

/**
 * device_name() - vendor and device by name, by number if not known
 * @dev: device
 *
 * Return: text to be freed.
 */
char *device_name(const struct device *dev)
{
	char buf[256];
	char *name;

	if (!names)
		names_open();
	name = pci_lookup_name(names, buf, sizeof(buf), lookup_flags,
			       (int)dev->vendor, (int)dev->device);
	return name ? xstrdup(name) :
		      xasprintf("Device %04x:%04x", (int)dev->vendor,
				(int)dev->device);
}
