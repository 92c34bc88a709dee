// SPDX-License-Identifier: GPL-2.0-only
/*
 * Time per power state, and counters: d3cold/stats/, one number a file.
 */
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/sysfs.h>

#include "compat.h"
#include "device.h"

/*
 * The PCI core calls D3cold also what another device keeps the power of, and
 * what it found dead when it was to wake.
 */
static pci_power_t physical_state(const struct d3cold_device *d3)
{
	pci_power_t state = READ_ONCE(d3->core.pdev->current_state);

	if (state != PCI_D3cold)
		return state;
	return d3->power_kept || (d3->waking && !d3->reached_d3cold) ?
		       PCI_D3hot :
		       PCI_D3cold;
}

static enum d3cold_bucket bucket_of(pci_power_t state)
{
	switch (state) {
	case PCI_D3hot:
		return D3COLD_IN_D3HOT;
	case PCI_D3cold:
		return D3COLD_IN_D3COLD;
	default:
		return D3COLD_IN_D0;
	}
}

/**
 * d3cold_account() - look which power state the device is in now
 * @d3: device
 *
 * The physical state is the PCI core's, never a copy. D3cold that comes through
 * the port changes it with no callback for the device, so this is also called
 * from a sampler and from whoever reads it. Whatever the status region shows
 * is written there, too.
 *
 * Context: the caller holds @d3->lock.
 */
void d3cold_account(struct d3cold_device *d3)
{
	pci_power_t state = physical_state(d3);
	u64 now;

	lockdep_assert_held(&d3->lock);

	/* The resume has looked at that. */
	if (d3->waking && state != PCI_D3cold)
		d3->reached_d3cold = false;
	if (state != d3->physical) {
		now = ktime_get_ns();
		d3->stats.residency_ns[bucket_of(d3->physical)] +=
			now - d3->since;
		d3->since = now;
		d3->physical = state;
	}
	if (state == PCI_D3cold && d3->machine.asleep && !d3->reached_d3cold) {
		d3->reached_d3cold = true;
		d3->was_cut = true;
		WRITE_ONCE(d3->owes_reset, false);
		d3->stats.d3cold++;
		d3cold_budget_charge(d3);
		d3cold_signal(d3, VFIO_D3COLD_EVENT_COLD, false);
	}
	d3cold_region_publish(d3);
}

static const char *const cause_names[] = {
	[D3COLD_CAUSE_GUEST] = "guest",	    [D3COLD_CAUSE_VMM] = "vmm",
	[D3COLD_CAUSE_OPEN] = "open",	    [D3COLD_CAUSE_CLOSE] = "close",
	[D3COLD_CAUSE_RESET] = "reset",	    [D3COLD_CAUSE_POLICY] = "policy",
	[D3COLD_CAUSE_RECOVER] = "recover", [D3COLD_CAUSE_SIBLING] = "sibling",
	[D3COLD_CAUSE_ASYNC] = "async",	    [D3COLD_CAUSE_SYSTEM] = "system",
	[D3COLD_CAUSE_HOST] = "host",
};

/**
 * d3cold_cause_name() - name of a wake cause
 * @cause: enum d3cold_cause
 *
 * Return: a constant string, "none" if there is no such cause.
 */
const char *d3cold_cause_name(unsigned int cause)
{
	return cause < D3COLD_NR_CAUSES ? cause_names[cause] : "none";
}

/* @arg is the offset of a u64 in struct d3cold_stats. */
static ssize_t counter_show(struct d3cold_device *d3,
			    const struct d3cold_attribute *attr, char *buf)
{
	u64 value;

	spin_lock(&d3->lock);
	d3cold_account(d3);
	value = *(u64 *)((char *)&d3->stats + attr->arg);
	spin_unlock(&d3->lock);

	return sysfs_emit(buf, "%llu\n", value);
}

/* @arg is enum d3cold_bucket. */
static ssize_t time_show(struct d3cold_device *d3,
			 const struct d3cold_attribute *attr, char *buf)
{
	u64 value;

	spin_lock(&d3->lock);
	d3cold_account(d3);
	value = d3->stats.residency_ns[attr->arg];
	if (bucket_of(d3->physical) == attr->arg)
		value += ktime_get_ns() - d3->since;
	spin_unlock(&d3->lock);

	return sysfs_emit(buf, "%llu\n", div_u64(value, NSEC_PER_MSEC));
}

#define FILE(_name, _show, _arg)                              \
	static const struct d3cold_attribute attr_##_name = { \
		.attr = { .name = #_name, .mode = 0444 },     \
		.show = (_show),                              \
		.arg = (_arg),                                \
	}
#define AT(_member) offsetof(struct d3cold_stats, _member)
#define COUNTER(_name) FILE(_name, counter_show, AT(_name))
#define WAKES(_name, _cause) \
	FILE(wakes_##_name, counter_show, AT(wakes[_cause]))

COUNTER(entries);
COUNTER(suspends);
COUNTER(d3cold);
COUNTER(d3hot_only);
COUNTER(vetoes);
COUNTER(verify_failures);
COUNTER(recoveries);
COUNTER(shadow_hits);
COUNTER(shadow_misses);
COUNTER(link_downgrades);
WAKES(guest, D3COLD_CAUSE_GUEST);
WAKES(vmm, D3COLD_CAUSE_VMM);
WAKES(open, D3COLD_CAUSE_OPEN);
WAKES(close, D3COLD_CAUSE_CLOSE);
WAKES(reset, D3COLD_CAUSE_RESET);
WAKES(policy, D3COLD_CAUSE_POLICY);
WAKES(recover, D3COLD_CAUSE_RECOVER);
WAKES(sibling, D3COLD_CAUSE_SIBLING);
WAKES(async, D3COLD_CAUSE_ASYNC);
WAKES(system, D3COLD_CAUSE_SYSTEM);
WAKES(host, D3COLD_CAUSE_HOST);
FILE(time_d0_ms, time_show, D3COLD_IN_D0);
FILE(time_d3hot_ms, time_show, D3COLD_IN_D3HOT);
FILE(time_d3cold_ms, time_show, D3COLD_IN_D3COLD);
FILE(wake_latency_us_last, counter_show, AT(latency_last_us));
FILE(wake_latency_us_max, counter_show, AT(latency_max_us));

/* The files are constant; sysfs merely lacks the word for it before 6.13. */
#define PUT(_name) ((struct attribute *)&attr_##_name.attr)

static struct attribute *stats_attrs[] = {
	PUT(entries),
	PUT(suspends),
	PUT(d3cold),
	PUT(d3hot_only),
	PUT(vetoes),
	PUT(verify_failures),
	PUT(recoveries),
	PUT(shadow_hits),
	PUT(shadow_misses),
	PUT(link_downgrades),
	PUT(wakes_guest),
	PUT(wakes_vmm),
	PUT(wakes_open),
	PUT(wakes_close),
	PUT(wakes_reset),
	PUT(wakes_policy),
	PUT(wakes_recover),
	PUT(wakes_sibling),
	PUT(wakes_async),
	PUT(wakes_system),
	PUT(wakes_host),
	PUT(time_d0_ms),
	PUT(time_d3hot_ms),
	PUT(time_d3cold_ms),
	PUT(wake_latency_us_last),
	PUT(wake_latency_us_max),
	NULL,
};

const struct attribute_group d3cold_stats_group = {
	.name = "stats",
	.attrs = stats_attrs,
};
