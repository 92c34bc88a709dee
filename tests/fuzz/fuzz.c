// SPDX-License-Identifier: GPL-2.0-only
/* The command "fuzz": threads, what they choose, and what came of it. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

#define PATIENCE_S 150 /* for an operation that has begun; more is a hang */
#define MAX_KINDS 32
#define MAX_ERRNO 512 /* from here on none of them is for user space */

struct target fuzz_targets[FUZZ_TARGETS];
int fuzz_num_targets, fuzz_fds[FUZZ_FDS];

static struct worker workers[FUZZ_THREADS];
static const struct kind *kinds[MAX_KINDS];
static int num_kinds;
static atomic_ulong results[MAX_KINDS][MAX_ERRNO];
static atomic_llong calm_until, deadline; /* ms */
static atomic_ulong wrong;
static char first_wrong[160];

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

void fuzz_calm(unsigned int ms)
{
	calm_until = now_ms() + ms;
}

void fuzz_wrong(const char *kind, const char *what)
{
	if (!atomic_fetch_add(&wrong, 1))
		snprintf(first_wrong, sizeof(first_wrong), "%s: %s", kind,
			 what);
}

static void find_kinds(void)
{
	static const struct kind *const tables[] = { fuzz_ioctls, fuzz_accesses,
						     fuzz_host, fuzz_lives };

	num_kinds = 0;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (const struct kind *k = tables[i]; k->name; k++)
			kinds[num_kinds++] = k;
}

const struct kind *fuzz_choose(struct worker *w, bool in_child)
{
	int sum = 0, at;

	for (int i = 0; i < num_kinds; i++)
		sum += in_child && !kinds[i]->in_child ? 0 : kinds[i]->weight;
	at = any(w, sum);
	for (int i = 0;; i++) {
		at -= in_child && !kinds[i]->in_child ? 0 : kinds[i]->weight;
		if (at < 0)
			return kinds[i];
	}
}

static void count(const struct kind *k, int ret)
{
	int error = ret ? errno : 0, i = 0;

	while (kinds[i] != k)
		i++;
	if (error < 0 || error >= MAX_ERRNO) {
		fuzz_wrong(k->name, "an error that user space does not know");
		error = 0;
	}
	results[i][error]++;
}

static void lock_slots(struct shot *s, const struct kind *k)
{
	struct slot *slots = s->t->slots;

	for (int i = 0; i < FUZZ_SLOTS; i++) {
		if (k->locks == ALL_SLOTS ||
		    (k->locks == ONE_SLOT && s->slot == &slots[i]))
			pthread_rwlock_wrlock(&slots[i].use);
		else if (s->slot == &slots[i])
			pthread_rwlock_rdlock(&slots[i].use);
	}
	s->fd = s->slot->fd;
}

static void unlock_slots(struct shot *s, const struct kind *k)
{
	struct slot *slots = s->t->slots;

	for (int i = 0; i < FUZZ_SLOTS; i++)
		if (k->locks == ALL_SLOTS || s->slot == &slots[i])
			pthread_rwlock_unlock(&slots[i].use);
}

/* One operation. All that it draws comes from one number of the stream. */
static void shoot(struct worker *w)
{
	struct shot s = { .w = w };
	const struct kind *k;
	int ret;

	w->random = w->stream;
	any(w, 2);
	w->stream = w->random;
	w->random *= 0x9e3779b97f4a7c15ULL;
	k = fuzz_choose(w, false);
	s.t = &fuzz_targets[any(w, fuzz_num_targets)];
	s.slot = &s.t->slots[any(w, FUZZ_SLOTS)];

	if (s.slot->fd < 0 && any(w, 4)) {
		pthread_rwlock_wrlock(&s.slot->use);
		fuzz_open(s.t, s.slot, false);
		pthread_rwlock_unlock(&s.slot->use);
	}
	w->doing = k;
	lock_slots(&s, k);
	ret = k->run(&s);
	count(k, ret);
	unlock_slots(&s, k);
	w->doing = NULL;
}

static void *work(void *arg)
{
	while (now_ms() < deadline) {
		while (now_ms() < calm_until && now_ms() < deadline)
			usleep(5000);
		shoot(arg);
	}
	return NULL;
}

/* The register that software may write, as in tests/vm/guest/registers.sh */
static unsigned int scratch_of(struct device *d)
{
	bool is_nvme = d->regions[VFIO_PCI_BAR2_REGION_INDEX].info.size == 0 &&
		       d->regions[VFIO_PCI_BAR3_REGION_INDEX].info.size == 0;

	return is_nvme ? 0x14 : 0x170;
}

static bool find_targets(int argc, char **argv)
{
	struct device *list[FUZZ_TARGETS], *used = dev;
	pthread_rwlockattr_t attr;

	pthread_rwlockattr_init(&attr);
	/* or there is always a reader, and nobody ever closes */
	pthread_rwlockattr_setkind_np(
		&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	fuzz_num_targets = open_devices(list, FUZZ_TARGETS);
	for (int i = 0; i < fuzz_num_targets; i++) {
		struct target *t = &fuzz_targets[i];

		dev = t->dev = list[i];
		if (find_pm_cap() <= 0 || dev->num_fds != 1)
			return false;
		t->pm_cap = find_pm_cap();
		t->scratch = scratch_of(dev);
		t->fault = i < argc ? (int)number(argv[i]) : -1;
		for (int j = 0; j < FUZZ_SLOTS; j++) {
			pthread_rwlock_init(&t->slots[j].use, &attr);
			t->slots[j].fd = j ? -1 : dev->fds[0];
		}
	}
	dev = used;
	return fuzz_num_targets;
}

/* "; KIND N ok N EINVAL N ..." for each kind, the commonest results */
static unsigned long report(struct result *r)
{
	unsigned long all = 0, sum, n;

	for (int k = 0; k < num_kinds; k++) {
		sum = 0;
		for (int e = 0; e < MAX_ERRNO; e++)
			sum += results[k][e];
		all += sum;
		say(r, "; %s %lu:", kinds[k]->name, sum);
		for (int e = 0; e < MAX_ERRNO; e++) {
			n = results[k][e];
			if (n)
				say(r, " %s %lu", e ? strerrorname_np(e) : "ok",
				    n);
		}
	}
	return all;
}

static void do_fuzz(struct result *r, int argc, char **argv)
{
	static struct result kinds_said;
	uint64_t seconds = number(argv[1]), seed = number(argv[2]);
	unsigned long done;
	struct timespec until;

	if (!find_targets(argc - 3, argv + 3)) {
		say(r, "-ENODEV");
		return;
	}
	find_kinds();
	for (int i = 0; i < FUZZ_FDS; i++)
		fuzz_fds[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	deadline = now_ms() + seconds * 1000;
	for (int i = 0; i < FUZZ_THREADS; i++) {
		struct worker *w = &workers[i];

		w->stream = (seed + 1) * 0x9e3779b97f4a7c15ULL +
			    i * 0xbf58476d1ce4e5b9ULL;
		w->map = i ? NULL : (void *)-1;
		if (!scratch_init(&w->scratch)) {
			say_errno(r);
			return;
		}
	}
	for (int i = 0; i < FUZZ_THREADS; i++)
		pthread_create(&workers[i].thread, NULL, work, &workers[i]);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += seconds + PATIENCE_S;
	for (int i = 0; i < FUZZ_THREADS; i++) {
		const struct kind *k;

		if (!pthread_timedjoin_np(workers[i].thread, NULL, &until))
			continue;
		k = workers[i].doing;
		say(r, "hung:%s ", k ? k->name : "nothing");
	}
	done = report(&kinds_said);
	say(r, "operations=%lu wrong=%lu%s%s%s", done, (unsigned long)wrong,
	    wrong ? " first=" : "", wrong ? first_wrong : "", kinds_said.text);
}

const struct command fuzz_commands[] = {
	{ "fuzz", 2, do_fuzz,
	  "SECONDS SEED [FAULT-BYTE ...]    everything, with every mistake, on all open devices, which are not to be used afterwards; a byte of CMOS for each makes power faults" },
	{ NULL, 0, NULL, NULL },
};
