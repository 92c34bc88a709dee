// SPDX-License-Identifier: GPL-2.0-only
/*
 * As much of an NVMe driver as it takes to do I/O: an admin queue and one for
 * I/O in memory that the device reaches by DMA, each with an MSI-X vector of
 * its own ("irq enable msix 2") whose eventfd says that a command has
 * completed.
 *
 * Waits without sleeping: where the clock counts instructions, it would run
 * away from the host's disk.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "vmm.h"

#define PAGE 4096
#define IOVA 0x100000
#define ENTRIES 8
#define BLOCK 512
#define PATIENCE_S 10

/* Offsets in BAR 0, and the bits of them that are used */
#define REG_CC 0x14
#define REG_CSTS 0x1c
#define REG_AQA 0x24
#define REG_ASQ 0x28
#define REG_ACQ 0x30
#define REG_DOORBELLS 0x1000
#define CC_READY 0x00460001 /* entries of 64 and 16 bytes; enabled */
#define CSTS_RDY 1

enum {
	CREATE_SQ = 1,
	CREATE_CQ = 5,
	IDENTIFY = 6
}; /* admin */
enum {
	WRITE = 1,
	READ = 2
};

struct sq_entry {
	uint32_t opcode, nsid, reserved[4];
	uint64_t prp[2];
	uint32_t cdw10, cdw11, cdw12, rest[3];
};

struct cq_entry {
	uint32_t result, reserved, sq;
	uint16_t id, status; /* bit 0 of status: the phase */
};

/* What the device sees at IOVA */
static struct {
	struct {
		_Alignas(PAGE) struct sq_entry sq[ENTRIES];
		_Alignas(PAGE) volatile struct cq_entry cq[ENTRIES];
	} queues[2];
	_Alignas(PAGE) unsigned char data[PAGE];
} memory;

static struct {
	unsigned int at; /* the next entry of both, as one is out at a time */
	unsigned int phase;
} queues[2];

static uint64_t iova(const volatile void *p)
{
	return IOVA + ((const volatile char *)p - (const char *)&memory);
}

static int map_memory(void)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = (uintptr_t)&memory,
		.iova = IOVA,
		.size = sizeof(memory),
	};

	if (dev->dma_mapped)
		return 0;
	if (ioctl(dev->container, VFIO_IOMMU_MAP_DMA, &map))
		return -1;
	dev->dma_mapped = true;
	return 0;
}

static int set_register(unsigned int at, uint32_t value)
{
	return region_write(0, at, &value, 4) == 4 ? 0 : -1;
}

static int set_address(unsigned int at, const volatile void *p)
{
	uint64_t address = iova(p);

	return set_register(at, address) || set_register(at + 4, address >> 32);
}

/* Has it come? Called until it has, or for too long */
typedef bool arrival(unsigned int what);

static bool ready_is(unsigned int what)
{
	uint32_t status = 0;

	return region_read(0, REG_CSTS, &status, 4) == 4 &&
	       (status & CSTS_RDY) == what;
}

static bool signalled(unsigned int vector)
{
	uint64_t count;

	return read(dev->irq_fds[VFIO_PCI_MSIX_IRQ_INDEX][vector], &count,
		    sizeof(count)) == sizeof(count);
}

static int wait_until(arrival *arrived, unsigned int what)
{
	time_t end = time(NULL) + PATIENCE_S;

	while (!arrived(what)) {
		if (time(NULL) > end) {
			errno = ETIMEDOUT;
			return -1;
		}
		sched_yield();
	}
	return 0;
}

/* One command, until its interrupt has come */
static int submit(unsigned int q, const struct sq_entry *command)
{
	unsigned int at = queues[q].at;
	volatile struct cq_entry *done = &memory.queues[q].cq[at];

	memory.queues[q].sq[at] = *command;
	queues[q].at = (at + 1) % ENTRIES;
	if (set_register(REG_DOORBELLS + 8 * q, queues[q].at) ||
	    wait_until(signalled, q))
		return -1;
	if ((done->status & 1) != queues[q].phase || done->status >> 1) {
		errno = EIO;
		return -1;
	}
	if (!queues[q].at)
		queues[q].phase ^= 1;
	return set_register(REG_DOORBELLS + 8 * q + 4, queues[q].at);
}

static int start(void)
{
	const uint32_t whole = (ENTRIES - 1) << 16 | 1; /* queue 1 */
	const struct sq_entry create_cq = {
		.opcode = CREATE_CQ,
		.prp = { iova(memory.queues[1].cq) },
		.cdw10 = whole,
		.cdw11 = 1 << 16 |
			 3, /* vector 1; with interrupts; contiguous */
	};
	const struct sq_entry create_sq = {
		.opcode = CREATE_SQ,
		.prp = { iova(memory.queues[1].sq) },
		.cdw10 = whole,
		.cdw11 = 1 << 16 | 1, /* completed in queue 1; contiguous */
	};

	if (map_memory() || set_register(REG_CC, 0) || wait_until(ready_is, 0))
		return -1;
	memset(&memory, 0, sizeof(memory));
	for (int q = 0; q < 2; q++) {
		queues[q].at = 0;
		queues[q].phase = 1;
	}
	if (set_register(REG_AQA, (ENTRIES - 1) << 16 | (ENTRIES - 1)) ||
	    set_address(REG_ASQ, memory.queues[0].sq) ||
	    set_address(REG_ACQ, memory.queues[0].cq) ||
	    set_register(REG_CC, CC_READY) || wait_until(ready_is, 1))
		return -1;
	return submit(0, &create_cq) || submit(0, &create_sq);
}

static int transfer(unsigned int opcode, uint64_t block)
{
	const struct sq_entry command = {
		.opcode = opcode,
		.nsid = 1,
		.prp = { iova(memory.data) },
		.cdw10 = block,
		.cdw11 = block >> 32, /* and one block: cdw12 counts from 0 */
	};

	return submit(1, &command);
}

static void fill(uint32_t *words, uint32_t seed)
{
	for (unsigned int i = 0; i < BLOCK / 4; i++)
		words[i] = seed = seed * 1103515245 + 12345;
}

/* The serial number, without the blanks behind it */
static int identify(struct result *r)
{
	const struct sq_entry command = {
		.opcode = IDENTIFY,
		.prp = { iova(memory.data) },
		.cdw10 = 1, /* the controller */
	};
	int len = 20;

	if (submit(0, &command))
		return -1;
	while (len && memory.data[4 + len - 1] == ' ')
		len--;
	say(r, "%.*s", len, (char *)memory.data + 4);
	return 0;
}

static int move(struct result *r, bool write, uint64_t block, uint32_t seed)
{
	uint32_t words[BLOCK / 4];

	fill(words, seed);
	if (write)
		memcpy(memory.data, words, BLOCK);
	else
		memset(memory.data, 0, BLOCK);
	if (transfer(write ? WRITE : READ, block))
		return -1;
	say(r, memcmp(memory.data, words, BLOCK) ? "other" : "0");
	return 0;
}

static void do_nvme(struct result *r, int argc, char **argv)
{
	int done = -1;

	errno = EINVAL;
	if (dev->irq_fds[VFIO_PCI_MSIX_IRQ_INDEX][1] <= 0) {
		errno = ENXIO;
	} else if (!strcmp(argv[1], "start")) {
		done = start();
		if (!done)
			say(r, "0");
	} else if (!strcmp(argv[1], "identify")) {
		done = identify(r);
	} else if (argc == 4) {
		done = move(r, !strcmp(argv[1], "write"), number(argv[2]),
			    number(argv[3]));
	}
	if (done)
		say_errno(r);
}

const struct command nvme_commands[] = {
	{ "nvme", 1, do_nvme,
	  "start | identify | write BLOCK SEED | read BLOCK SEED    one at a time, by DMA and two "
	  "MSI-X vectors; identify: the serial number; read: 'other' if not what SEED gives" },
	{ NULL, 0, NULL, NULL },
};
