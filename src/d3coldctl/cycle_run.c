// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cycles of "d3coldctl cycle"
 *
 * Plays a VMM: puts the device in D3hot as its guest would, lets it be powered
 * off (D3COLD_ENTER), waits for D3cold, and takes it back (D3COLD_EXIT).
 */
#include <errno.h>
#include <linux/pci_regs.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd.h"
#include "cycle.h"
#include "d3cold_vfio_pci.h"
#include "output.h"
#include "snapshot.h"
#include "stop.h"
#include "sysfs.h"
#include "util.h"
#include "vfio.h"

#define COLD_WITHIN_MS 10000 /* on top of the delay; ports take a second */
#define FAILURES_IN_A_ROW 3

struct run {
	const struct device *dev; /* as it was before */
	struct vfio vfio;
	struct snapshot base;
	struct cycle_result *result;
	uint64_t unverified; /* stats/verify_failures so far */
	uint64_t downgrades;
};

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static char *read_file(const struct run *run, const char *name)
{
	int fd = sysfs_open_dir("bus/pci/devices/%s", run->dev->id);
	char *text;

	if (fd < 0)
		return NULL;
	text = attr_read(fd, name);
	close(fd);
	return text;
}

static uint64_t counter(const struct run *run, const char *name)
{
	char *path = xasprintf("d3cold/stats/%s", name);
	char *text = read_file(run, path);
	uint64_t value = text ? strtoull(text, NULL, 10) : 0;

	free(text);
	free(path);
	return value;
}

static bool file_is(const struct run *run, const char *name, const char *value)
{
	char *text = read_file(run, name);
	bool is = streq(text, value);

	free(text);
	return is;
}

static int set_power(const struct run *run, uint16_t state)
{
	uint16_t pmcsr;
	uint64_t at = run->base.pm + PCI_PM_CTRL;
	int err = vfio_read(&run->vfio, &run->vfio.config, at, &pmcsr, 2);

	if (err)
		return err;
	/* PME_Status is cleared by writing 1: leave it. */
	pmcsr &= ~(PCI_PM_CTRL_STATE_MASK | PCI_PM_CTRL_PME_STATUS);
	pmcsr |= state;
	return vfio_write(&run->vfio, &run->vfio.config, at, &pmcsr, 2);
}

static int enter(const struct run *run)
{
	struct vfio_d3cold_enter payload = { .eventfd = -1 };
	int err = set_power(run, 3);

	return err   ?:
		       vfio_set_feature(&run->vfio,
					VFIO_DEVICE_FEATURE_D3COLD_ENTER,
					&payload, sizeof(payload));
}

/* Back to D0 for the VMM and for its guest; @us: how long that took. */
static int leave(const struct run *run, uint64_t *us)
{
	uint64_t began = now_us();
	int err = vfio_set_feature(&run->vfio, VFIO_DEVICE_FEATURE_D3COLD_EXIT,
				   NULL, 0);

	*us = now_us() - began;
	return err ?: set_power(run, 0);
}

static bool is_cold(const struct run *run)
{
	struct device dev;
	bool cold;

	/* Most looks end here, at a file that asks nobody. */
	if (!file_is(run, "power_state", "D3cold") ||
	    device_read(&dev, &run->dev->bdf))
		return false;
	cold = device_is_cold(&dev);
	device_free(&dev);
	return cold;
}

/* Return: NULL once it is in D3cold, else why not. */
static char *wait_cold(const struct run *run)
{
	uint64_t end =
		now_us() + (run->result->delay_ms + COLD_WITHIN_MS) * 1000;
	struct device dev;
	char *why;

	do {
		if (is_cold(run))
			return NULL;
		stop_sleep_ms(2);
	} while (now_us() < end && !stop_wanted());
	if (device_read(&dev, &run->dev->bdf))
		return xstrdup("the device has gone");
	why = xasprintf("not in D3cold after %lu ms (power_state %s): %s",
			run->result->delay_ms + COLD_WITHIN_MS,
			or_dash(dev.power_state),
			dev.n_blockers ? dev.blockers[0] : "no reason known");
	device_free(&dev);
	return why;
}

/* After a wake: is it the device that went to sleep, as good as before? */
static char *verify(struct run *run)
{
	uint64_t unverified = counter(run, "verify_failures");
	uint64_t downgrades = counter(run, "link_downgrades");
	struct snapshot after;
	int err = snapshot_take(&after, &run->vfio);

	if (err)
		return xasprintf("cannot be read after the wake: %s",
				 strerror(-err));
	free(run->result->link_after);
	run->result->link_after = snapshot_link(&after);
	if (unverified != run->unverified) {
		run->unverified = unverified;
		return xstrdup(
			"it did not come back at once; the driver had to recover it");
	}
	if (downgrades != run->downgrades) {
		run->downgrades = downgrades;
		return xasprintf("its link came back as %s, was %s",
				 run->result->link_after ?: "none",
				 run->result->link_before ?: "none");
	}
	return snapshot_difference(&run->base, &after);
}

/*
 * One cycle. @why: what failed, or NULL.
 *
 * Return: false if it was interrupted before it could tell.
 */
static bool one_cycle(struct run *run, char **why)
{
	uint64_t us;
	int err = enter(run);

	if (err) {
		*why = xasprintf("cannot enter: %s", strerror(-err));
		leave(run, &us);
		return true;
	}
	*why = wait_cold(run);
	err = leave(run, &us);
	if (err) {
		free(*why);
		*why = xasprintf("it did not come back: %s", strerror(-err));
	} else if (*why && stop_wanted()) {
		free(*why);
		*why = NULL;
		return false;
	} else if (!*why) {
		*why = verify(run);
		if (!*why)
			latency_add(&run->result->wake, us);
	}
	return true;
}

static void note_failure(struct run *run, char *what, unsigned int in_a_row)
{
	struct cycle_result *r = run->result;

	r->failures =
		xrealloc(r->failures, r->n_failures + 1, sizeof(*r->failures));
	r->failures[r->n_failures].cycle = r->done;
	r->failures[r->n_failures++].what = what;
	r->lost = file_is(run, "d3cold/state", "lost");
	if (r->lost)
		r->stopped = xstrdup("stopped, the device is lost");
	else if (in_a_row == FAILURES_IN_A_ROW)
		r->stopped = xasprintf("stopped after %u failures in a row",
				       in_a_row);
}

static void run_cycles(struct run *run)
{
	struct cycle_result *r = run->result;
	uint64_t began = now_us();
	unsigned int in_a_row = 0;

	while (r->done < r->wanted && !r->stopped && !stop_wanted()) {
		char *why;

		cycle_progress(r, (now_us() - began) / 1000);
		if (!one_cycle(run, &why))
			break;
		r->done++;
		in_a_row = why ? in_a_row + 1 : 0;
		if (why)
			note_failure(run, why, in_a_row);
	}
	cycle_progress_end();
	if (!r->stopped && r->done < r->wanted) {
		r->interrupted = true;
		r->stopped = xstrdup("interrupted");
	}
}

/* What it looks like before; what changes by itself does not count. */
static int look_before(struct run *run)
{
	struct snapshot *base = &run->base, again;
	uint16_t command;
	unsigned int i;
	int err;

	err = vfio_read(&run->vfio, &run->vfio.config, PCI_COMMAND, &command,
			2);
	command |= PCI_COMMAND_MEMORY;
	err = err   ?:
		      vfio_write(&run->vfio, &run->vfio.config, PCI_COMMAND,
				 &command, 2);
	err = err ?: snapshot_take(base, &run->vfio);
	err = err ?: snapshot_take(&again, &run->vfio);
	if (err) {
		msg_error(run->dev->id, "see dmesg", "cannot be read: %s",
			  strerror(-err));
		return EXIT_ERROR;
	}
	if (!base->pm) {
		msg_error(run->dev->id, NULL,
			  "it has no power management capability");
		return EXIT_UNSUPPORTED;
	}
	snapshot_ignore_status(base);
	run->result->ignored = snapshot_ignore_changes(base, &again);
	run->result->config_size = base->size;
	for (i = 0; i < VFIO_BARS; i++)
		run->result->bars += base->has_bar[i];
	run->result->link_before = snapshot_link(base);
	run->unverified = counter(run, "verify_failures");
	run->downgrades = counter(run, "link_downgrades");
	return EXIT_OK;
}

/**
 * cycle_run() - open a device, do the cycles, close it
 * @r:   what is wanted, and what came out
 * @dev: device that nobody has open
 *
 * Return: an exit code if not even the first cycle could begin (the reason has
 * been said), else EXIT_OK.
 */
int cycle_run(struct cycle_result *r, const struct device *dev)
{
	struct run run = { .dev = dev, .result = r };
	int code = vfio_open(&run.vfio, dev);

	if (!code)
		code = look_before(&run);
	if (!code)
		run_cycles(&run);
	vfio_close(&run.vfio);
	return code;
}
