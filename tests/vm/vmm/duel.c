// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two threads of a VMM write D3hot and D0 against each other, a third resets,
 * others read config space and the status region. The last write is one whose
 * writer had nobody beside it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/pci_regs.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "vmm.h"

static atomic_bool stop;
static atomic_ulong errors;
static uint64_t config;
static int pmcsr;

struct fighter {
	pthread_t thread;
	void (*act)(struct fighter *f);
	uint16_t state; /* of PMCSR, for those who write it */
	unsigned int random;
	unsigned long rounds, refused;
};

static void write_state(struct fighter *f)
{
	if (pwrite(device_fd(), &f->state, 2, config + pmcsr) != 2)
		errors++;
	/* now in a row, now with time to fall asleep */
	f->random = f->random * 1103515245 + 12345;
	if (!(f->random >> 16 & 15))
		usleep(f->random >> 16 & 0x7fff);
}

static void reset_it(struct fighter *f)
{
	if (ioctl(device_fd(), VFIO_DEVICE_RESET))
		f->refused++;
	usleep(30000);
}

/* D0 or D3hot and no other, of a device that is there */
static void read_config(struct fighter *f)
{
	uint32_t id = 0;
	uint16_t value = 0;

	(void)f;
	if (pread(device_fd(), &id, 4, config) != 4 || id == 0xffffffff)
		errors++;
	if (pread(device_fd(), &value, 2, config + pmcsr) != 2)
		errors++;
	value &= PCI_PM_CTRL_STATE_MASK;
	if (value == 1 || value == 2)
		errors++;
}

static void read_page(struct fighter *f)
{
	if (!check_status(false))
		f->refused++;
}

static void map_page(struct fighter *f)
{
	if (!check_status(true))
		f->refused++;
}

static void *fight(void *arg)
{
	struct fighter *f = arg;

	while (!stop) {
		f->act(f);
		f->rounds++;
	}
	return NULL;
}

static void do_duel(struct result *r, int argc, char **argv)
{
	struct fighter fighters[] = {
		{ .act = write_state, .state = 3, .random = 1 },
		{ .act = write_state, .state = 0, .random = 2 },
		{ .act = reset_it },
		{ .act = read_config },
		{ .act = read_page },
		{ .act = map_page },
	};
	const size_t n = sizeof(fighters) / sizeof(fighters[0]);
	bool d3hot = !strcmp(argv[2], "D3hot");

	(void)argc;
	if (find_pm_cap() <= 0) {
		say(r, "-ENODEV");
		return;
	}
	pmcsr = find_pm_cap() + PCI_PM_CTRL;
	config = dev->regions[VFIO_PCI_CONFIG_REGION_INDEX].info.offset;
	stop = false;
	errors = 0;
	for (size_t i = 0; i < n; i++)
		pthread_create(&fighters[i].thread, NULL, fight, &fighters[i]);
	usleep(number(argv[1]) * 1000);
	stop = true;
	for (size_t i = 0; i < n; i++)
		pthread_join(fighters[i].thread, NULL);
	write_state(&fighters[d3hot ? 0 : 1]);
	say(r,
	    "writes=%lu resets=%lu reads=%lu snapshots=%lu torn=%lu errors=%lu",
	    fighters[0].rounds + fighters[1].rounds,
	    fighters[2].rounds - fighters[2].refused, fighters[3].rounds,
	    fighters[4].rounds + fighters[5].rounds,
	    fighters[4].refused + fighters[5].refused, (unsigned long)errors);
}

const struct command duel_commands[] = {
	{ "duel", 2, do_duel,
	  "MS D0|D3hot    D3hot and D0 against each other, beside resets and reads; the last write is this one" },
	{ NULL, 0, NULL, NULL },
};
