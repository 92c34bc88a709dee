// SPDX-License-Identifier: GPL-2.0-only
/* Random numbers, and from them values and addresses, mostly good ones. */
#define _GNU_SOURCE
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"

/* xorshift64 */
unsigned int any(struct worker *w, unsigned int n)
{
	w->random ^= w->random << 13;
	w->random ^= w->random >> 7;
	w->random ^= w->random << 17;
	return (w->random >> 16) % n;
}

uint64_t any_value(struct worker *w)
{
	static const uint64_t edges[] = {
		0,	    1,		2,	     3,		 4,
		7,	    8,		0x7f,	     0xff,	 0x100,
		0xfff,	    0x1000,	0xffff,	     0x7fffffff, 0x80000000,
		0xffffffff, 1ULL << 40, -1ULL << 12, -1ULL >> 1, -1ULL,
	};
	uint64_t high;

	if (any(w, 3))
		return ONE_OF(w, edges);
	high = any(w, ~0U);
	return high << 32 | any(w, ~0U);
}

/* An eventfd, or what is none; never one that could be written to for harm */
int any_fd(struct worker *w)
{
	static const int odd[] = { -1, -2, 0, 1 << 20, INT32_MIN };

	return any(w, 8) ? ONE_OF(w, fuzz_fds) : ONE_OF(w, odd);
}

bool scratch_init(struct scratch *s)
{
	const size_t with_hole = SCRATCH_SIZE + 4096;
	int fd = memfd_create("scratch", MFD_CLOEXEC);
	unsigned char *at;

	if (s->rw)
		return true;
	if (fd < 0 || ftruncate(fd, SCRATCH_SIZE))
		return false;
	/* room for two and their holes, which stay without access */
	at = mmap(NULL, 2 * with_hole, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
		  -1, 0);
	if (at == MAP_FAILED)
		return false;
	s->rw = mmap(at, SCRATCH_SIZE, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_FIXED, fd, 0);
	s->ro = mmap(at + with_hole, SCRATCH_SIZE, PROT_READ,
		     MAP_SHARED | MAP_FIXED, fd, 0);
	close(fd);
	return s->rw != MAP_FAILED && s->ro != MAP_FAILED;
}

unsigned char *blank(struct worker *w)
{
	memset(w->scratch.rw, SCRATCH_FILL, SCRATCH_SIZE);
	return w->scratch.rw;
}

/*
 * Where the kernel is to find the data, or to write that many bytes: mostly
 * just before a hole, so that one byte too many is a fault.
 */
void *place(struct worker *w, const void *data, size_t len)
{
	static const uintptr_t nowhere[] = { 0,
					     1,
					     0x1000,
					     0x00007ffffffff000,
					     0x8000000000000000,
					     0xffff888000000000,
					     0xffffffff81000000,
					     UINTPTR_MAX };
	unsigned char *rw = w->scratch.rw, *ro = w->scratch.ro;
	size_t at = SCRATCH_SIZE - len, short_by;

	switch (any(w, 16)) {
	case 0: /* read-only */
		if (data)
			memcpy(rw + at, data, len);
		return ro + at;
	case 1: /* its end is in the hole */
		short_by = len ? any(w, len) : 0;
		at += short_by;
		if (data)
			memcpy(rw + at, data, len - short_by);
		return rw + at;
	case 2:
		return (void *)ONE_OF(w, nowhere);
	case 3: /* not aligned, or not at the hole */
		at = any(w, at + 1);
		break;
	}
	if (data)
		memcpy(rw + at, data, len);
	return rw + at;
}

/* What the caller says that its structure of this size has */
uint32_t any_argsz(struct worker *w, size_t len)
{
	const uint32_t wrong[] = {
		0,	 1,	  4,	    8,	   len - 4,
		len - 1, len + 1, len + 64, 65536, UINT32_MAX
	};

	return any(w, 6) ? len : ONE_OF(w, wrong);
}
