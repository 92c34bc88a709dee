// SPDX-License-Identifier: GPL-2.0-only
/*
 * No guest is the first to try: entries while open are refused until the device
 * has come back verified from one D3cold. After probe, and after each close, a
 * worker waits for the idle D3cold, wakes the device and looks.
 */
#include <linux/pm_runtime.h>
#include <linux/sysfs.h>

#include "compat.h"
#include "device.h"

#define D3COLD_QUALIFY_POLL_MS 100
/* Beyond the autosuspend delay: the port needs 100 ms more, a slow one longer. */
#define D3COLD_QUALIFY_PATIENCE_MS 10000
/* Who sets a delay longer than this qualifies at a later D3cold. */
#define D3COLD_QUALIFY_DELAY_MS 60000u

/**
 * d3cold_qualify_start() - wait for the idle D3cold, then verify
 * @d3: device; while somebody has it open the close starts it anew
 */
void d3cold_qualify_start(struct d3cold_device *d3)
{
	if (READ_ONCE(d3->qualified) || READ_ONCE(d3->dying) || !d3->layered)
		return;
	WRITE_ONCE(d3->qualify_until,
		   jiffies + msecs_to_jiffies(min(d3cold_delay_ms(d3),
						  D3COLD_QUALIFY_DELAY_MS) +
					      D3COLD_QUALIFY_PATIENCE_MS));
	mod_delayed_work(system_freezable_wq, &d3->qualify_work,
			 msecs_to_jiffies(D3COLD_QUALIFY_POLL_MS));
}

/**
 * d3cold_qualify_work() - d3cold_device.qualify_work
 * @work: the work
 */
void d3cold_qualify_work(struct work_struct *work)
{
	struct d3cold_device *d3 = container_of(
		to_delayed_work(work), struct d3cold_device, qualify_work);
	bool cold, wanted;

	spin_lock(&d3->lock);
	d3cold_account(d3);
	wanted = !d3->qualified && d3->machine.state == D3COLD_IDLE;
	cold = d3->machine.asleep && d3->reached_d3cold;
	spin_unlock(&d3->lock);

	if (!wanted || READ_ONCE(d3->dying))
		return;
	if (cold) {
		/* The resume callback verifies, and qualifies. */
		if (!d3cold_get(d3, D3COLD_CAUSE_POLICY))
			d3cold_put(d3);
		return;
	}
	if (time_before(jiffies, READ_ONCE(d3->qualify_until)))
		queue_delayed_work(system_freezable_wq, &d3->qualify_work,
				   msecs_to_jiffies(D3COLD_QUALIFY_POLL_MS));
}

/**
 * d3cold_qualified_show() - d3cold/qualified: "1", or "0 <why>"
 * @d3: device
 * @attr: the file
 * @buf: a page
 *
 * Return: bytes written.
 */
ssize_t d3cold_qualified_show(struct d3cold_device *d3,
			      const struct d3cold_attribute *attr, char *buf)
{
	char *line;
	ssize_t len;

	if (READ_ONCE(d3->qualified))
		return sysfs_emit(buf, "1\n");
	if (!d3->layered)
		return sysfs_emit(buf, "0 no runtime PM\n");
	buf[0] = '0';
	buf[1] = ' ';
	/* Of what keeps it from D3cold the first reason is enough. */
	len = d3cold_blockers(d3, buf + 2, PAGE_SIZE - 2);
	line = len ? strchr(buf + 2, '\n') : NULL;
	if (line)
		return line + 1 - buf;
	return sysfs_emit(
		buf, "0 not tried yet: it has to come back from D3cold once\n");
}

/**
 * d3cold_qualified_store() - an administrator knows better, or restores it
 * @d3: device
 * @buf: "1" or "0"
 * @count: bytes
 *
 * Return: @count or -errno.
 */
ssize_t d3cold_qualified_store(struct d3cold_device *d3, const char *buf,
			       size_t count)
{
	bool value;
	int ret;

	ret = kstrtobool(buf, &value);
	if (ret)
		return ret;
	ret = d3cold_setting_begin(d3);
	if (ret)
		return ret;
	WRITE_ONCE(d3->qualified, value);
	d3cold_setting_end(d3);
	if (!value)
		d3cold_qualify_start(d3);
	return count;
}
