// SPDX-License-Identifier: GPL-2.0-only
/*
 * What may power a device off.
 */
#include <linux/string.h>

#include "compat.h"
#include "device.h"

static const char *const names[] = {
	[D3COLD_POLICY_OFF] = "off",
	[D3COLD_POLICY_IDLE] = "idle",
	[D3COLD_POLICY_EXPLICIT] = "explicit",
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
 * d3cold_policy_set() - set the policy of a device
 * @d3: device
 * @policy: new policy
 *
 * One that forbids what keeps the device asleep wakes it, and keeps it awake
 * until whoever entered leaves; the guest's view does not change.
 *
 * Context: process context, no device lock: remove waits for sysfs writers.
 * Return: 0 or -EINTR.
 */
int d3cold_policy_set(struct d3cold_device *d3, enum d3cold_policy policy)
{
	struct d3cold_mark mark;

	if (mutex_lock_interruptible(&d3->ops_lock))
		return -EINTR;
	d3cold_mark(d3, &mark, D3COLD_CAUSE_POLICY);
	spin_lock(&d3->lock);
	d3->policy = policy;
	spin_unlock(&d3->lock);
	d3cold_user_event(d3, D3COLD_EV_POLICY, NULL);
	d3cold_unmark(d3, &mark);
	mutex_unlock(&d3->ops_lock);
	return 0;
}
