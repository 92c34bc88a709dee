// SPDX-License-Identifier: GPL-2.0-only
/*
 * The status region, by pread and by mmap, and what holds of every snapshot of
 * it, whatever the device does meanwhile: one that is torn breaks it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "d3cold_vfio_pci.h"
#include "vmm.h"

#define SNAPSHOTS 200 /* of one "check" */

static char complaint[256]; /* the first one */

static struct region *status_region(void)
{
	for (int i = 0; i < dev->num_regions; i++)
		if (dev->regions[i].type == VFIO_REGION_TYPE_D3COLD &&
		    dev->regions[i].subtype ==
			    VFIO_REGION_SUBTYPE_D3COLD_STATUS)
			return &dev->regions[i];
	errno = ENOENT;
	return NULL;
}

static bool read_status(struct vfio_d3cold_status *s)
{
	const struct region *region = status_region();

	return region && pread(device_fd(), s, sizeof(*s),
			       region->info.offset) == sizeof(*s);
}

static const struct vfio_d3cold_status *status_page(void)
{
	struct region *region = status_region();
	void *map;

	if (!region || region->map)
		return region ? region->map : NULL;
	map = mmap(NULL, region->info.size, PROT_READ, MAP_SHARED, device_fd(),
		   region->info.offset);
	if (map == MAP_FAILED)
		return NULL;
	return region->map = map;
}

/* As the header says */
static bool map_status(struct vfio_d3cold_status *s)
{
	const struct vfio_d3cold_status *page = status_page();
	uint32_t sequence;

	if (!page)
		return false;
	do {
		sequence = __atomic_load_n(&page->sequence, __ATOMIC_ACQUIRE);
		*s = *(const volatile struct vfio_d3cold_status *)page;
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
	} while (sequence & 1 || sequence != __atomic_load_n(&page->sequence,
							     __ATOMIC_RELAXED));
	return true;
}

static uint64_t sum(const __u64 *values, size_t n)
{
	uint64_t total = 0;

	while (n--)
		total += values[n];
	return total;
}

static uint64_t bound_at(const struct vfio_d3cold_status *s)
{
	return s->since_ns - sum(s->residency_ns, 3);
}

/* What is wrong with a snapshot, by itself and after an older one */
static const char *wrong_with(const struct vfio_d3cold_status *s,
			      const struct vfio_d3cold_status *old)
{
	uint64_t wakes = sum(s->wakes, 11);

	if (s->version != VFIO_D3COLD_API_VERSION || s->size != sizeof(*s))
		return "version or size";
	if (s->sequence & 1)
		return "odd sequence";
	if (s->state == VFIO_D3COLD_STATE_IDLE ||
	    s->state > VFIO_D3COLD_STATE_LOST)
		return "state";
	if (s->guest_state > VFIO_D3COLD_POWER_D3HOT ||
	    s->physical_state > VFIO_D3COLD_POWER_D3COLD)
		return "D-state";
	if (s->policy > VFIO_D3COLD_POLICY_GUEST || s->entered_by > 3 ||
	    s->pending_events > 15 || s->reserved)
		return "policy, entered_by, pending_events or reserved";
	if (s->state == VFIO_D3COLD_STATE_ACTIVE &&
	    (s->entered_by || s->physical_state == VFIO_D3COLD_POWER_D3COLD))
		return "active, but entered or cold";
	if (s->state > VFIO_D3COLD_STATE_ACTIVE &&
	    s->state < VFIO_D3COLD_STATE_LOST && !s->entered_by)
		return "entered by nobody";
	if (s->suspends - wakes > 1 || s->d3cold > s->suspends)
		return "suspends and wakes";
	if (!old->version)
		return NULL;
	if (bound_at(s) != bound_at(old))
		return "residency";
	if ((int32_t)(s->sequence - old->sequence) < 0 ||
	    s->since_ns < old->since_ns || s->entries < old->entries ||
	    s->suspends < old->suspends || wakes < sum(old->wakes, 11) ||
	    s->last_wake_ns < old->last_wake_ns)
		return "backwards";
	return NULL;
}

/* Many snapshots; false, with a complaint, if any of them cannot be */
bool check_status(bool map)
{
	static __thread struct vfio_d3cold_status old[2];
	struct vfio_d3cold_status s;
	const char *wrong;

	for (int n = 0; n < SNAPSHOTS; n++) {
		if (!(map ? map_status(&s) : read_status(&s)))
			wrong = "it cannot be read";
		else
			wrong = wrong_with(&s, &old[map]);
		if (wrong) {
			if (!complaint[0])
				snprintf(complaint, sizeof(complaint), "%s: %s",
					 map ? "mmap" : "pread", wrong);
			return false;
		}
		old[map] = s;
	}
	/* there are others who want to run */
	usleep(1000);
	return true;
}

static void say_status(struct result *r, const struct vfio_d3cold_status *s)
{
	say(r,
	    "state=%u guest=%u physical=%u policy=%u by=%u last_wake=%d events=%u",
	    s->state, s->guest_state, s->physical_state, s->policy,
	    s->entered_by, (int)s->last_wake, s->pending_events);
	say(r, " entries=%llu suspends=%llu d3cold=%llu wakes=", s->entries,
	    s->suspends, s->d3cold);
	for (int i = 0; i < 11; i++)
		say(r, "%s%llu", i ? "," : "", s->wakes[i]);
	say(r, " ms=%llu,%llu,%llu", s->residency_ns[0] / 1000000,
	    s->residency_ns[1] / 1000000, s->residency_ns[2] / 1000000);
}

/* What the page must not let happen */
static void try_to_write(struct result *r)
{
	const struct region *region = status_region();
	void *map;

	if (!region) {
		say_errno(r);
		return;
	}
	map = mmap(NULL, region->info.size, PROT_READ | PROT_WRITE, MAP_SHARED,
		   device_fd(), region->info.offset);
	if (map != MAP_FAILED) {
		say(r, "mapped");
		return;
	}
	say_errno(r);
	map = mmap(NULL, region->info.size, PROT_READ, MAP_SHARED, device_fd(),
		   region->info.offset);
	say(r, " ");
	if (!mprotect(map, region->info.size, PROT_READ | PROT_WRITE))
		say(r, "mprotected");
	else
		say_errno(r);
	munmap(map, region->info.size);
	map = mmap(NULL, 2 * region->info.size, PROT_READ, MAP_SHARED,
		   device_fd(), region->info.offset);
	say(r, " ");
	if (map != MAP_FAILED)
		say(r, "mapped");
	else
		say_errno(r);
	map = mmap(NULL, region->info.size, PROT_READ, MAP_SHARED, device_fd(),
		   region->info.offset + region->info.size);
	say(r, " ");
	if (map != MAP_FAILED)
		say(r, "mapped");
	else
		say_errno(r);
	say(r, " ");
	if (pwrite(device_fd(), "", 1, region->info.offset) == 1)
		say(r, "written");
	else
		say_errno(r);
}

static void do_status(struct result *r, int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "read";
	struct vfio_d3cold_status s;
	bool map = argc > 2 && !strcmp(argv[2], "map");

	if (!strcmp(what, "read")) {
		if (map ? map_status(&s) : read_status(&s))
			say_status(r, &s);
		else
			say_errno(r);
	} else if (!strcmp(what, "check")) {
		say(r, "%s", check_status(map) ? "0" : "-EBADMSG");
	} else if (!strcmp(what, "complaint")) {
		say(r, "%s", complaint[0] ? complaint : "none");
	} else if (!strcmp(what, "write")) {
		try_to_write(r);
	} else {
		say(r, "usage");
	}
}

const struct command status_commands[] = {
	{ "status", 0, do_status,
	  "[read [map] | check [map] | complaint | write]    the status region; check: many snapshots" },
	{ NULL, 0, NULL, NULL },
};
