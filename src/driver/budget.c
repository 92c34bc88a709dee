// SPDX-License-Identifier: GPL-2.0-only
/*
 * Power cycles wear hardware: a token bucket bounds them, whoever causes them.
 * With no token left the device sleeps in D3hot until there is one again.
 */
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/pm_runtime.h>

#include "compat.h"
#include "device.h"

static u64 ns_per_token(const struct d3cold_device *d3)
{
	return div_u64(60 * NSEC_PER_SEC, d3->max_cycles_per_min);
}

/**
 * d3cold_budget_take() - may the power be cut now?
 * @d3: device, about to suspend
 *
 * Context: the caller holds @d3->lock.
 * Return: true, and one token less, or false.
 */
bool d3cold_budget_take(struct d3cold_device *d3)
{
	u64 full = ktime_get_ns(), now = full + 60 * NSEC_PER_SEC;

	lockdep_assert_held(&d3->lock);

	if (!d3->max_cycles_per_min)
		return true;
	/*
	 * The bucket as a point in time: empty at now, full a minute before.
	 * Taking a token moves it one token's worth towards now.
	 */
	d3->budget_used = max(d3->budget_used, full);
	if (d3->budget_used + ns_per_token(d3) > now)
		return false;
	d3->budget_used += ns_per_token(d3);
	return true;
}

/**
 * d3cold_budget_limit() - let the next suspend reach D3hot only, or D3cold again
 * @d3: device, awake or about to suspend
 * @limit: forbid D3cold
 *
 * Context: process context. Lifting takes the bus semaphore: not in callbacks.
 */
void d3cold_budget_limit(struct d3cold_device *d3, bool limit)
{
	struct pci_dev *pdev = d3->core.pdev;

	if (limit) {
		/* What a quirk forbids is not ours to allow again. */
		if (d3->over_budget || pdev->no_d3cold)
			return;
		WRITE_ONCE(d3->over_budget, true);
		pci_d3cold_disable(pdev);
		if (!READ_ONCE(d3->dying))
			queue_delayed_work(
				system_freezable_wq, &d3->budget_work,
				nsecs_to_jiffies(ns_per_token(d3)) + 1);
	} else if (d3->over_budget) {
		pci_d3cold_enable(pdev);
		WRITE_ONCE(d3->over_budget, false);
	}
}

/**
 * d3cold_budget_work() - there is a token again: go on to D3cold
 * @work: d3cold_device.budget_work
 */
void d3cold_budget_work(struct work_struct *work)
{
	struct d3cold_device *d3 = container_of(
		to_delayed_work(work), struct d3cold_device, budget_work);

	/* Awake, so that no suspend looks at the flags that change here. */
	if (d3cold_get(d3, D3COLD_CAUSE_POLICY))
		return;
	d3cold_budget_limit(d3, false);
	d3cold_put(d3);
}
