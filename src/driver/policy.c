// SPDX-License-Identifier: GPL-2.0-only
/*
 * What may power a device off.
 */
#include <linux/string.h>

#include "compat.h"
#include "device.h"

static const char *const names[] = {
	[D3COLD_POLICY_OFF] = "off",	       [D3COLD_POLICY_IDLE] = "idle",
	[D3COLD_POLICY_EXPLICIT] = "explicit", [D3COLD_POLICY_AUTO] = "auto",
	[D3COLD_POLICY_GUEST] = "guest",
};

/**
 * d3cold_policy_parse() - a policy from its name
 * @name: name, a newline may follow
 * @policy: where it goes
 *
 * Return: 0, or -EINVAL if there is none of that name.
 */
int d3cold_policy_parse(const char *name, enum d3cold_policy *policy)
{
	int found = __sysfs_match_string(names, D3COLD_NR_POLICIES, name);

	if (found < 0)
		return found;
	*policy = found;
	return 0;
}

/**
 * d3cold_policy_name() - name of a policy
 * @policy: policy
 *
 * Return: a constant string.
 */
const char *d3cold_policy_name(enum d3cold_policy policy)
{
	return names[policy];
}

/**
 * d3cold_policy_follows() - does the policy follow this guest into D3hot?
 * @d3: device
 *
 * Where D3hot already loses state, D3cold takes nothing more from a guest. A
 * device may say so and not mean it (PCI_DEV_FLAGS_NO_PM_RESET, quirks.c of
 * the PCI core), and display controllers are left to who knows them: "auto"
 * does not follow these. "guest" follows all but a guest that was shown, as it
 * was opened under another policy, that the device keeps its state in D3hot.
 *
 * Return: true if it does.
 */
bool d3cold_policy_follows(const struct d3cold_device *d3)
{
	const struct pci_dev *pdev = d3->core.pdev;
	enum d3cold_policy policy = READ_ONCE(d3->policy);

	if (policy == D3COLD_POLICY_GUEST)
		return !d3->no_soft_reset || d3->hides_no_soft_reset;
	return policy == D3COLD_POLICY_AUTO && !d3->no_soft_reset &&
	       !(pdev->dev_flags & PCI_DEV_FLAGS_NO_PM_RESET) &&
	       pdev->class >> 16 != PCI_BASE_CLASS_DISPLAY;
}

/**
 * d3cold_policy_possible() - can the device have this policy?
 * @d3: device
 * @policy: policy
 *
 * "guest" tells guests that D3hot loses state, and makes that true by a
 * function-level reset after each nap that was too short for a power cut.
 *
 * Return: false for "guest" where D3hot keeps state and there is no such reset.
 */
bool d3cold_policy_possible(const struct d3cold_device *d3,
			    enum d3cold_policy policy)
{
	return policy != D3COLD_POLICY_GUEST || !d3->no_soft_reset ||
	       !pcie_reset_flr(d3->core.pdev, PCI_RESET_PROBE);
}

/**
 * d3cold_policy_hides() - is this open to be shown No_Soft_Reset as 0?
 * @d3: device, being opened, enabled by the core
 *
 * Return: true if it is; whoever has it open is shown that until it is closed,
 * whatever the policy becomes.
 */
bool d3cold_policy_hides(const struct d3cold_device *d3)
{
	if (READ_ONCE(d3->policy) != D3COLD_POLICY_GUEST || !d3->no_soft_reset)
		return false;
	if (d3->core.reset_works)
		return true;
	pci_warn(
		d3->core.pdev,
		"policy \"guest\" needs a reset, which does not work (see reset_method): this guest is not followed into D3hot\n");
	return false;
}

/**
 * d3cold_setting_begin() - start to change what a context is made of
 * @d3: device
 *
 * Between this and d3cold_setting_end() the caller changes one of policy,
 * qualified, max_wake_ms by WRITE_ONCE(): each is read by itself. A change that
 * forbids what keeps the device asleep then wakes it, and keeps it awake until
 * whoever entered leaves; the guest's view stays.
 *
 * Context: process context, no device lock: remove waits for sysfs writers.
 * Return: 0 with ops_lock held, or -EINTR without.
 */
int d3cold_setting_begin(struct d3cold_device *d3)
{
	if (mutex_lock_interruptible(&d3->ops_lock))
		return -EINTR;
	return 0;
}

/**
 * d3cold_setting_end() - apply what was changed
 * @d3: device
 */
void d3cold_setting_end(struct d3cold_device *d3)
{
	struct d3cold_mark mark;

	d3cold_mark(d3, &mark, D3COLD_CAUSE_POLICY);
	d3cold_user_event(d3, D3COLD_EV_POLICY, false);
	d3cold_unmark(d3, &mark);
	mutex_unlock(&d3->ops_lock);
}
