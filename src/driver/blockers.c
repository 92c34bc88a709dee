// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why D3cold is not reached now, one line a reason, in words that an
 * administrator can act on. Nothing here touches the device.
 */
#include <linux/pci.h>
#include <linux/pm_qos.h>
#include <linux/pm_runtime.h>
#include <linux/sysfs.h>

#include "compat.h"
#include "device.h"

/**
 * d3cold_blocked() - is there what forbids to power off, whatever the policy?
 * @d3: device
 *
 * ATS is refused while open only: VT-d in scalable mode turns it on at probe,
 * and an idle device gets no invalidations that could time out.
 *
 * Return: true with VFs enabled, or ATS on while open.
 */
bool d3cold_blocked(const struct d3cold_device *d3)
{
	return pci_num_vf(d3->core.pdev) ||
	       (d3->machine.open && d3cold_ats_enabled(d3->core.pdev));
}

struct report {
	char *buf;
	size_t size;
	size_t len;
};

static __printf(2, 3) void add(struct report *r, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	r->len += vscnprintf(r->buf + r->len, r->size - r->len, fmt, args);
	va_end(args);
}

static void add_policy(struct report *r, struct d3cold_device *d3)
{
	struct d3cold_machine m;
	enum d3cold_policy policy;
	bool qualified, too_slow;
	pci_power_t guest_state;

	spin_lock(&d3->lock);
	m = d3->machine;
	policy = d3->policy;
	qualified = d3->qualified;
	too_slow = d3->too_slow;
	guest_state = d3->guest_state;
	spin_unlock(&d3->lock);

	if (m.state == D3COLD_LOST)
		add(r,
		    "lost: it did not come back from D3cold; write 1 to recover, or remove and rescan it\n");
	if (policy == D3COLD_POLICY_OFF)
		add(r,
		    "policy: \"off\" never powers the device off; write another to policy\n");
	else if (policy == D3COLD_POLICY_IDLE && m.open)
		add(r,
		    "policy: \"idle\" powers the device off only while nobody has it open\n");
	if (m.state == D3COLD_ACTIVE)
		add(r,
		    "in use: it is open, and neither the guest nor the VMM has entered\n");
	if (too_slow)
		add(r,
		    "max_wake_ms: its last wake took longer; write a larger bound, or 0\n");
	if (m.open && !qualified)
		add(r,
		    "not qualified: it has not come back from a D3cold yet; close it and wait, or write 1 to qualified\n");
	if (policy == D3COLD_POLICY_GUEST && m.open &&
	    !d3cold_policy_follows(d3))
		add(r,
		    "policy: \"guest\" follows from the next open on: this guest was shown that D3hot keeps state (No_Soft_Reset is 1)\n");
	else if (m.state == D3COLD_ACTIVE && guest_state == PCI_D3hot &&
		 policy == D3COLD_POLICY_AUTO && !d3cold_policy_follows(d3))
		add(r, "policy: \"auto\" leaves it in D3hot: %s\n",
		    d3->no_soft_reset ?
			    "No_Soft_Reset is 1, so D3hot keeps state that D3cold would lose" :
			    "a display controller, or known to keep state in D3hot");
	if (m.state == D3COLD_HELD && policy > D3COLD_POLICY_IDLE)
		add(r,
		    "held: woken while entered, kept in D0 until the guest writes D0 or the VMM exits\n");
	if (m.state == D3COLD_ENTERED)
		add(r,
		    "waiting: entered, it sleeps when power/autosuspend_delay_ms has passed\n");
}

#ifdef CONFIG_PM
static void add_runtime_pm(struct report *r, struct device *dev)
{
	struct dev_pm_qos *qos = READ_ONCE(dev->power.qos);

	if (!dev->power.runtime_auto)
		add(r,
		    "power/control: \"on\" keeps the device in D0; write auto\n");
	if (dev->power.autosuspend_delay < 0)
		add(r,
		    "power/autosuspend_delay_ms: negative keeps the device in D0\n");
	/* A latency of 0 us, see rpm_check_suspend_allowed(). */
	if (!IS_ERR_OR_NULL(qos) &&
	    READ_ONCE(qos->resume_latency.target_value) == 0)
		add(r,
		    "power/pm_qos_resume_latency_us: \"n/a\" keeps the device in D0; write 0\n");
}

static bool port_stays_awake(struct pci_dev *port)
{
	return !port->dev.power.runtime_auto;
}
#else
static void add_runtime_pm(struct report *r, struct device *dev)
{
}

static bool port_stays_awake(struct pci_dev *port)
{
	return true;
}
#endif

static void add_device(struct report *r, struct d3cold_device *d3)
{
	struct pci_dev *pdev = d3->core.pdev;

	if (!d3->layered)
		add(r,
		    "kernel: no runtime PM, or another PM domain owns the device\n");
	if (!pdev->pm_cap)
		add(r, "device: no PM capability\n");
	add_runtime_pm(r, &pdev->dev);
	if (!pdev->d3cold_allowed)
		add(r, "d3cold_allowed: 0 forbids D3cold; write 1\n");
	if (READ_ONCE(d3->over_budget))
		add(r,
		    "max_cycles_per_min: %u power cycles were made in the last minute; it stays in D3hot for now\n",
		    d3->max_cycles_per_min);
	else if (pdev->no_d3cold)
		add(r,
		    "kernel: D3cold is off for this device (a quirk or its driver)\n");
	if (pci_num_vf(pdev))
		add(r, "VFs: %d are enabled; write 0 to sriov_numvfs\n",
		    pci_num_vf(pdev));
	if (d3->machine.open && d3cold_ats_enabled(pdev))
		add(r,
		    "ATS: on, and the device is open: invalidations would time out\n");
}

static int add_sibling(struct pci_dev *other, void *data)
{
	void **args = data;
	struct pci_dev *pdev = args[1];

	if (other != pdev && other->bus == pdev->bus &&
	    !pm_runtime_suspended(&other->dev))
		add(args[0], "sibling: %s (%s) is awake\n", pci_name(other),
		    READ_ONCE(other->dev.driver) ?
			    dev_driver_string(&other->dev) :
			    "no driver");
	return 0;
}

static void add_topology(struct report *r, struct d3cold_device *d3)
{
	struct pci_dev *pdev = d3->core.pdev;
	struct pci_dev *port = pci_upstream_bridge(pdev);
	void *args[] = { r, pdev };
	struct pci_dev *up;

	/* Functions of a slot share its power resource, or the port's. */
	if (port)
		pci_walk_bus(pdev->bus, add_sibling, args);
	/* Powered off by itself, whatever the port does. */
	if (d3cold_platform_can_cut(pdev))
		return;
	if (!port) {
		add(r, "platform: nothing can cut the power of this device\n");
		return;
	}
	for (up = port; up && !d3cold_platform_can_cut(up);)
		up = pci_upstream_bridge(up);
	if (!up)
		add(r,
		    "platform: neither the device nor a port above it has a power resource (_PR3)\n");
	if (!port->bridge_d3)
		add(r,
		    "port: %s may not enter D3 (firmware older than 2015, hot-plug port, or pcie_port_pm=off)\n",
		    pci_name(port));
	if (!port->d3cold_allowed)
		add(r, "port: d3cold_allowed of %s is 0; write 1\n",
		    pci_name(port));
	if (port_stays_awake(port))
		add(r, "port: power/control of %s is \"on\"; write auto\n",
		    pci_name(port));
}

/**
 * d3cold_blockers() - write down why D3cold is not reached now
 * @d3: device
 * @buf: where they go
 * @size: of @buf, bytes
 *
 * Context: process context; takes the bus semaphore, so not from PM callbacks;
 * evaluates ACPI methods.
 * Return: bytes written; 0 if the device is in D3cold or on its way.
 */
ssize_t d3cold_blockers(struct d3cold_device *d3, char *buf, size_t size)
{
	struct report r = { .buf = buf, .size = size };
	bool cold = READ_ONCE(d3->core.pdev->current_state) == PCI_D3cold;
	bool kept = cold && d3cold_platform_keeps(d3);

	if (cold && !kept && !d3cold_is_lost(d3))
		return 0;
	add_policy(&r, d3);
	add_device(&r, d3);
	add_topology(&r, d3);
	if (!r.len && kept)
		add(&r,
		    "power: another device that shares it keeps it on; see d3cold_allowed and power/control of the functions beside it\n");
	if (!r.len && READ_ONCE(d3->machine.state) == D3COLD_IDLE &&
	    !READ_ONCE(d3->machine.quiesced))
		add(&r,
		    "waiting: nobody uses it, it sleeps when power/autosuspend_delay_ms has passed\n");
	return r.len;
}
