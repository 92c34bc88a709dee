// SPDX-License-Identifier: GPL-2.0-only
/* Regions by pread, pwrite and mmap: every offset, every width. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/pci_regs.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"

#define REGIONS 10 /* the standard ones and the status region */

static size_t any_length(struct worker *w)
{
	static const size_t odd[] = { 0, 3, 5, 7, 16, 64, 255, 256, 4096, 8192 };

	return any(w, 3) ? 1U << any(w, 4) : ONE_OF(w, odd);
}

/* Mostly where config space is dense, and around the power management register */
static uint64_t config_offset(struct shot *s)
{
	struct worker *w = s->w;

	switch (any(w, 8)) {
	case 0:
	case 1:
		return s->t->pm_cap - 2 + any(w, 12);
	case 2:
		return 0xff0 + any(w, 32);
	case 3:
		return any(w, 4096);
	case 4:
		return any_value(w) & 0xffffffffffULL;
	default:
		return any(w, 256);
	}
}

static uint64_t region_offset(struct shot *s, unsigned int index)
{
	struct worker *w = s->w;
	uint64_t size;

	if (index == VFIO_PCI_CONFIG_REGION_INDEX)
		return config_offset(s);
	size = s->t->dev->regions[index % MAX_REGIONS].info.size;
	if (!size || !any(w, 8))
		return any_value(w) & 0xffffffffffULL;
	return any(w, 4) ? any(w, size) : size - any(w, 16);
}

static unsigned int any_region(struct worker *w)
{
	if (any(w, 3))
		return VFIO_PCI_CONFIG_REGION_INDEX;
	/* now and then one that there is not; 23 bits are left to its number */
	return any(w, 16) ? any(w, REGIONS) : any_value(w) & 0x7fffff;
}

/* Has the kernel written more than it says, or than it was asked for? */
static void look_behind(const char *what, const unsigned char *buf, size_t len,
			ssize_t done)
{
	if (done > (ssize_t)len)
		fuzz_wrong(what, "more than asked for");
	for (size_t i = len; i < len + 64; i++)
		if (buf[i] != SCRATCH_FILL)
			fuzz_wrong(what, "wrote behind the buffer");
}

static int reads(struct shot *s)
{
	struct worker *w = s->w;
	unsigned int index = any_region(w);
	uint64_t at = region_offset(s, index);
	size_t len = any_length(w);
	bool good = any(w, 4);
	unsigned char *buf = blank(w);
	ssize_t done;

	at |= (uint64_t)index << 40;
	if (!good)
		return pread(s->fd, place(w, NULL, len), len, at) < 0 ? -1 : 0;
	done = pread(s->fd, buf, len, at);
	look_behind("read", buf, len, done);
	return done < 0 ? -1 : 0;
}

/*
 * A BAR is written at the one register that does nothing, else QEMU's model of
 * the device would be fuzzed; behind its end, and from where nothing can be
 * read, anywhere.
 */
static int writes(struct shot *s)
{
	struct worker *w = s->w;
	unsigned int index = any_region(w);
	uint64_t at = region_offset(s, index), value = any_value(w), size;
	size_t len = any_length(w);
	void *from;

	size = s->t->dev->regions[index % MAX_REGIONS].info.size;
	if (index < VFIO_PCI_ROM_REGION_INDEX && at < size) {
		if (any(w, 8)) {
			at = s->t->scratch;
			len = any(w, 2) ? 4 : 1U << any(w, 3);
			value &= 0x00ff0000;
			if (index)
				len = 0;
		} else {
			from = (void *)1;
			goto out;
		}
	}
	blank(w);
	if (len == 8 || len <= 4)
		from = any(w, 4) ?
			       memcpy(w->scratch.rw, &value, sizeof(value)) :
			       place(w, &value, len);
	else
		from = w->scratch.rw;
out:
	return pwrite(s->fd, from, len, at | (uint64_t)index << 40) < 0 ? -1 :
									  0;
}

/* The writes that a guest's driver makes */
static int powers(struct shot *s)
{
	static const uint16_t states[] = { 3, 3, 3, 0, 0, 1, 2 };
	struct worker *w = s->w;
	uint32_t value = ONE_OF(w, states);
	uint64_t at = s->t->pm_cap + PCI_PM_CTRL;
	size_t len = 1U << any(w, 3);

	if (!any(w, 8)) {
		at = PCI_COMMAND;
		value = any(w, 2) ? 6 : any(w, 8);
		len = 2;
	}
	at |= (uint64_t)VFIO_PCI_CONFIG_REGION_INDEX << 40;
	return pwrite(s->fd, &value, len, at) < 0 ? -1 : 0;
}

static __thread sigjmp_buf on_bus_error;

static void bus_error(int signal)
{
	siglongjmp(on_bus_error, signal);
}

/* Reads all over a mapping, and a write to the register that may be written */
static int touch(struct shot *s, volatile unsigned char *map, size_t size,
		 bool may_write)
{
	struct worker *w = s->w;
	size_t at[8];

	for (unsigned int i = 0; i < 8; i++)
		at[i] = any(w, size / 4) * 4;
	signal(SIGBUS, bus_error);
	if (sigsetjmp(on_bus_error, 1)) {
		errno = EFAULT;
		return -1;
	}
	for (unsigned int i = 0; i < 8; i++)
		(void)*(volatile uint32_t *)(map + at[i]);
	(void)map[at[0] + 1];
	if (may_write && s->t->scratch + 4 <= size)
		*(volatile uint32_t *)(map + s->t->scratch) = 0;
	return 0;
}

static int maps(struct shot *s)
{
	static const int prots[] = { PROT_READ, PROT_READ | PROT_WRITE,
				     PROT_READ | PROT_WRITE, PROT_WRITE,
				     PROT_NONE };
	struct worker *w = s->w;
	unsigned int index = any(w, 2) ? 0 : any(w, REGIONS);
	uint64_t page = any(w, 4) ? 0 : any_value(w) & 0xfffffff;
	int prot = ONE_OF(w, prots), ret = 0;
	int flags = any(w, 8) ? MAP_SHARED : MAP_PRIVATE;
	bool keep = !any(w, 4), whole = any(w, 2);
	size_t pages = any(w, 5), size, part;
	void *map;

	size = s->t->dev->regions[index].info.size;
	if (!whole || !size)
		size = pages << 12;
	map = mmap(NULL, size, prot, flags, s->fd,
		   (off_t)((uint64_t)index << 40 | page << 12));
	if (map == MAP_FAILED)
		return -1;
	if (prot & PROT_READ && size >= 4096)
		ret = touch(s, map, size,
			    prot & PROT_WRITE && !index && !page &&
				    flags == MAP_SHARED);
	/* One thread keeps one: it keeps the device open, too */
	if (keep && w->map_size == 0 && w->map == (void *)-1 && size &&
	    prot & PROT_READ) {
		w->map = map;
		w->map_size = size;
		return ret;
	}
	/* in two, between them another protection for one */
	part = any(w, size / 4096 + 1) * 4096;
	mprotect(map, part, ONE_OF(w, prots));
	munmap((char *)map + part, size - part);
	munmap(map, part);
	return ret;
}

static int touches(struct shot *s)
{
	struct worker *w = s->w;
	bool drop = any(w, 2);
	int ret;

	if (!w->map_size) {
		errno = ENXIO;
		return -1;
	}
	ret = touch(s, w->map, w->map_size, false);
	if (drop) {
		munmap(w->map, w->map_size);
		w->map = (void *)-1;
		w->map_size = 0;
	}
	return ret;
}

const struct kind fuzz_accesses[] = {
	{ .name = "read", .weight = 24, .run = reads, .in_child = true },
	{ .name = "write", .weight = 20, .run = writes, .in_child = true },
	{ .name = "power", .weight = 16, .run = powers, .in_child = true },
	{ .name = "map", .weight = 5, .run = maps },
	{ .name = "touch", .weight = 3, .run = touches },
	{ 0 },
};
