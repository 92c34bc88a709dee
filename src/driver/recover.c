// SPDX-License-Identifier: GPL-2.0-only
/*
 * The recovery ladder: what is tried when a device did not come back, from the
 * cheapest to the roughest. The first rungs run in the resume callback, so that
 * whoever woke the device waits for them (5 s at most) and gets a device. The
 * others need locks that a callback must not take, and run for recover only.
 */
#include <linux/delay.h>
#include <linux/pci.h>
#include <linux/pm_runtime.h>

#include "compat.h"
#include "device.h"

#include "trace.h"

/* How long a device may read all ones after its power came. */
#define D3COLD_LATE_MS 1000
/* How long the kernel may take for the recovery from an error, AER's. */
#define D3COLD_FROZEN_MS 5000
#define D3COLD_POWER_CYCLES 2

/* The vendor ID of a request that is to be repeated (RRS, once CRS): not yet. */
static bool is_retry(u32 id)
{
	return (id & 0xffff) == 0x0001;
}

/* Is somebody there? Bounded by @ms. */
static bool answers(struct d3cold_device *d3, unsigned int ms)
{
	struct pci_dev *pdev = d3->core.pdev;
	unsigned int waited = 0, step = 10;
	u32 id;

	while (!d3cold_disconnected(pdev)) {
		pci_read_config_dword(pdev, PCI_VENDOR_ID, &id);
		if (!PCI_POSSIBLE_ERROR(id) && !is_retry(id))
			return true;
		if (waited >= ms)
			return false;
		msleep(step);
		waited += step;
		step = min(2 * step, 100U);
	}
	return false;
}

/*
 * The PCI core's own restore went into the void: repeat it from our copy. By
 * the bus, as pci_set_power_state() may take pci_bus_sem, which AER's recovery
 * holds while it wakes devices (pci_walk_bridge()).
 */
static const char *reload(struct d3cold_device *d3)
{
	struct pci_dev *pdev = d3->core.pdev;

	if (d3->saved)
		pci_load_saved_state(pdev, d3->saved);
	if (IS_ENABLED(CONFIG_PM))
		pdev->dev.bus->pm->runtime_resume(&pdev->dev);
	return d3cold_identity_check(d3);
}

/* Are these BARs as the PCI core assigned them? Empty after a loss of power. */
static bool assigned(struct pci_dev *pdev, const u32 *bars)
{
	struct pci_bus_region region;
	struct resource *res;
	u32 mask;
	int i;

	for (i = 0; i < PCI_STD_NUM_BARS; i++) {
		res = &pdev->resource[i];
		if (!(res->flags & (IORESOURCE_IO | IORESOURCE_MEM)) ||
		    res->flags & (IORESOURCE_UNSET | IORESOURCE_PCI_FIXED))
			continue;
		pcibios_resource_to_bus(pdev->bus, &region, res);
		mask = res->flags & IORESOURCE_IO ?
			       (u32)PCI_BASE_ADDRESS_IO_MASK :
			       (u32)PCI_BASE_ADDRESS_MEM_MASK;
		if ((bars[i] ^ (u32)region.start) & mask)
			return false;
	}
	return true;
}

static bool configured(struct pci_dev *pdev)
{
	u32 bars[PCI_STD_NUM_BARS];
	int i;

	for (i = 0; i < PCI_STD_NUM_BARS; i++)
		pci_read_config_dword(pdev, PCI_BASE_ADDRESS_0 + 4 * i,
				      &bars[i]);
	return assigned(pdev, bars);
}

/**
 * d3cold_saved_is_configured() - is what the PCI core saved worth restoring?
 * @pdev: device
 *
 * Return: false if its BARs are not what the PCI core assigned.
 */
bool d3cold_saved_is_configured(struct pci_dev *pdev)
{
	return pdev->is_virtfn ||
	       assigned(pdev,
			&pdev->saved_config_space[PCI_BASE_ADDRESS_0 / 4]);
}

/**
 * d3cold_revive() - see to it that a device being bound is there, and configured
 * @d3: device being bound
 *
 * One that was lost and unbound may have been without power since, or may have
 * got it by itself; its config state is then the copy that d3cold_pm_detach()
 * left with the PCI core.
 *
 * Context: probe.
 * Return: true if it is there.
 */
bool d3cold_revive(struct d3cold_device *d3)
{
	struct pci_dev *pdev = d3->core.pdev;

	/* The IDs of a VF are not in its config space (PCIe r6.0, 9.3.4.1). */
	if (pdev->is_virtfn)
		return true;
	if (answers(d3, 0)) {
		if (configured(pdev))
			return true;
		if (!pdev->state_saved) {
			pci_warn(
				pdev,
				"its base address registers are not what the kernel assigned: if it does not work, remove and rescan it\n");
			return true;
		}
		pci_warn(pdev, "had lost its config state: restored\n");
	} else {
		if (!d3cold_platform_cycle(pdev, NULL) ||
		    !answers(d3, D3COLD_LATE_MS))
			return false;
		pci_warn(pdev,
			 "did not answer until its power was cut and given\n");
	}
	pci_set_power_state(pdev, PCI_D0);
	pci_restore_state(pdev);
	return true;
}

/**
 * d3cold_miss() - the device is not there although nobody cut its power
 * @d3: device
 *
 * Context: as d3cold_lose().
 */
void d3cold_miss(struct d3cold_device *d3)
{
	spin_lock(&d3->lock);
	d3->stats.verify_failures++;
	spin_unlock(&d3->lock);
	d3cold_lose(d3);
	pci_err(d3->core.pdev,
		"device is gone or another one: marked lost; write 1 to d3cold/recover, or remove and rescan it\n");
}

/* Nobody there after 1 s, or somebody else. */
static bool absent(struct d3cold_device *d3)
{
	u32 id;

	if (answers(d3, D3COLD_LATE_MS))
		return !d3cold_identity_same_id(d3);
	pci_read_config_dword(d3->core.pdev, PCI_VENDOR_ID, &id);
	return !is_retry(id);
}

/* Is its link being recovered from an error, or was that in vain? */
static bool is_frozen(const struct pci_dev *pdev)
{
	return READ_ONCE(pdev->error_state) == pci_channel_io_frozen;
}

/**
 * d3cold_present() - may a device that is awake be reset, restored, handed out?
 * @d3: device
 *
 * One that is not there is marked lost: a reset of it would wait for a minute.
 * One that somebody resets is not judged. One whose link is being recovered is
 * when that is over, or has taken so long that it failed: then the PCI core
 * leaves the device frozen.
 *
 * Context: process context, a PM reference held, or its suspend callback;
 * sleeps for 1 s at most, beside AER's recovery for 7 s.
 * Return: false if it is lost.
 */
bool d3cold_present(struct d3cold_device *d3)
{
	struct pci_dev *pdev = d3->core.pdev;
	unsigned int waited = 0;
	bool missing;

	if (d3cold_is_lost(d3))
		return false;
	/* The IDs of a VF are not in its config space (PCIe r6.0, 9.3.4.1). */
	if (!IS_ENABLED(CONFIG_PM) || pdev->is_virtfn)
		return true;
	do {
		while (is_frozen(pdev) && !d3cold_identity_same_id(d3) &&
		       waited < D3COLD_FROZEN_MS) {
			msleep(100);
			waited += 100;
		}
		if (!pci_cfg_access_trylock(pdev))
			return true;
		missing = absent(d3);
		pci_cfg_access_unlock(pdev);
	} while (missing && is_frozen(pdev) && waited < D3COLD_FROZEN_MS);
	if (missing)
		d3cold_miss(d3);
	return !missing;
}

static const char *step_done(struct d3cold_device *d3, const char *step,
			     const char *problem)
{
	trace_d3cold_recovery(d3->core.pdev, step, problem);
	return problem;
}

/**
 * d3cold_retry() - the rungs that a resume callback may climb
 * @d3: device that failed verification, resumed by the bus
 * @problem: why it failed
 * @cut: its power may be cut, nobody else needs it
 *
 * Context: resume callback or d3cold_recover(); sleeps for 5 s at most.
 * Return: NULL once it is verified, else what is wrong still.
 */
const char *d3cold_retry(struct d3cold_device *d3, const char *problem,
			 bool cut)
{
	unsigned int i;

	/* The PCI core gave it up: only remove and rescan help. */
	if (d3cold_disconnected(d3->core.pdev))
		return problem;
	/* Another device is in the slot: nothing will make it ours. */
	if (answers(d3, 0) && !d3cold_identity_same_id(d3))
		return problem;

	if (answers(d3, D3COLD_LATE_MS)) {
		problem = step_done(d3, "wait", reload(d3));
		if (!problem)
			return NULL;
	}
	for (i = 0; i < D3COLD_POWER_CYCLES && cut &&
		    d3cold_platform_cycle(d3->core.pdev, NULL);
	     i++) {
		if (answers(d3, D3COLD_LATE_MS))
			problem = reload(d3);
		if (!step_done(d3, "power", problem))
			return NULL;
	}
	return problem;
}

struct others {
	struct pci_dev *pdev;
	bool awake;
};

static int note_awake(struct pci_dev *other, void *data)
{
	struct others *others = data;
	const struct pci_dev *pdev = others->pdev;

	/* On a root bus its own slot's functions count, not the whole machine. */
	if (pci_is_root_bus(pdev->bus) &&
	    (other->bus != pdev->bus ||
	     PCI_SLOT(other->devfn) != PCI_SLOT(pdev->devfn)))
		return 0;
	if (other != pdev && !pm_runtime_suspended(&other->dev))
		others->awake = true;
	return 0;
}

/**
 * d3cold_alone() - is nobody else awake on its bus, who might need its power?
 * @pdev: device
 *
 * Context: process context; takes pci_bus_sem, so no runtime-PM callback.
 * Return: true if so.
 */
bool d3cold_alone(struct pci_dev *pdev)
{
	struct others others = { .pdev = pdev };

	pci_walk_bus(pdev->bus, note_awake, &others);
	return !others.awake;
}

/*
 * A hot-plug driver that hears the link go, as no suspend of the port has told
 * it not to, takes the device for pulled.
 */
static bool hotplug_listens(struct pci_dev *port)
{
	u16 control;

	pcie_capability_read_word(port, PCI_EXP_SLTCTL, &control);
	return control & PCI_EXP_SLTCTL_HPIE;
}

/* The port's power, as its own suspend and resume would cut and give it. */
static const char *port_cycle(struct d3cold_device *d3, const char *problem)
{
	struct pci_dev *pdev = d3->core.pdev;
	struct pci_dev *port = pci_upstream_bridge(pdev);
	bool cycled = false, off = false;

	if (!port || pm_runtime_resume_and_get(&port->dev) < 0)
		return problem;
	if (d3cold_alone(pdev) && !hotplug_listens(port)) {
		pci_save_state(port);
		cycled = d3cold_platform_cycle(port, &off);
		pci_restore_state(port);
	}
	pm_runtime_put(&port->dev);
	if (!cycled)
		return problem;
	/* Nothing kept one from waking meanwhile, into a slot without power. */
	if (!d3cold_alone(pdev))
		pci_warn(
			pdev,
			"the port's power was cut, and a function beside it woke meanwhile: remove and rescan that one if it does not work\n");
	if (answers(d3, D3COLD_LATE_MS))
		problem = reload(d3);
	if (!problem && off)
		d3->unclean = false;
	return step_done(d3, "port", problem);
}

static const char *reset(struct d3cold_device *d3, const char *problem)
{
	struct pci_dev *pdev = d3->core.pdev;

	if (!answers(d3, 0) || pci_try_reset_function(pdev))
		return problem;
	problem = reload(d3);
	if (!problem)
		d3->unclean = false;
	return step_done(d3, "reset", problem);
}

/*
 * What its last user left in it, whose close could not reset it, is not for the
 * next one: verified, it is reset or powered off all the same.
 */
static const char *clean(struct d3cold_device *d3, bool cut)
{
	const char *problem = reset(d3, NULL);
	bool off = false;

	if (d3->unclean && cut && d3cold_platform_cycle(d3->core.pdev, &off)) {
		problem = answers(d3, D3COLD_LATE_MS) ? reload(d3) :
							"no answer";
		if (!step_done(d3, "power", problem) && off)
			d3->unclean = false;
	}
	if (d3->unclean)
		problem = port_cycle(d3, problem);
	if (!problem && d3->unclean)
		problem =
			"what its last user left can be neither reset nor powered off, once more with the functions beside it asleep or unbound";
	return problem;
}

/* All that may bring it back; no BAR may be used while power comes and goes. */
static const char *climb(struct d3cold_device *d3, const char *problem)
{
	bool zap = d3->layered && d3->machine.open && !d3->machine.engaged;
	/* Whatever it was lost in: the administrator asks. */
	bool cut = d3cold_alone(d3->core.pdev);

	if (zap)
		d3cold_core_low_power(d3, true);
	if (problem)
		problem = d3cold_retry(d3, problem, cut);
	if (problem)
		problem = port_cycle(d3, problem);
	if (problem)
		problem = reset(d3, problem);
	if (!problem && d3->unclean)
		problem = clean(d3, cut);
	if (zap)
		d3cold_core_low_power(d3, false);
	return problem;
}

/**
 * d3cold_recover() - try everything to bring a lost device back
 * @d3: device
 *
 * Its policy is off from then on: who lost it once is not powered off again
 * without an administrator's word.
 *
 * Context: process context, no device lock. Takes ops_lock; sleeps for 10 s and
 * more.
 * Return: 0; -EALREADY if the device is not lost; -EIO if it still is; -EINTR
 * if a signal came before it began.
 */
int d3cold_recover(struct d3cold_device *d3)
{
	const char *problem;
	int ret = 0;

	if (mutex_lock_interruptible(&d3->ops_lock))
		return -EINTR;
	if (!d3cold_is_lost(d3)) {
		ret = -EALREADY;
		goto out;
	}
	if (d3cold_disconnected(d3->core.pdev)) {
		pci_err(d3->core.pdev,
			"the PCI core has given it up: remove and rescan it\n");
		ret = -EIO;
		goto out;
	}
	/* Lost by a close that could not wake it: nobody has woken it since. */
	if (d3cold_get(d3, D3COLD_CAUSE_RECOVER)) {
		pci_err(d3->core.pdev,
			"still lost: its port, or a device that it depends on, does not wake\n");
		ret = -EIO;
		goto out;
	}
	problem = d3cold_identity_check(d3);
	if (problem || d3->unclean)
		problem = climb(d3, problem);
	if (problem) {
		pci_err(d3->core.pdev,
			"still lost (%s): unbind it, then remove and rescan it\n",
			problem);
		ret = -EIO;
		goto out_put;
	}

	spin_lock(&d3->lock);
	d3->policy = D3COLD_POLICY_OFF;
	d3->stats.recoveries++;
	spin_unlock(&d3->lock);
	/* Before the event: from then on users write what this restores. */
	d3cold_irq_gate(d3, false);
	d3cold_user_event(d3, D3COLD_EV_RECOVERED, false);
	pci_warn(
		d3->core.pdev,
		"recovered; its policy is \"off\" now, set another to power it off again\n");
out_put:
	d3cold_put(d3);
out:
	mutex_unlock(&d3->ops_lock);
	return ret;
}

static void announce(struct d3cold_device *d3, const char *what)
{
	char event[32];
	char *env[] = { event, NULL };

	snprintf(event, sizeof(event), "D3COLD_EVENT=%s", what);
	kobject_uevent_env(&d3->core.pdev->dev.kobj, KOBJ_CHANGE, env);
}

/**
 * d3cold_notify_work() - tell the host of a loss or a recovery
 * @work: d3cold_device.notify_work
 *
 * Apart from the callbacks, as uevents allocate memory.
 */
void d3cold_notify_work(struct work_struct *work)
{
	struct d3cold_device *d3 =
		container_of(work, struct d3cold_device, notify_work);
	u32 events;
	bool tell_vmm;

	spin_lock(&d3->lock);
	events = d3->unannounced;
	d3->unannounced = 0;
	tell_vmm = d3->on_lost_error && d3->machine.open;
	spin_unlock(&d3->lock);

	if (events & VFIO_D3COLD_EVENT_LOST) {
		announce(d3, "LOST");
		if (tell_vmm)
			vfio_pci_core_aer_err_detected(
				d3->core.pdev, pci_channel_io_perm_failure);
	}
	if (events & VFIO_D3COLD_EVENT_RECOVERED)
		announce(d3, "RECOVERED");
}
