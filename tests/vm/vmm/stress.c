// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random events from eight threads against every open device: what guests,
 * VMMs, administrators and other tools do, all at once, and now and then
 * nothing, so that the devices get to sleep. The seed gives each thread the
 * same events again; how they meet is the scheduler's.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "vmm.h"

#define THREADS 8
#define MAX_TARGETS 2
#define PATIENCE_S 60 /* for an event that has begun; more is a hang */

static struct target {
	struct device *dev;
	uint64_t config, bar0;
	int pmcsr;
	pthread_rwlock_t use; /* write: closing and opening again */
} targets[MAX_TARGETS];

static int num_targets, wakeup_fd;
static atomic_llong calm_until, deadline; /* ms */
static atomic_ulong wrong; /* -EIO or worse, where no fault was injected */
static char first_wrong[128];

static struct worker {
	pthread_t thread;
	uint64_t random;
	unsigned long events, errors;
	const char *_Atomic doing;
} workers[THREADS];

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* xorshift64 */
static unsigned int any(struct worker *w, unsigned int n)
{
	w->random ^= w->random << 13;
	w->random ^= w->random >> 7;
	w->random ^= w->random << 17;
	return (w->random >> 16) % n;
}

static int fd_of(const struct target *t)
{
	return t->dev->fds[0];
}

static int config_write(struct target *t, int at, uint32_t value, int len)
{
	return pwrite(fd_of(t), &value, len, t->config + at) == len ? 0 : -1;
}

static int feature(struct target *t, uint32_t index, uint32_t a, uint32_t b,
		   int payload)
{
	char buf[sizeof(struct vfio_device_feature) + 8] = { 0 };
	struct vfio_device_feature *f = (void *)buf;

	f->argsz = sizeof(*f) + payload;
	f->flags = VFIO_DEVICE_FEATURE_SET | index;
	memcpy(f->data, &a, 4);
	memcpy(f->data + 4, &b, 4);
	return ioctl(fd_of(t), VFIO_DEVICE_FEATURE, f);
}

static int write_file(struct target *t, const char *name, const char *value)
{
	char path[128];
	int fd, done;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/%s", t->dev->bdf,
		 name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	done = write(fd, value, strlen(value));
	close(fd);
	return done < 0 ? -1 : 0;
}

static int read_file(struct target *t, const char *name)
{
	char path[128], buf[4096];
	int fd, done;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/%s", t->dev->bdf,
		 name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	done = read(fd, buf, sizeof(buf));
	close(fd);
	return done < 0 ? -1 : 0;
}

#define ONE_OF(w, list) ((list)[any(w, sizeof(list) / sizeof((list)[0]))])

static int d3hot(struct worker *w, struct target *t)
{
	(void)w;
	return config_write(t, t->pmcsr, 3, 2);
}

static int d0(struct worker *w, struct target *t)
{
	(void)w;
	return config_write(t, t->pmcsr, 0, 2);
}

static int enter(struct worker *w, struct target *t)
{
	unsigned int flags = any(w, 4);

	return feature(t, 0xd3c0, flags, wakeup_fd, 8);
}

static int leave(struct worker *w, struct target *t)
{
	(void)w;
	return feature(t, 0xd3c1, 0, 0, 0);
}

static int entry(struct worker *w, struct target *t)
{
	if (any(w, 2))
		return feature(t, VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY, 0, 0, 0);
	return feature(t, VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY_WITH_WAKEUP,
		       wakeup_fd, 0, 8);
}

static int low_power_exit(struct worker *w, struct target *t)
{
	(void)w;
	return feature(t, VFIO_DEVICE_FEATURE_LOW_POWER_EXIT, 0, 0, 0);
}

static int set_eventfd(struct worker *w, struct target *t)
{
	return feature(t, 0xd3c2,
		       any(w, 3) ? (uint32_t)wakeup_fd : (uint32_t)-1,
		       any(w, 16), 8);
}

static int read_some(struct worker *w, struct target *t)
{
	uint32_t value;
	int at = any(w, 64) * 4;

	return pread(fd_of(t), &value, 4, t->config + at) == 4 ? 0 : -1;
}

static int read_all(struct worker *w, struct target *t)
{
	char buf[4096];

	(void)w;
	return pread(fd_of(t), buf, sizeof(buf), t->config) > 0 ? 0 : -1;
}

static int write_some(struct worker *w, struct target *t)
{
	switch (any(w, 3)) {
	case 0:
		return config_write(t, PCI_INTERRUPT_LINE, any(w, 256), 1);
	case 1:
		return config_write(t, PCI_CACHE_LINE_SIZE, 16, 1);
	default:
		return config_write(t, PCI_COMMAND, any(w, 2) ? 6 : 0, 2);
	}
}

/* Fails with -EIO while memory decoding is off, as it should */
static int read_bar(struct worker *w, struct target *t)
{
	uint32_t value;

	(void)w;
	if (pread(fd_of(t), &value, 4, t->bar0) != 4 && errno == EIO)
		errno = ENXIO;
	return 0;
}

static int set_irqs(struct target *t, int index, uint32_t what, int count,
		    int fd)
{
	char buf[sizeof(struct vfio_irq_set) + sizeof(int)] = { 0 };
	struct vfio_irq_set *set = (void *)buf;

	set->argsz = sizeof(*set) + (count ? sizeof(int) : 0);
	set->flags = what | (count ? VFIO_IRQ_SET_DATA_EVENTFD :
				     VFIO_IRQ_SET_DATA_NONE);
	set->index = index;
	set->count = count;
	memcpy(set->data, &fd, sizeof(fd));
	return ioctl(fd_of(t), VFIO_DEVICE_SET_IRQS, set);
}

static int irqs(struct worker *w, struct target *t)
{
	static const int indexes[] = { VFIO_PCI_INTX_IRQ_INDEX,
				       VFIO_PCI_MSIX_IRQ_INDEX };
	int index = ONE_OF(w, indexes);

	if (any(w, 2))
		return set_irqs(t, index, VFIO_IRQ_SET_ACTION_TRIGGER, 0, -1);
	if (set_irqs(t, index, VFIO_IRQ_SET_ACTION_TRIGGER, 1, wakeup_fd))
		return -1;
	if (index == VFIO_PCI_INTX_IRQ_INDEX && any(w, 2))
		return set_irqs(t, index, VFIO_IRQ_SET_ACTION_UNMASK, 1,
				wakeup_fd);
	return 0;
}

static int reset(struct worker *w, struct target *t)
{
	(void)w;
	return ioctl(fd_of(t), VFIO_DEVICE_RESET);
}

/* What it resets must not be closed meanwhile, or it would not be ours */
static int reset_slot(struct worker *w, struct target *t)
{
	int ret, error;

	(void)w;
	for (struct target *other = targets; other < targets + num_targets;
	     other++)
		if (other != t && pthread_rwlock_tryrdlock(&other->use)) {
			errno = EBUSY;
			return -1;
		}
	ret = hot_reset(fd_of(t));
	error = errno;
	for (struct target *other = targets; other < targets + num_targets;
	     other++)
		if (other != t)
			pthread_rwlock_unlock(&other->use);
	errno = error;
	return ret;
}

static int host_reset(struct worker *w, struct target *t)
{
	(void)w;
	return write_file(t, "reset", "1");
}

static int info(struct worker *w, struct target *t)
{
	struct vfio_region_info ri = { .argsz = sizeof(ri),
				       .index = any(w, 9) };

	return ioctl(fd_of(t), VFIO_DEVICE_GET_REGION_INFO, &ri);
}

static int policy(struct worker *w, struct target *t)
{
	static const char *const policies[] = { "auto",	    "auto",	"guest",
						"explicit", "explicit", "idle",
						"off" };

	return write_file(t, "d3cold/policy", ONE_OF(w, policies));
}

static int settings(struct worker *w, struct target *t)
{
	static const char *const rearms[] = { "resuspend", "resuspend",
					      "hold" };
	static const char *const budgets[] = { "0", "0", "0", "600", "6" };
	static const char *const bounds[] = { "0", "0", "10000", "1" };
	static const char *const delays[] = {
		"0", "10", "50", "50", "200", "-1"
	};
	static const char *const controls[] = { "auto", "auto", "on" };
	static const char *const allowed[] = { "1", "1", "0" };

	switch (any(w, 8)) {
	case 0:
		return write_file(t, "d3cold/rearm", ONE_OF(w, rearms));
	case 1:
		return write_file(t, "d3cold/max_cycles_per_min",
				  ONE_OF(w, budgets));
	case 2:
		return write_file(t, "d3cold/max_wake_ms", ONE_OF(w, bounds));
	case 3:
		return write_file(t, "d3cold/qualified", any(w, 4) ? "1" : "0");
	case 4:
		return write_file(t, "d3cold/on_lost",
				  any(w, 2) ? "event" : "error");
	case 5:
		return write_file(t, "power/control", ONE_OF(w, controls));
	case 6:
		return write_file(t, "d3cold_allowed", ONE_OF(w, allowed));
	default:
		return write_file(t, "power/autosuspend_delay_ms",
				  ONE_OF(w, delays));
	}
}

/* As it was, so that what follows has a chance to sleep */
static int defaults(struct worker *w, struct target *t)
{
	static const char *const files[][2] = {
		{ "d3cold/policy", "auto" },
		{ "d3cold/rearm", "resuspend" },
		{ "d3cold/max_wake_ms", "0" },
		{ "d3cold/max_cycles_per_min", "0" },
		{ "d3cold/qualified", "1" },
		{ "power/autosuspend_delay_ms", "20" },
		{ "power/control", "auto" },
		{ "d3cold_allowed", "1" },
	};
	int ret = 0;

	(void)w;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (write_file(t, files[i][0], files[i][1]))
			ret = -1;
	return ret;
}

static int look(struct worker *w, struct target *t)
{
	static const char *const files[] = {
		"d3cold/state",
		"d3cold/blockers",
		"d3cold/last_wake",
		"d3cold/qualified",
		"d3cold/stats/time_d0_ms",
		"d3cold/guest_power_state",
		"d3cold/entered_by",
		"d3cold/stats/d3cold",
		"power/runtime_status",
		"config",
	};

	return read_file(t, ONE_OF(w, files));
}

static int lspci(struct worker *w, struct target *t)
{
	char command[128];

	(void)w;
	snprintf(command, sizeof(command), "lspci -vvv -s %s >/dev/null 2>&1",
		 t->dev->bdf);
	errno = ECHILD;
	return system(command) ? -1 : 0;
}

/* Everybody keeps quiet, with both asleep if they can be */
static int calm(struct worker *w, struct target *t)
{
	calm_until = now_ms() + 200 + any(w, 600);
	if (any(w, 2))
		defaults(w, t);
	d3hot(w, t);
	return feature(t, 0xd3c0, 0, 0, 8);
}

static int nap(struct worker *w, struct target *t)
{
	(void)t;
	usleep(any(w, 100000));
	return 0;
}

/* The last close, and a new user; alone with the device */
static int reopen(struct worker *w, struct target *t)
{
	int fd;

	close(fd_of(t));
	if (any(w, 2))
		usleep(any(w, 300000));
	/* A reset by somebody else is -EAGAIN */
	for (int i = 0; i < 200; i++) {
		fd = ioctl(t->dev->group, VFIO_GROUP_GET_DEVICE_FD,
			   t->dev->bdf);
		if (fd >= 0 || errno != EAGAIN)
			break;
		usleep(10000);
	}
	t->dev->fds[0] = fd;
	if (fd < 0)
		errno = EIO;
	return fd < 0 ? -1 : 0;
}

static const struct event {
	const char *name;
	int weight;
	int (*run)(struct worker *w, struct target *t);
} events[] = {
	{ "D3hot", 12, d3hot },
	{ "D0", 8, d0 },
	{ "ENTER", 12, enter },
	{ "EXIT", 8, leave },
	{ "ENTRY", 6, entry },
	{ "LOW_POWER_EXIT", 4, low_power_exit },
	{ "EVENTFD", 4, set_eventfd },
	{ "read", 12, read_some },
	{ "read-all", 4, read_all },
	{ "write", 8, write_some },
	{ "bar", 6, read_bar },
	{ "irq", 6, irqs },
	{ "reset", 2, reset },
	{ "hot-reset", 1, reset_slot },
	{ "sysfs-reset", 1, host_reset },
	{ "info", 4, info },
	{ "policy", 3, policy },
	{ "settings", 4, settings },
	{ "defaults", 6, defaults },
	{ "look", 8, look },
	{ "lspci", 1, lspci },
	{ "nap", 30, nap },
	{ "calm", 4, calm },
	{ "reopen", 1, reopen },
};

static const struct event *choose(struct worker *w)
{
	int sum = 0, at;

	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		sum += events[i].weight;
	at = any(w, sum);
	for (size_t i = 0;; i++) {
		at -= events[i].weight;
		if (at < 0)
			return &events[i];
	}
}

static void count(struct worker *w, const struct event *e, int ret)
{
	w->events++;
	if (!ret)
		return;
	w->errors++;
	if ((errno == EIO || errno == ENODEV || errno == ECHILD ||
	     errno == EFAULT) &&
	    !atomic_fetch_add(&wrong, 1))
		snprintf(first_wrong, sizeof(first_wrong), "%s:%s", e->name,
			 strerrorname_np(errno));
}

static void *work(void *arg)
{
	struct worker *w = arg;

	while (now_ms() < deadline) {
		const struct event *e = choose(w);
		struct target *t = &targets[any(w, num_targets)];

		while (now_ms() < calm_until && now_ms() < deadline)
			usleep(20000);
		w->doing = e->name;
		if (e->run == reopen)
			pthread_rwlock_wrlock(&t->use);
		else
			pthread_rwlock_rdlock(&t->use);
		count(w, e, e->run(w, t));
		pthread_rwlock_unlock(&t->use);
		w->doing = NULL;
	}
	return NULL;
}

static bool find_targets(struct result *r)
{
	struct device *list[MAX_TARGETS], *used = dev;
	pthread_rwlockattr_t attr;

	num_targets = open_devices(list, MAX_TARGETS);
	pthread_rwlockattr_init(&attr);
	/* or there is always a reader, and nobody ever closes */
	pthread_rwlockattr_setkind_np(
		&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	for (int i = 0; i < num_targets; i++) {
		struct target *t = &targets[i];

		dev = t->dev = list[i];
		t->config =
			dev->regions[VFIO_PCI_CONFIG_REGION_INDEX].info.offset;
		t->bar0 = dev->regions[VFIO_PCI_BAR0_REGION_INDEX].info.offset;
		t->pmcsr = find_pm_cap() + PCI_PM_CTRL;
		pthread_rwlock_init(&t->use, &attr);
		if (find_pm_cap() <= 0 || dev->num_fds != 1)
			num_targets = 0;
	}
	dev = used;
	if (!num_targets)
		say(r, "-ENODEV");
	return num_targets;
}

static void do_stress(struct result *r, int argc, char **argv)
{
	uint64_t seconds = number(argv[1]), seed = number(argv[2]);
	unsigned long done = 0, errors = 0;
	struct timespec until;
	bool hung = false;

	(void)argc;
	if (!find_targets(r))
		return;
	wakeup_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	wrong = 0;
	calm_until = 0;
	deadline = now_ms() + seconds * 1000;
	for (int i = 0; i < THREADS; i++) {
		struct worker *w = &workers[i];

		memset(w, 0, sizeof(*w));
		w->random = (seed + 1) * 0x9e3779b97f4a7c15ULL +
			    i * 0xbf58476d1ce4e5b9ULL;
		pthread_create(&w->thread, NULL, work, w);
	}
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += seconds + PATIENCE_S;
	for (int i = 0; i < THREADS; i++) {
		struct worker *w = &workers[i];

		if (pthread_timedjoin_np(w->thread, NULL, &until)) {
			say(r, "hung:%s ", w->doing ?: "nothing");
			hung = true;
		}
		done += w->events;
		errors += w->errors;
	}
	if (!hung)
		close(wakeup_fd);
	say(r, "events=%lu refused=%lu wrong=%lu%s%s", done, errors,
	    (unsigned long)wrong, wrong ? " first=" : "",
	    wrong ? first_wrong : "");
}

const struct command stress_commands[] = {
	{ "stress", 2, do_stress,
	  "SECONDS SEED    random events from eight threads on all open devices" },
	{ NULL, 0, NULL, NULL },
};
