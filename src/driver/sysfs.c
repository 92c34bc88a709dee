// SPDX-License-Identifier: GPL-2.0-only
/*
 * d3cold/: a kobject of the device, so that stats/ can be a folder in it.
 * Reading any file of it never wakes the device.
 */
#include <linux/kobject.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "compat.h"
#include "device.h"

/**
 * struct d3cold_kobject - d3cold/ in sysfs
 * @kobj: the folder; somebody may hold it longer than the device is bound
 * @d3: device; valid while a file is being accessed, as removal waits for that
 * @config: the file of that name, as large as the device's config space
 */
struct d3cold_kobject {
	struct kobject kobj;
	struct d3cold_device *d3;
	struct bin_attribute config;
};

static ssize_t policy_show(struct d3cold_device *d3,
			   const struct d3cold_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n",
			  d3cold_policy_name(READ_ONCE(d3->policy)));
}

static ssize_t policy_store(struct d3cold_device *d3, const char *buf,
			    size_t count)
{
	enum d3cold_policy policy;
	int ret;

	ret = d3cold_policy_parse(buf, &policy);
	if (!ret && !d3cold_policy_possible(d3, policy)) {
		pci_warn(
			d3->core.pdev,
			"policy \"guest\" refused: it keeps state in D3hot (No_Soft_Reset is 1) and has no function-level reset; use \"auto\" or \"explicit\"\n");
		ret = -EOPNOTSUPP;
	}
	if (!ret)
		ret = d3cold_setting_begin(d3);
	if (ret)
		return ret;
	WRITE_ONCE(d3->policy, policy);
	d3cold_setting_end(d3);
	d3cold_qualify_start(d3);
	return count;
}

/* A word for each value of a switch; @off and @on are what is written. */
static int parse_switch(const char *buf, const char *off, const char *on)
{
	if (sysfs_streq(buf, off))
		return 0;
	return sysfs_streq(buf, on) ? 1 : -EINVAL;
}

static ssize_t rearm_show(struct d3cold_device *d3,
			  const struct d3cold_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n",
			  READ_ONCE(d3->rearm_hold) ? "hold" : "resuspend");
}

static ssize_t rearm_store(struct d3cold_device *d3, const char *buf,
			   size_t count)
{
	int hold = parse_switch(buf, "resuspend", "hold");

	if (hold < 0)
		return hold;
	WRITE_ONCE(d3->rearm_hold, hold);
	return count;
}

static ssize_t on_lost_show(struct d3cold_device *d3,
			    const struct d3cold_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n",
			  READ_ONCE(d3->on_lost_error) ? "error" : "event");
}

static ssize_t on_lost_store(struct d3cold_device *d3, const char *buf,
			     size_t count)
{
	int error = parse_switch(buf, "event", "error");

	if (error < 0)
		return error;
	WRITE_ONCE(d3->on_lost_error, error);
	return count;
}

static ssize_t max_wake_ms_show(struct d3cold_device *d3,
				const struct d3cold_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(d3->max_wake_ms));
}

static ssize_t max_wake_ms_store(struct d3cold_device *d3, const char *buf,
				 size_t count)
{
	unsigned int value;
	int ret;

	ret = kstrtouint(buf, 0, &value) ?: d3cold_setting_begin(d3);
	if (ret)
		return ret;
	WRITE_ONCE(d3->max_wake_ms, value);
	WRITE_ONCE(d3->too_slow, false);
	d3cold_setting_end(d3);
	return count;
}

static ssize_t max_cycles_per_min_show(struct d3cold_device *d3,
				       const struct d3cold_attribute *attr,
				       char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(d3->max_cycles_per_min));
}

static ssize_t max_cycles_per_min_store(struct d3cold_device *d3,
					const char *buf, size_t count)
{
	unsigned int value;
	int ret;

	ret = kstrtouint(buf, 0, &value);
	if (ret)
		return ret;
	/* More than one a millisecond is no limit worth a division. */
	if (value > 60000)
		return -ERANGE;
	spin_lock(&d3->lock);
	d3->max_cycles_per_min = value;
	d3->budget_used = 0;
	spin_unlock(&d3->lock);
	if (READ_ONCE(d3->over_budget))
		mod_delayed_work(system_freezable_wq, &d3->budget_work, 0);
	return count;
}

static ssize_t recover_store(struct d3cold_device *d3, const char *buf,
			     size_t count)
{
	bool yes;
	int ret;

	ret = kstrtobool(buf, &yes);
	if (!ret)
		ret = yes ? d3cold_recover(d3) : -EINVAL;
	return ret ?: count;
}

static ssize_t state_show(struct d3cold_device *d3,
			  const struct d3cold_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n",
			  d3cold_state_name(READ_ONCE(d3->machine.state)));
}

static ssize_t guest_power_state_show(struct d3cold_device *d3,
				      const struct d3cold_attribute *attr,
				      char *buf)
{
	return sysfs_emit(buf, "%s\n",
			  pci_power_name(READ_ONCE(d3->guest_state)));
}

static ssize_t no_soft_reset_show(struct d3cold_device *d3,
				  const struct d3cold_attribute *attr,
				  char *buf)
{
	return sysfs_emit(buf, "%d\n", d3->no_soft_reset);
}

static ssize_t entered_by_show(struct d3cold_device *d3,
			       const struct d3cold_attribute *attr, char *buf)
{
	static const char *const who[] = {
		[0] = "none",
		[D3COLD_BY_GUEST] = "guest",
		[D3COLD_BY_VMM] = "vmm",
		[D3COLD_BY_GUEST | D3COLD_BY_VMM] = "guest vmm",
	};

	return sysfs_emit(buf, "%s\n", who[READ_ONCE(d3->machine.entered_by)]);
}

static ssize_t last_wake_show(struct d3cold_device *d3,
			      const struct d3cold_attribute *attr, char *buf)
{
	struct d3cold_wake wake;
	u32 rest;
	u64 s;

	spin_lock(&d3->lock);
	wake = d3->wake;
	spin_unlock(&d3->lock);

	if (wake.cause >= D3COLD_NR_CAUSES)
		return sysfs_emit(buf, "none\n");
	s = div_u64_rem(wake.when, NSEC_PER_SEC, &rest);
	return sysfs_emit(buf, "%s %s[%d] %llu.%06lu\n",
			  d3cold_cause_name(wake.cause), wake.comm, wake.pid, s,
			  rest / NSEC_PER_USEC);
}

static ssize_t blockers_show(struct d3cold_device *d3,
			     const struct d3cold_attribute *attr, char *buf)
{
	return d3cold_blockers(d3, buf, PAGE_SIZE);
}

#define RO(_name)                                             \
	static const struct d3cold_attribute attr_##_name = { \
		.attr = { .name = #_name, .mode = 0444 },     \
		.show = _name##_show,                         \
	}
#define RW(_name)                                             \
	static const struct d3cold_attribute attr_##_name = { \
		.attr = { .name = #_name, .mode = 0644 },     \
		.show = _name##_show,                         \
		.store = _name##_store,                       \
	}

#define qualified_show d3cold_qualified_show
#define qualified_store d3cold_qualified_store

RW(policy);
RW(rearm);
RW(on_lost);
RW(max_wake_ms);
RW(max_cycles_per_min);
RW(qualified);
RO(state);
RO(guest_power_state);
RO(no_soft_reset);
RO(entered_by);
RO(last_wake);
RO(blockers);
static const struct d3cold_attribute attr_recover = {
	.attr = { .name = "recover", .mode = 0200 },
	.store = recover_store,
};

/* The files are constant; sysfs merely lacks the word for it before 6.13. */
#define PUT(_name) ((struct attribute *)&attr_##_name.attr)

static struct attribute *d3cold_attrs[] = {
	PUT(policy),
	PUT(rearm),
	PUT(on_lost),
	PUT(max_wake_ms),
	PUT(max_cycles_per_min),
	PUT(qualified),
	PUT(recover),
	PUT(state),
	PUT(guest_power_state),
	PUT(no_soft_reset),
	PUT(entered_by),
	PUT(last_wake),
	PUT(blockers),
	NULL,
};

static const struct attribute_group d3cold_group = {
	.attrs = d3cold_attrs,
};

static const struct attribute_group *d3cold_groups[] = {
	&d3cold_group,
	&d3cold_stats_group,
	NULL,
};

static struct d3cold_device *from_kobject(struct kobject *kobj)
{
	return container_of(kobj, struct d3cold_kobject, kobj)->d3;
}

static ssize_t attribute_show(struct kobject *kobj, struct attribute *attr,
			      char *buf)
{
	const struct d3cold_attribute *file =
		container_of(attr, struct d3cold_attribute, attr);

	return file->show ? file->show(from_kobject(kobj), file, buf) : -EIO;
}

static ssize_t attribute_store(struct kobject *kobj, struct attribute *attr,
			       const char *buf, size_t count)
{
	const struct d3cold_attribute *file =
		container_of(attr, struct d3cold_attribute, attr);

	return file->store ? file->store(from_kobject(kobj), buf, count) : -EIO;
}

static const struct sysfs_ops d3cold_sysfs_ops = {
	.show = attribute_show,
	.store = attribute_store,
};

/* sysfs gives no more than the file's size. */
static ssize_t config_read(struct file *file, struct kobject *kobj,
			   D3COLD_BIN_ATTRIBUTE *attr, char *buf, loff_t pos,
			   size_t count)
{
	return d3cold_shadow_show(from_kobject(kobj), buf, pos, count);
}

static void d3cold_kobject_release(struct kobject *kobj)
{
	kfree(container_of(kobj, struct d3cold_kobject, kobj));
}

static const struct kobj_type d3cold_ktype = {
	.release = d3cold_kobject_release,
	.sysfs_ops = &d3cold_sysfs_ops,
	.default_groups = d3cold_groups,
};

static void tell_pollers(struct work_struct *work)
{
	struct d3cold_device *d3 = container_of(
		to_delayed_work(work), struct d3cold_device, state_work);

	/* Its reference outlives this work, see d3cold_sysfs_remove(). */
	spin_lock(&d3->lock);
	if (d3->state_node)
		sysfs_notify_dirent(d3->state_node);
	spin_unlock(&d3->lock);
}

/**
 * d3cold_sysfs_add() - make d3cold/
 * @d3: device, ready for every file's functions
 *
 * Return: 0 or -errno, then nothing is left behind.
 */
int d3cold_sysfs_add(struct d3cold_device *d3)
{
	struct d3cold_kobject *k;
	struct kernfs_node *node;
	int ret;

	k = kzalloc(sizeof(*k), GFP_KERNEL);
	if (!k)
		return -ENOMEM;
	k->d3 = d3;
	sysfs_bin_attr_init(&k->config);
	k->config.attr.name = "config";
	k->config.attr.mode = 0400;
	k->config.size = d3->core.pdev->cfg_size;
	k->config.read = config_read;
	ret = kobject_init_and_add(&k->kobj, &d3cold_ktype,
				   &d3->core.pdev->dev.kobj, "d3cold");
	if (!ret)
		ret = sysfs_create_bin_file(&k->kobj, &k->config);
	if (ret) {
		kobject_put(&k->kobj);
		return ret;
	}
	d3->kobj = k;
	INIT_DELAYED_WORK(&d3->state_work, tell_pollers);
	/* Sleeps, so not under the lock. */
	node = sysfs_get_dirent(k->kobj.sd, "state");
	spin_lock(&d3->lock);
	d3->state_node = node;
	spin_unlock(&d3->lock);
	return 0;
}

/**
 * d3cold_sysfs_remove() - remove d3cold/, wait for those who access it
 * @d3: device
 */
void d3cold_sysfs_remove(struct d3cold_device *d3)
{
	struct kernfs_node *node;

	spin_lock(&d3->lock);
	node = d3->state_node;
	d3->state_node = NULL;
	spin_unlock(&d3->lock);
	/* Nobody queues it any more: that took the node, under the lock. */
	cancel_delayed_work_sync(&d3->state_work);
	sysfs_put(node);
	kobject_del(&d3->kobj->kobj);
	kobject_put(&d3->kobj->kobj);
	d3->kobj = NULL;
}

/**
 * d3cold_sysfs_state_changed() - tell who polls d3cold/state
 * @d3: device
 *
 * A tick later: telling costs as much as an ioctl, and changes come in flocks.
 *
 * Context: the caller holds @d3->lock.
 */
void d3cold_sysfs_state_changed(struct d3cold_device *d3)
{
	lockdep_assert_held(&d3->lock);
	if (d3->state_node)
		schedule_delayed_work(&d3->state_work, 1);
}
