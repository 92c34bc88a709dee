// SPDX-License-Identifier: GPL-2.0-only
/*
 * Power cycles wear hardware: a token bucket bounds them, whoever causes them.
 * With no token left the device sleeps in D3hot until there is one again.
 */
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/mutex.h>
#include <linux/pm_runtime.h>

#include "compat.h"
#include "device.h"

#define D3COLD_MINUTE_NS (60ULL * NSEC_PER_SEC)

/*
 * The bucket is a point in time: full where it lies at now or before, empty one
 * minute later. A power cycle moves it on by one token's worth.
 */
static u64 token_ns(const struct d3cold_device *d3)
{
	return div_u64(D3COLD_MINUTE_NS, d3->max_cycles_per_min);
}

/**
 * d3cold_budget_wait() - when may the power be cut?
 * @d3: device
 *
 * Context: the caller holds @d3->lock.
 * Return: 0 for now, or ns until there is a token.
 */
u64 d3cold_budget_wait(struct d3cold_device *d3)
{
	u64 now = ktime_get_ns(), next;

	lockdep_assert_held(&d3->lock);

	if (!d3->max_cycles_per_min)
		return 0;
	next = max(d3->budget_used, now) + token_ns(d3);
	return next > now + D3COLD_MINUTE_NS ? next - now - D3COLD_MINUTE_NS :
					       0;
}

/**
 * d3cold_budget_charge() - the power was cut
 * @d3: device
 *
 * Context: the caller holds @d3->lock.
 */
void d3cold_budget_charge(struct d3cold_device *d3)
{
	lockdep_assert_held(&d3->lock);

	if (d3->max_cycles_per_min)
		d3->budget_used = max_t(u64, d3->budget_used, ktime_get_ns()) +
				  token_ns(d3);
}

/**
 * d3cold_budget_limit() - let the suspend that has begun reach D3hot only
 * @d3: device
 * @wait_ns: until there is a token, ns
 *
 * Context: suspend callback.
 */
void d3cold_budget_limit(struct d3cold_device *d3, u64 wait_ns)
{
	struct pci_dev *pdev = d3->core.pdev;

	/* What a quirk forbids is not ours to allow again. */
	if (d3->over_budget || pdev->no_d3cold)
		return;
	WRITE_ONCE(d3->over_budget, true);
	pci_d3cold_disable(pdev);
	if (!READ_ONCE(d3->dying))
		queue_delayed_work(system_freezable_wq, &d3->budget_work,
				   nsecs_to_jiffies(wait_ns) + 1);
}

/*
 * pci_d3cold_enable() looks at all functions and then tells their port, without
 * a lock: of two at once, as functions of a slot are, the older view could win.
 */
static DEFINE_MUTEX(lift_lock);

/**
 * d3cold_budget_lift() - let suspends reach D3cold again
 * @d3: device, kept awake by the caller, so that no suspend looks meanwhile
 *
 * Context: process context; takes the bus semaphore, so not in callbacks.
 */
void d3cold_budget_lift(struct d3cold_device *d3)
{
	if (!d3->over_budget)
		return;
	mutex_lock(&lift_lock);
	pci_d3cold_enable(d3->core.pdev);
	mutex_unlock(&lift_lock);
	WRITE_ONCE(d3->over_budget, false);
}

/**
 * d3cold_budget_work() - there is a token again: go on to D3cold
 * @work: d3cold_device.budget_work
 */
void d3cold_budget_work(struct work_struct *work)
{
	struct d3cold_device *d3 = container_of(
		to_delayed_work(work), struct d3cold_device, budget_work);
	bool wait;

	/* A device that needs its software before each sleep sleeps on. */
	spin_lock(&d3->lock);
	wait = d3->machine.asleep && d3->machine.open &&
	       (d3->rearm_hold || d3->vmm_hold);
	spin_unlock(&d3->lock);

	if (wait || d3cold_get(d3, D3COLD_CAUSE_POLICY)) {
		if (!READ_ONCE(d3->dying))
			queue_delayed_work(system_freezable_wq,
					   &d3->budget_work, HZ);
		return;
	}
	d3cold_budget_lift(d3);
	d3cold_put(d3);
}
