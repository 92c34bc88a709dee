/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fuzzer, a command of the test VMM (tests/vm/vmm): everything that a VMM
 * and an administrator can ask for, with every mistake in it.
 *
 * All that a thread draws comes from its own random numbers, never from a
 * result or a clock: the same seed gives each thread the same sequence again.
 * How the threads meet is the scheduler's.
 */
#ifndef D3COLD_FUZZ_H
#define D3COLD_FUZZ_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../vm/vmm/vmm.h"

#define FUZZ_THREADS 6
#define FUZZ_TARGETS 3
#define FUZZ_SLOTS 3 /* descriptors of a device */
#define FUZZ_FDS 8 /* eventfds to give away */

#define SCRATCH_SIZE (16 << 10)
#define SCRATCH_FILL 0xa5

struct target {
	struct device *dev; /* whose group and container are ours now */
	int fault; /* byte of CMOS that makes power faults, -1 if none */
	unsigned int scratch; /* register of BAR 0 that may be written */
	unsigned int pm_cap;
	struct slot {
		pthread_rwlock_t use; /* write: opening and closing */
		int fd;
	} slots[FUZZ_SLOTS];
};

/*
 * Where a thread builds what it gives to the kernel: a memory file, mapped
 * writable and read-only, with nothing behind either.
 */
struct scratch {
	unsigned char *rw, *ro;
};

struct kind;

struct worker {
	pthread_t thread;
	uint64_t stream; /* gives each operation its own numbers, however many */
	uint64_t random;
	struct scratch scratch;
	const struct kind *_Atomic doing;
	void *map; /* kept for a while, by one of the threads */
	size_t map_size;
};

/* What one operation works on; fd is -1 while the slot is closed */
struct shot {
	struct worker *w;
	struct target *t;
	struct slot *slot;
	int fd;
};

struct kind {
	const char *name;
	int weight;
	int (*run)(struct shot *s); /* 0, or -1 with errno */
	enum {
		SHARED,
		ONE_SLOT,
		ALL_SLOTS
	} locks; /* whom else it keeps out */
	bool in_child; /* may run in a forked process, too */
};

/* fuzz.c */
extern struct target fuzz_targets[FUZZ_TARGETS];
extern int fuzz_num_targets, fuzz_fds[FUZZ_FDS];
void fuzz_wrong(const char *kind, const char *what);
const struct kind *fuzz_choose(struct worker *w, bool in_child);
void fuzz_calm(unsigned int ms); /* nobody begins anything meanwhile */

/* lives.c */
int fuzz_open(struct target *t, struct slot *slot, bool cdev);

/* host.c */
int fuzz_defaults(const struct target *t);

/* draw.c: random numbers, values and addresses */
unsigned int any(struct worker *w, unsigned int n);
uint64_t any_value(struct worker *w);
int any_fd(struct worker *w);
bool scratch_init(struct scratch *s);
unsigned char *blank(struct worker *w); /* the scratch, filled */
void *place(struct worker *w, const void *data, size_t len);
uint32_t any_argsz(struct worker *w, size_t len);
#define ONE_OF(w, list) ((list)[any(w, sizeof(list) / sizeof((list)[0]))])

extern const struct kind fuzz_ioctls[], fuzz_accesses[], fuzz_host[],
	fuzz_lives[];

#endif
