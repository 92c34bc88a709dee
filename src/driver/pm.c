// SPDX-License-Identifier: GPL-2.0-only
/*
 * Our layer around the bus's runtime-PM and system-sleep callbacks.
 *
 * The vfio-pci core writes driver->pm of the whole driver at every probe, so a
 * table of ours put there would be torn away from a device that is suspended.
 * A PM domain belongs to one device and takes precedence over the bus
 * (drivers/base/power/runtime.c, RPM_GET_CALLBACK), as vga_switcheroo uses it:
 * what suspended through this layer resumes through it.
 */
#include <linux/ktime.h>
#include <linux/pm_runtime.h>

#include "compat.h"
#include "device.h"

#include "trace.h"

#define D3COLD_SAMPLE_MIN_MS 50
#define D3COLD_SAMPLE_MAX_MS 1000u
/* In D3cold, where a sibling may take the power again. */
#define D3COLD_SAMPLE_SHARED_MS 10000

/**
 * d3cold_forgive() - clear an error that runtime PM keeps
 * @d3: device
 *
 * Up to 6.12 it fails whatever follows. Our callbacks give none, but they are
 * not called if a supplier of the device does not resume: then it is asleep.
 * Who only makes ioctls, which the VFIO core fails before we see them, has it
 * cleared by the next read or write, or by the close.
 *
 * Context: no power.lock.
 * Return: true if there was one: it is worth another try.
 */
bool d3cold_forgive(struct d3cold_device *d3)
{
#ifdef CONFIG_PM
	struct device *dev = &d3->core.pdev->dev;

	if (likely(!READ_ONCE(dev->power.runtime_error)))
		return false;
	/* One at a time: each counts in three bits of disable_depth. */
	spin_lock(&d3->lock);
	if (dev->power.runtime_error && pm_runtime_status_suspended(dev))
		pm_runtime_set_suspended(dev);
	spin_unlock(&d3->lock);
	return true;
#else
	return false;
#endif
}

/**
 * d3cold_get() - wake a device and keep it awake
 * @d3: device
 * @cause: why, should this wake it
 *
 * Context: process context; no memory_lock, which the resume takes.
 * Return: 0 with a PM reference for d3cold_put(); -EIO without one if runtime
 * PM refuses. A lost device gives 0: it is pinned awake, and says so itself.
 */
int d3cold_get(struct d3cold_device *d3, enum d3cold_cause cause)
{
	struct device *dev = &d3->core.pdev->dev;
	struct d3cold_mark mark;
	int ret;

	d3cold_mark(d3, &mark, cause);
	ret = pm_runtime_resume_and_get(dev);
	if (ret < 0) {
		d3cold_forgive(d3);
		/* Or somebody else is clearing it just now, under this lock. */
		spin_lock(&d3->lock);
		spin_unlock(&d3->lock);
		ret = pm_runtime_resume_and_get(dev);
	}
	d3cold_unmark(d3, &mark);
	if (ret >= 0)
		return 0;
	d3cold_forgive(d3);
	return -EIO;
}

/**
 * d3cold_put() - drop the reference of d3cold_get(), the delay starts anew
 * @d3: device
 */
void d3cold_put(struct d3cold_device *d3)
{
	struct device *dev = &d3->core.pdev->dev;

	pm_runtime_mark_last_busy(dev);
	pm_runtime_put_autosuspend(dev);
}

#ifdef CONFIG_PM

/* May the power come and go while the device sleeps on, with no callback? */
static bool power_may_change(struct d3cold_device *d3)
{
	struct pci_dev *pdev = d3->core.pdev;

	return pdev->current_state == PCI_D3cold &&
	       (READ_ONCE(d3->power_kept) ||
		(pdev->multifunction && d3cold_platform_can_cut(pdev)));
}

/* Asleep, but not where it may come to yet; a VF has no power of its own. */
static bool look_again(struct d3cold_device *d3)
{
	return d3->machine.asleep && !d3->core.pdev->is_virtfn &&
	       (!d3->reached_d3cold || power_may_change(d3));
}

/* Who shares the power may have let go of it since, or have taken it. */
static void look_at_platform(struct d3cold_device *d3)
{
	u64 suspend = READ_ONCE(d3->stats.suspends);
	bool kept;

	if (!power_may_change(d3))
		return;
	kept = d3cold_platform_keeps(d3);

	spin_lock(&d3->lock);
	if (d3->stats.suspends == suspend)
		d3->power_kept = kept;
	spin_unlock(&d3->lock);
}

/*
 * Config space as the bus has just saved it, for recovery. Nothing is newer
 * than the copy there is if the bus saved nothing. What a reset had left that
 * nobody restored (that of pcie_do_recovery(), or one by sysfs beside a guest's
 * PMCSR write) is not for the next wake: the bus is given the copy instead.
 */
static void keep_saved(struct d3cold_device *d3)
{
	struct pci_saved_state *saved;

	if (!d3cold_saved_is_configured(d3->core.pdev)) {
		if (d3->saved)
			pci_load_saved_state(d3->core.pdev, d3->saved);
		return;
	}
	saved = pci_store_saved_state(d3->core.pdev);
	if (!saved)
		return;
	d3cold_identity_saved(d3);
	kfree(d3->saved);
	d3->saved = saved;
}

static int d3cold_runtime_suspend(struct device *dev)
{
	struct d3cold_device *d3 = d3cold_from_dev(dev);
	struct d3cold_context c;
	unsigned int actions;
	pci_power_t reached;
	bool kept, there, again;
	u64 wait_ns = 0;
	int error, ret;

	/*
	 * An impostor, or nothing, in the slot: do not save its registers. A
	 * link that is being recovered gets a second chance, and who recovers
	 * it may wait for this callback. Without a delay nobody tries again.
	 */
	if (!d3cold_identity_note(d3) &&
	    ((!d3->absent++ && d3cold_delay_ms(d3)) || !d3cold_present(d3) ||
	     !d3cold_identity_note(d3))) {
		pm_runtime_mark_last_busy(dev);
		return -EBUSY;
	}
	d3->absent = 0;

	spin_lock(&d3->lock);
	c = d3cold_context(d3);
	actions = d3cold_step(d3, D3COLD_EV_SUSPENDING, &c, &ret);
	if (ret)
		d3->stats.vetoes++;
	else
		wait_ns = d3cold_budget_wait(d3);
	d3->reached_d3cold = false;
	spin_unlock(&d3->lock);
	if (!ret)
		d3cold_shadow_capture(d3);
	d3cold_apply(d3, actions);
	/* The veto marked last busy, without which nobody would try again. */
	if (ret)
		return ret;
	if (wait_ns)
		d3cold_budget_limit(d3, wait_ns);

	ret = dev->bus->pm->runtime_suspend(dev);
	/* Errors of the last step to D3 do not reach us: look what was reached.
	 */
	reached = d3->core.pdev->current_state;
	kept = reached == PCI_D3cold && d3cold_platform_keeps(d3);

	spin_lock(&d3->lock);
	d3->power_kept = kept;
	c = d3cold_context(d3);
	actions = d3cold_step(
		d3, ret ? D3COLD_EV_SUSPEND_FAILED : D3COLD_EV_SUSPENDED, &c,
		&error);
	d3->waking = ret;
	if (ret)
		d3cold_shadow_drop(d3);
	else
		d3->stats.suspends++;
	d3cold_account(d3);
	there = d3->reached_d3cold;
	again = look_again(d3);
	spin_unlock(&d3->lock);
	d3cold_apply(d3, actions);

	if (!ret)
		keep_saved(d3);
	d3->suspended_at = ktime_get_ns();

	trace_d3cold_suspend(d3->core.pdev, (__force int)reached, ret);
	if (again && !READ_ONCE(d3->dying)) {
		d3->sample_ms = there ? D3COLD_SAMPLE_SHARED_MS :
					D3COLD_SAMPLE_MIN_MS;
		/* That of the last suspend may be pending still, for longer. */
		mod_delayed_work(system_freezable_wq, &d3->sampler,
				 msecs_to_jiffies(d3->sample_ms));
	}
	return ret;
}

/*
 * @problem is what the first look found; the ladder may mend it, if the power
 * may be @cut also by that.
 */
static const char *verify(struct d3cold_device *d3, const char *problem,
			  bool cut)
{
	if (!problem)
		return NULL;
	spin_lock(&d3->lock);
	d3->stats.verify_failures++;
	spin_unlock(&d3->lock);
	pci_warn(d3->core.pdev, "not verified after wake (%s): recovering\n",
		 problem);
	problem = d3cold_retry(d3, problem, cut);
	if (problem)
		return problem;
	spin_lock(&d3->lock);
	/* Who is lost is recovered, and that counted, by d3cold_recover(). */
	d3->stats.recoveries += !d3cold_is_lost(d3);
	spin_unlock(&d3->lock);
	return NULL;
}

/* Let the machine know what became of a resume. */
static void came_back(struct d3cold_device *d3, const char *problem,
		      enum d3cold_cause cause)
{
	struct d3cold_context c;
	unsigned int actions;
	int error;

	if (problem) {
		d3cold_lose(d3);
		pci_err(d3->core.pdev,
			"did not come back (%s): marked lost; write 1 to d3cold/recover, or remove and rescan it\n",
			problem);
		return;
	}
	spin_lock(&d3->lock);
	d3cold_account(d3);
	c = d3cold_context(d3);
	c.own_wake = d3cold_wake_own(cause);
	c.internal = cause == D3COLD_CAUSE_POLICY;
	actions = d3cold_step(d3, D3COLD_EV_RESUMED, &c, &error);
	d3cold_shadow_drop(d3);
	spin_unlock(&d3->lock);
	d3cold_apply(d3, actions);
}

/*
 * Always 0: an error would stick (up to 6.12 whatever it is) and block resets
 * and re-enumeration of the device. That it is lost is ours to say.
 */
static int d3cold_runtime_resume(struct device *dev)
{
	struct d3cold_device *d3 = d3cold_from_dev(dev);
	u64 start = ktime_get_ns();
	enum d3cold_cause cause;
	const char *problem;
	/* Nobody else has this power: the PCI core let it go. */
	bool cut = d3->core.pdev->current_state == PCI_D3cold;
	bool cold, slower = false;
	u64 took, end;
	int ret;

	/* The power may have gone since the last sample; asking ACPI is slow. */
	if (READ_ONCE(d3->power_kept))
		look_at_platform(d3);
	spin_lock(&d3->lock);
	d3cold_account(d3);
	cold = d3->reached_d3cold;
	if (!cold)
		d3->stats.d3hot_only++;
	d3->waking = true;
	spin_unlock(&d3->lock);

	ret = dev->bus->pm->runtime_resume(dev);
	problem = verify(d3,
			 ret ? "the bus could not resume it" :
			       d3cold_identity_check(d3),
			 cut);
	end = ktime_get_ns();
	cause = d3cold_wake_note(d3, &start);
	/* Who began while it was falling asleep waited for that, too. */
	took = end - max(start, d3->suspended_at);

	if (cold && !problem) {
		slower = d3cold_link_downgraded(d3);
		spin_lock(&d3->lock);
		d3->qualified = true;
		d3->stats.link_downgrades += slower;
		if (d3->max_wake_ms &&
		    took > (u64)d3->max_wake_ms * NSEC_PER_MSEC)
			d3->too_slow = true;
		d3->stats.latency_last_us = div_u64(took, NSEC_PER_USEC);
		d3->stats.latency_max_us = max(d3->stats.latency_max_us,
					       d3->stats.latency_last_us);
		spin_unlock(&d3->lock);
	}
	if (slower)
		pci_warn(d3->core.pdev,
			 "its link came back slower or narrower than it was\n");
	trace_d3cold_resume(d3->core.pdev, cause, cold, problem, took);
	came_back(d3, problem, cause);
	return 0;
}

/*
 * D3cold through the port comes without a callback, and so does the end of a
 * sibling's hold on the power: look until it is there.
 */
static void sample(struct work_struct *work)
{
	struct d3cold_device *d3 = container_of(to_delayed_work(work),
						struct d3cold_device, sampler);
	bool again, there;

	look_at_platform(d3);
	spin_lock(&d3->lock);
	d3cold_account(d3);
	there = d3->reached_d3cold;
	again = look_again(d3);
	spin_unlock(&d3->lock);

	if (!again || READ_ONCE(d3->dying))
		return;
	d3->sample_ms = there ? D3COLD_SAMPLE_SHARED_MS :
				min(2 * d3->sample_ms, D3COLD_SAMPLE_MAX_MS);
	queue_delayed_work(system_freezable_wq, &d3->sampler,
			   msecs_to_jiffies(d3->sample_ms));
}

/*
 * A copy of config space as it is, for the recovery; the bus, too, is to save
 * it, and to choose a power state, which it does only if nobody has.
 */
static void keep_state(struct d3cold_device *d3)
{
	struct pci_dev *pdev = d3->core.pdev;

	pci_save_state(pdev);
	keep_saved(d3);
	pdev->state_saved = false;
}

/*
 * Going to sleep may resume the device first, in this task. Then it is awake,
 * and what it is can be written down; the power goes with no runtime callback.
 */
/* clang-format off */
#define SLEEP(_op, _awake)                                                     \
	static int d3cold_##_op(struct device *dev)                         \
	{                                                                   \
		struct d3cold_device *d3 = d3cold_from_dev(dev);            \
		struct d3cold_mark mark;                                    \
		int ret;                                                    \
									    \
		d3cold_mark(d3, &mark, D3COLD_CAUSE_SYSTEM);                \
		ret = dev->bus->pm->_op(dev);                               \
		d3cold_unmark(d3, &mark);                                   \
		if ((_awake) && !ret && !d3cold_is_lost(d3) &&              \
		    d3cold_identity_note(d3))                               \
			keep_state(d3);                                     \
		return ret;                                                 \
	}

#define AWAKE(_op)                                                          \
	static int d3cold_##_op(struct device *dev)                         \
	{                                                                   \
		int ret = dev->bus->pm->_op(dev);                           \
									    \
		system_woke(d3cold_from_dev(dev));                          \
		return ret;                                                 \
	}

/* clang-format on */

#ifdef CONFIG_PM_SLEEP
/*
 * The system is awake again, and the bus has restored the device, in D0, whose
 * power may have gone with the system's. Who is in D1 to D3hot as before has
 * not been touched: the sleep was called off. A lost device is left to
 * d3cold_recover().
 */
static void system_woke(struct d3cold_device *d3)
{
	struct pci_dev *pdev = d3->core.pdev;
	u64 start = ktime_get_ns();
	struct d3cold_mark mark;
	const char *problem;

	if (d3cold_is_lost(d3) ||
	    (pdev->current_state != PCI_D0 &&
	     pdev->current_state != PCI_D3cold && d3cold_identity_same_id(d3)))
		return;
	d3cold_mark(d3, &mark, D3COLD_CAUSE_SYSTEM);
	problem = d3cold_identity_check(d3);
	problem = verify(d3, problem, problem && d3cold_alone(pdev));
	d3cold_wake_note(d3, &start);
	d3cold_unmark(d3, &mark);
	came_back(d3, problem, D3COLD_CAUSE_SYSTEM);
}

SLEEP(prepare, false)
SLEEP(suspend, true)
AWAKE(resume)
#ifdef CONFIG_HIBERNATE_CALLBACKS
SLEEP(freeze, true)
SLEEP(poweroff, true)
AWAKE(thaw)
AWAKE(restore)
#endif
#endif

/**
 * d3cold_delay_ms() - how long an unused device stays awake
 * @d3: device
 *
 * Return: ms; 0 also where "for ever" is set.
 */
unsigned int d3cold_delay_ms(const struct d3cold_device *d3)
{
	return max(READ_ONCE(d3->core.pdev->dev.power.autosuspend_delay), 0);
}

/**
 * d3cold_pm_attach() - put our layer around the bus's callbacks
 * @d3: device, drvdata set, not registered with VFIO yet
 *
 * A device that has a PM domain already is left as vfio-pci would have it.
 *
 * Context: probe: device lock and a PM reference held, device not bound yet,
 * which is when dev_pm_domain_set() may be called.
 */
void d3cold_pm_attach(struct d3cold_device *d3)
{
	struct device *dev = &d3->core.pdev->dev;
	struct dev_pm_ops *ops = &d3->domain.ops;

	INIT_DELAYED_WORK(&d3->sampler, sample);
	INIT_DELAYED_WORK(&d3->qualify_work, d3cold_qualify_work);
	INIT_DELAYED_WORK(&d3->budget_work, d3cold_budget_work);
	INIT_WORK(&d3->notify_work, d3cold_notify_work);
	d3->since = ktime_get_ns();
	d3->wake.cause = D3COLD_NR_CAUSES;
	d3->waking = true;

	if (dev->pm_domain) {
		pci_warn(
			d3->core.pdev,
			"has a PM domain already: D3cold works as under vfio-pci only\n");
	} else {
		*ops = *dev->bus->pm;
		ops->runtime_suspend = d3cold_runtime_suspend;
		ops->runtime_resume = d3cold_runtime_resume;
#ifdef CONFIG_PM_SLEEP
		ops->prepare = d3cold_prepare;
		ops->suspend = d3cold_suspend;
		ops->resume = d3cold_resume;
#ifdef CONFIG_HIBERNATE_CALLBACKS
		ops->freeze = d3cold_freeze;
		ops->poweroff = d3cold_poweroff;
		ops->thaw = d3cold_thaw;
		ops->restore = d3cold_restore;
#endif
#endif
		dev_pm_domain_set(dev, &d3->domain);
		d3->layered = true;
	}
	keep_state(d3);
	pm_runtime_set_autosuspend_delay(dev, 1000);
	pm_runtime_use_autosuspend(dev);
}

/**
 * d3cold_pm_detach() - take our layer away again
 * @d3: device, not registered with VFIO any more, usage count not 0
 *
 * Context: probe or remove, device lock held.
 */
void d3cold_pm_detach(struct d3cold_device *d3)
{
	struct device *dev = &d3->core.pdev->dev;

	cancel_delayed_work_sync(&d3->sampler);
	cancel_delayed_work_sync(&d3->qualify_work);
	cancel_delayed_work_sync(&d3->budget_work);
	cancel_work_sync(&d3->notify_work);
	pm_runtime_dont_use_autosuspend(dev);
	/*
	 * Waits for a callback, and lets none begin: a usage count would not
	 * keep the port from resuming a device that is still asleep by an
	 * error.
	 */
	pm_runtime_disable(dev);
	if (d3->layered)
		dev_pm_domain_set(dev, NULL);
	d3->layered = false;
	pm_runtime_enable(dev);
	d3cold_forgive(d3);
	if (d3->machine.pinned)
		pm_runtime_put_noidle(dev);
	d3->machine.pinned = false;
	d3cold_budget_lift(d3);
	/* Whoever binds it next may be able to bring it back. */
	if (d3cold_is_lost(d3) && d3->saved)
		pci_load_saved_state(d3->core.pdev, d3->saved);
	kfree(d3->saved);
	d3->saved = NULL;
}

#else /* !CONFIG_PM */

void d3cold_pm_attach(struct d3cold_device *d3)
{
	d3->since = ktime_get_ns();
	d3->wake.cause = D3COLD_NR_CAUSES;
}

void d3cold_pm_detach(struct d3cold_device *d3)
{
}

unsigned int d3cold_delay_ms(const struct d3cold_device *d3)
{
	return 0;
}

#endif /* CONFIG_PM */
