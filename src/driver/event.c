// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stepping the state machine, and doing what it says.
 */
#include <linux/pm_runtime.h>
#include <linux/vfio.h>

#include "compat.h"
#include "device.h"
#include "irq.h"

#include "trace.h"

/* d3cold_context_bits() in the trace's u16 */
static_assert(sizeof(struct d3cold_context) <= 16);

/**
 * d3cold_context() - what holds outside the machine, from policy and device
 * @d3: device
 *
 * Context: the caller holds @d3->lock.
 * Return: a context; the caller adds what only it knows.
 */
struct d3cold_context d3cold_context(struct d3cold_device *d3)
{
	bool vmm = d3->qualified && !d3->too_slow &&
		   d3->policy >= D3COLD_POLICY_EXPLICIT;

	lockdep_assert_held(&d3->lock);

	return (struct d3cold_context){
		.allow_idle = d3->policy != D3COLD_POLICY_OFF && !d3->too_slow,
		.allow_vmm = vmm,
		.allow_guest = d3->layered && vmm && d3cold_policy_follows(d3),
		.hold = d3->vmm_hold || d3->rearm_hold,
		.vmm_hold = d3->vmm_hold,
		.one_shot = d3->vmm_one_shot,
		.blocked = d3cold_blocked(d3),
		.unsupported = !d3cold_supported(d3),
		.guest_d3hot = d3->guest_state == PCI_D3hot,
	};
}

/* The VMM's entry ended: what it gave with it goes too. */
static void vmm_left(struct d3cold_device *d3)
{
	if (d3->vmm_eventfd)
		eventfd_ctx_put(d3->vmm_eventfd);
	d3->vmm_eventfd = NULL;
	d3->vmm_hold = false;
	d3->vmm_one_shot = false;
}

/**
 * d3cold_signal() - record an event, and signal the eventfds that want it
 * @d3: device
 * @event: one of VFIO_D3COLD_EVENT_*
 * @tell_vmm: signal also the eventfd given with the VMM's entry
 *
 * Context: the caller holds @d3->lock, which keeps the eventfds alive.
 */
void d3cold_signal(struct d3cold_device *d3, u32 event, bool tell_vmm)
{
	lockdep_assert_held(&d3->lock);

	if (d3->machine.open)
		d3->pending_events |= event;
	if (event & (VFIO_D3COLD_EVENT_LOST | VFIO_D3COLD_EVENT_RECOVERED)) {
		d3->unannounced |= event;
		if (!READ_ONCE(d3->dying))
			schedule_work(&d3->notify_work);
	}
	if (tell_vmm && d3->vmm_eventfd)
		d3cold_eventfd_signal(d3->vmm_eventfd);
	if (d3->eventfd && (d3->events & event))
		d3cold_eventfd_signal(d3->eventfd);
}

/**
 * d3cold_step() - feed one event to the machine of a device
 * @d3: device
 * @event: what happened
 * @c: what holds outside the machine
 * @error: where the -errno for who caused the event goes
 *
 * Signals are given here, while the lock keeps their eventfds, and so is the
 * reference of a pin; all other actions are left to d3cold_apply(), which must
 * not hold the lock.
 *
 * Context: the caller holds @d3->lock.
 * Return: actions for d3cold_apply().
 */
unsigned int d3cold_step(struct d3cold_device *d3, enum d3cold_event event,
			 const struct d3cold_context *c, int *error)
{
	struct d3cold_machine *m = &d3->machine;
	unsigned int before = m->state;
	unsigned int by = m->entered_by;
	struct d3cold_result r;

	lockdep_assert_held(&d3->lock);

	r = d3cold_machine_step(m, event, c);
	trace_d3cold_step(d3->core.pdev, before, m->state, event, r.actions,
			  r.error, c);

	/* Under the lock: no later step may drop it before it is there. */
	if (r.actions & D3COLD_DO_PIN)
		pm_runtime_get_noresume(&d3->core.pdev->dev);
	if (m->entered_by & ~by)
		d3->stats.entries++;
	if (r.actions & D3COLD_DO_SIGNAL_WAKE) {
		if (c->own_wake)
			d3cold_eventfd_signal(d3->vmm_eventfd);
		else
			d3cold_signal(d3, VFIO_D3COLD_EVENT_WAKE, true);
	}
	if (r.actions & D3COLD_DO_SIGNAL_LOST)
		d3cold_signal(d3, VFIO_D3COLD_EVENT_LOST, true);
	if (r.actions & D3COLD_DO_SIGNAL_RECOVERED)
		d3cold_signal(d3, VFIO_D3COLD_EVENT_RECOVERED, false);
	if (by & ~m->entered_by & D3COLD_BY_VMM)
		vmm_left(d3);
	if (m->state != before)
		d3cold_sysfs_state_changed(d3);
	d3cold_region_publish(d3);

	*error = r.error;
	return r.actions;
}

/**
 * d3cold_core_low_power() - the core's own low-power mode
 * @d3: device
 * @entry: engage it, which revokes the mappings of BARs, or end it
 *
 * It fails only if the core is out of step with us.
 *
 * Context: process context, no memory_lock; whoever is not in a step of the
 * machine's holds @d3->ops_lock and a PM reference, and ends what he began.
 */
void d3cold_core_low_power(struct d3cold_device *d3, bool entry)
{
	u32 feature = entry ? VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY :
			      VFIO_DEVICE_FEATURE_LOW_POWER_EXIT;
	int ret;

	ret = vfio_pci_core_ioctl_feature(
		&d3->core.vdev, VFIO_DEVICE_FEATURE_SET | feature, NULL, 0);
	WARN_ONCE(ret, "%s: low power %s: %d\n", pci_name(d3->core.pdev),
		  entry ? "entry" : "exit", ret);
}

/**
 * d3cold_apply() - do what a step asked for
 * @d3: device
 * @actions: D3COLD_DO_* of d3cold_step()
 *
 * In this order a device that is let go by one reference is held by another.
 *
 * Context: process context, no @d3->lock, no memory_lock. From PM callbacks
 * too: none of the actions that they get waits for a PM transition.
 */
void d3cold_apply(struct d3cold_device *d3, unsigned int actions)
{
	struct device *dev = &d3->core.pdev->dev;

	if (actions & D3COLD_DO_BUSY)
		pm_runtime_mark_last_busy(dev);
	if (actions & D3COLD_DO_WAKE)
		pm_runtime_resume(dev);
	if (actions & D3COLD_DO_ENTRY)
		d3cold_core_low_power(d3, true);
	if (actions & D3COLD_DO_QUIESCE)
		d3cold_irq_quiesce(d3);
	if (actions & D3COLD_DO_RESTORE)
		d3cold_irq_restore(d3);
	if (actions & D3COLD_DO_EXIT)
		d3cold_core_low_power(d3, false);
	if (actions & D3COLD_DO_UNPIN) {
		pm_runtime_mark_last_busy(dev);
		pm_runtime_put_autosuspend(dev);
	}
}

/**
 * d3cold_lose() - the device is not there any more
 * @d3: device
 *
 * Context: process context or PM callback; no locks of ours held but ops_lock.
 */
void d3cold_lose(struct d3cold_device *d3)
{
	struct d3cold_context c;
	unsigned int actions;
	int error;

	spin_lock(&d3->lock);
	d3cold_account(d3);
	c = d3cold_context(d3);
	actions = d3cold_step(d3, D3COLD_EV_LOSS, &c, &error);
	d3cold_shadow_drop(d3);
	spin_unlock(&d3->lock);
	d3cold_apply(d3, actions);
	/* A resample eventfd would take all ones for a pending interrupt. */
	d3cold_irq_gate(d3, true);
}

/**
 * d3cold_user_event() - an event that a user caused, with its actions
 * @d3: device, kept awake by a PM reference of the caller
 * @event: what the user did
 * @bad_fd: the eventfd that came with it is none
 *
 * Context: the caller holds @d3->ops_lock, so that the core's ENTRY and EXIT
 * are called in the order of the steps that asked for them.
 * Return: 0 or the -errno for the user.
 */
int d3cold_user_event(struct d3cold_device *d3, enum d3cold_event event,
		      bool bad_fd)
{
	struct d3cold_context c;
	unsigned int actions;
	int error;

	lockdep_assert_held(&d3->ops_lock);

	spin_lock(&d3->lock);
	c = d3cold_context(d3);
	c.bad_fd = bad_fd;
	actions = d3cold_step(d3, event, &c, &error);
	spin_unlock(&d3->lock);

	d3cold_apply(d3, actions);
	return error;
}
