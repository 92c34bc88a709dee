// SPDX-License-Identifier: GPL-2.0-only
/* What the host does beside the VMM: sysfs, and a platform that fails. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"

static int open_file(const struct target *t, const char *name, int flags)
{
	char path[160];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%.31s/%s",
		 t->dev->bdf, name);
	return open(path, flags | O_CLOEXEC);
}

static int write_bytes(const struct target *t, const char *name,
		       const void *bytes, size_t len)
{
	int fd = open_file(t, name, O_WRONLY), error = 0;

	if (fd < 0)
		return -1;
	if (write(fd, bytes, len) < 0)
		error = errno;
	close(fd);
	errno = error;
	return error ? -1 : 0;
}

static int write_file(const struct target *t, const char *name,
		      const char *value)
{
	return write_bytes(t, name, value, strlen(value));
}

/* of the module, from the folder of a device */
#define MODULE "subsystem/../../module/d3cold_vfio_pci/parameters/"

static const char *const files[] = {
	"d3cold/policy",
	"d3cold/rearm",
	"d3cold/on_lost",
	"d3cold/max_wake_ms",
	"d3cold/max_cycles_per_min",
	"d3cold/qualified",
	"d3cold/recover",
	"d3cold/state",
	"d3cold/guest_power_state",
	"d3cold/no_soft_reset",
	"d3cold/entered_by",
	"d3cold/last_wake",
	"d3cold/blockers",
	"d3cold/config",
	"d3cold/stats/entries",
	"d3cold/stats/suspends",
	"d3cold/stats/d3cold",
	"d3cold/stats/d3hot_only",
	"d3cold/stats/vetoes",
	"d3cold/stats/verify_failures",
	"d3cold/stats/recoveries",
	"d3cold/stats/shadow_hits",
	"d3cold/stats/shadow_misses",
	"d3cold/stats/link_downgrades",
	"d3cold/stats/wakes_guest",
	"d3cold/stats/wakes_vmm",
	"d3cold/stats/wakes_open",
	"d3cold/stats/wakes_close",
	"d3cold/stats/wakes_reset",
	"d3cold/stats/wakes_policy",
	"d3cold/stats/wakes_recover",
	"d3cold/stats/wakes_sibling",
	"d3cold/stats/wakes_async",
	"d3cold/stats/wakes_system",
	"d3cold/stats/wakes_host",
	"d3cold/stats/time_d0_ms",
	"d3cold/stats/time_d3hot_ms",
	"d3cold/stats/time_d3cold_ms",
	"d3cold/stats/wake_latency_us_last",
	"d3cold/stats/wake_latency_us_max",
	MODULE "policy",
	"power/control",
	"power/autosuspend_delay_ms",
	"power/runtime_status",
	"power/pm_qos_resume_latency_us",
	"d3cold_allowed",
};

/* What an administrator writes, mostly so that the device can sleep */
static int settings(struct shot *s)
{
	static const char *const good[][2] = {
		{ "d3cold/policy", "auto" },
		{ "d3cold/policy", "guest" },
		{ "d3cold/policy", "explicit" },
		{ "d3cold/policy", "idle" },
		{ "d3cold/policy", "off" },
		{ "d3cold/rearm", "resuspend" },
		{ "d3cold/rearm", "hold" },
		{ "d3cold/on_lost", "event" },
		{ "d3cold/on_lost", "error" },
		{ "d3cold/max_wake_ms", "0" },
		{ "d3cold/max_wake_ms", "1" },
		{ "d3cold/max_wake_ms", "60000" },
		{ "d3cold/max_cycles_per_min", "0" },
		{ "d3cold/max_cycles_per_min", "6" },
		{ "d3cold/max_cycles_per_min", "4000" },
		{ "d3cold/qualified", "1" },
		{ "d3cold/qualified", "0" },
		{ "power/control", "auto" },
		{ "power/control", "on" },
		{ "power/autosuspend_delay_ms", "0" },
		{ "power/autosuspend_delay_ms", "10" },
		{ "power/autosuspend_delay_ms", "-1" },
		{ "power/autosuspend_delay_ms", "100" },
		{ "d3cold_allowed", "1" },
		{ "d3cold_allowed", "0" },
		{ "reset", "1" },
		{ MODULE "policy", "auto" },
		{ MODULE "policy", "guest" },
	};
	const char *const *file = ONE_OF(s->w, good);

	return write_file(s->t, file[0], file[1]);
}

int fuzz_defaults(const struct target *t)
{
	static const char *const usual[][2] = {
		{ "d3cold/policy", "auto" },
		{ "d3cold/rearm", "resuspend" },
		{ "d3cold/max_wake_ms", "0" },
		{ "d3cold/max_cycles_per_min", "0" },
		{ "d3cold/qualified", "1" },
		{ "power/autosuspend_delay_ms", "50" },
		{ "power/control", "auto" },
		{ "d3cold_allowed", "1" },
	};
	int ret = 0;

	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		ret |= write_file(t, usual[i][0], usual[i][1]);
	return ret;
}

static int defaults(struct shot *s)
{
	return fuzz_defaults(s->t);
}

/* What nobody should write, to files that nobody can write, too */
static int rubbish(struct shot *s)
{
	static const char *const words[] = {
		"",
		"\n",
		"0x",
		"-1",
		"auto",
		"guest ",
		"off\noff",
		"99999999999999999999",
		"1.5",
		"4294967296",
		"18446744073709551616",
		"-9223372036854775809",
		"%s%n",
		"\xff\xfe\x00x",
		"hold hold",
		"1 ",
	};
	struct worker *w = s->w;
	const char *file = ONE_OF(w, files);
	size_t len = any(w, 8192);
	unsigned char *buf;

	if (any(w, 2))
		return write_file(s->t, file, ONE_OF(w, words));
	buf = blank(w);
	for (size_t i = 0; i < 16; i++)
		buf[i] = any(w, 256);
	return write_bytes(s->t, file, buf, len);
}

static int looks(struct shot *s)
{
	struct worker *w = s->w;
	const char *name = any(w, 6) ? ONE_OF(w, files) : "config";
	size_t len = any(w, 3) ? 4096 : any(w, 300);
	off_t at = any(w, 2) ? 0 : any(w, 5000);
	int patience_ms = any(w, 4);
	int fd = open_file(s->t, name, O_RDONLY), error = 0;
	struct pollfd change = { .fd = fd, .events = POLLPRI };

	if (fd < 0)
		return -1;
	if (pread(fd, blank(w), len, at) < 0)
		error = errno;
	poll(&change, 1, patience_ms);
	close(fd);
	errno = error;
	return error ? -1 : 0;
}

/*
 * The platform's next power-ons fail, or do no more: see tables/slot.dsl.in.
 * One write of two bytes, to ports 0x70 and 0x71, for ACPI uses them as well;
 * should it come between, another byte of CMOS gets it.
 */
static int set_fault(const struct target *t, unsigned char n)
{
	const unsigned char bytes[] = { t->fault, n };
	int fd, error = 0;

	if (t->fault < 0) {
		errno = ENXIO;
		return -1;
	}
	fd = open("/dev/port", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (pwrite(fd, bytes, sizeof(bytes), 0x70) < 0)
		error = errno;
	close(fd);
	errno = error;
	return error ? -1 : 0;
}

static int faults(struct shot *s)
{
	static const unsigned char times[] = { 1, 1, 1, 2, 0x80, 255 };

	return set_fault(s->t, ONE_OF(s->w, times));
}

static int heals(struct shot *s)
{
	set_fault(s->t, 0);
	if (write_file(s->t, "d3cold/recover", "1"))
		return -1;
	return fuzz_defaults(s->t);
}

const struct kind fuzz_host[] = {
	{ .name = "setting", .weight = 6, .run = settings },
	{ .name = "defaults", .weight = 6, .run = defaults },
	{ .name = "rubbish", .weight = 4, .run = rubbish },
	{ .name = "look", .weight = 8, .run = looks },
	{ .name = "fault", .weight = 1, .run = faults },
	{ .name = "heal", .weight = 3, .run = heals },
	{ 0 },
};
