// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who woke the device, and why.
 */
#include <linux/ctype.h>
#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/pm_runtime.h>
#include <linux/string.h>

#include "compat.h"
#include "device.h"

/* A port that resumed less than this before the device took it along. */
#define D3COLD_SIBLING_NS (500 * NSEC_PER_MSEC)

/* How long a wake waits to learn who asked for it. */
#define D3COLD_ASKER_MS 20

/**
 * d3cold_mark() - say that the calling task is about to resume a device
 * @d3: device
 * @mark: storage until d3cold_unmark()
 * @cause: why
 */
void d3cold_mark(struct d3cold_device *d3, struct d3cold_mark *mark,
		 enum d3cold_cause cause)
{
	mark->task = current;
	mark->cause = cause;
	mark->start = ktime_get_ns();
	spin_lock(&d3->lock);
	/* The newest first: a mark made inside another one is the closer cause.
	 */
	list_add(&mark->list, &d3->marks);
	spin_unlock(&d3->lock);
}

/**
 * d3cold_unmark() - end what d3cold_mark() began
 * @d3: device
 * @mark: the mark
 */
void d3cold_unmark(struct d3cold_device *d3, struct d3cold_mark *mark)
{
	spin_lock(&d3->lock);
	list_del(&mark->list);
	spin_unlock(&d3->lock);
}

#ifdef CONFIG_PM

/*
 * Did the port wake, and took the device along? A resume sets last_busy; this
 * device's own resume of the port leaves no other user behind.
 */
static bool port_woke(struct pci_dev *port, u64 start)
{
	return port &&
	       (s64)(start - READ_ONCE(port->dev.power.last_busy)) <
		       (s64)D3COLD_SIBLING_NS &&
	       (atomic_read(&port->dev.power.usage_count) > 1 ||
		atomic_read(&port->dev.power.child_count) > 0);
}

static const struct d3cold_mark *mark_of(struct d3cold_device *d3,
					 const struct task_struct *task)
{
	const struct d3cold_mark *mark;

	list_for_each_entry(mark, &d3->marks, list)
		if (mark->task == task)
			return mark;
	return NULL;
}

/*
 * A task of a user's that waits for the resume which this kworker makes, or
 * NULL: on this queue (drivers/base/power/runtime.c: rpm_resume(),
 * __pm_runtime_barrier()). With a reference for the caller.
 */
static struct task_struct *waiter(struct device *dev)
{
	wait_queue_head_t *queue = &dev->power.wait_queue;
	struct task_struct *task, *found = NULL;
	const struct wait_queue_entry *entry;
	unsigned long flags;

	spin_lock_irqsave(&queue->lock, flags);
	list_for_each_entry(entry, &queue->head, entry) {
		task = entry->private;
		if (task && !(task->flags & PF_KTHREAD)) {
			found = get_task_struct(task);
			break;
		}
	}
	spin_unlock_irqrestore(&queue->lock, flags);
	return found;
}

/*
 * Who wants the device awake? A resume runs in the task that asked for it; but
 * the port wakes its children, too, and may be faster. Who asked then waits, or
 * has said that it is about to. With a reference for the caller.
 */
static struct task_struct *who_asked(struct d3cold_device *d3)
{
	struct task_struct *task;
	struct d3cold_mark *mark;

	lockdep_assert_held(&d3->lock);

	if (!(current->flags & PF_KTHREAD) || mark_of(d3, current))
		return get_task_struct(current);
	task = waiter(&d3->core.pdev->dev);
	if (task)
		return task;
	mark = list_first_entry_or_null(&d3->marks, struct d3cold_mark, list);
	return get_task_struct(mark ? mark->task : current);
}

/* @start is moved back to when @task began, where it has said so. */
static enum d3cold_cause wake_cause(struct d3cold_device *d3,
				    const struct task_struct *task, u64 *start)
{
	const struct d3cold_mark *mark = mark_of(d3, task);

	lockdep_assert_held(&d3->lock);

	if (mark) {
		*start = mark->start;
		return mark->cause;
	}
	if (task->flags & PF_KTHREAD)
		return port_woke(pci_upstream_bridge(d3->core.pdev), *start) ?
			       D3COLD_CAUSE_SIBLING :
			       D3COLD_CAUSE_ASYNC;
	/* The VFIO core resumes for every ioctl before any code of ours runs. */
	if (d3->user && task->tgid == d3->user)
		return D3COLD_CAUSE_VMM;
	return D3COLD_CAUSE_HOST;
}

/**
 * d3cold_wake_own() - is it the user's own doing?
 * @cause: why the device woke
 *
 * Return: true for what the VMM or its guest asked for, which no event tells.
 */
bool d3cold_wake_own(enum d3cold_cause cause)
{
	switch (cause) {
	case D3COLD_CAUSE_GUEST:
	case D3COLD_CAUSE_VMM:
	case D3COLD_CAUSE_OPEN:
	case D3COLD_CAUSE_CLOSE:
	case D3COLD_CAUSE_RESET:
		return true;
	default:
		return false;
	}
}

/*
 * Is somebody about to wait? Who asked has taken a reference before it resumed
 * the port, but may be slower back from there than the port's own kworker.
 */
static bool asker_is_late(struct d3cold_device *d3)
{
	struct device *dev = &d3->core.pdev->dev;
	struct task_struct *task;
	bool said;

	spin_lock(&d3->lock);
	said = !list_empty(&d3->marks);
	spin_unlock(&d3->lock);

	if (said || !(current->flags & PF_KTHREAD) ||
	    atomic_read(&dev->power.usage_count) <= 0)
		return false;
	task = waiter(dev);
	if (task)
		put_task_struct(task);
	return !task;
}

/*
 * Whoever owns a task names it, the reader is often a terminal of root's: as
 * /proc/PID/stat, which escapes, no byte of it may be a command to that.
 */
static void name_of(struct task_struct *task, char *comm)
{
	strscpy(comm, task->comm, TASK_COMM_LEN);
	for (; *comm; comm++)
		if (!isascii(*comm) || !isprint(*comm))
			*comm = '?';
}

/**
 * d3cold_wake_note() - count a wake, and write down who asked for it
 * @d3: device
 * @start: when the resume began, CLOCK_MONOTONIC, ns; moved back to when who
 *	asked began, where it has said so
 *
 * Context: resume callback, the device is back: by then who asked waits, or
 * does so soon. Sleeps, for 20 ms or so at most.
 * Return: the cause.
 */
enum d3cold_cause d3cold_wake_note(struct d3cold_device *d3, u64 *start)
{
	struct task_struct *task;
	enum d3cold_cause cause;
	unsigned int tries;

	for (tries = 0; tries < D3COLD_ASKER_MS && asker_is_late(d3); tries++)
		usleep_range(1000, 1100);

	spin_lock(&d3->lock);
	task = who_asked(d3);
	cause = wake_cause(d3, task, start);
	d3->stats.wakes[cause]++;
	d3->wake.cause = cause;
	d3->wake.pid = task->pid;
	d3->wake.when = ktime_get_ns();
	name_of(task, d3->wake.comm);
	d3cold_account(d3);
	spin_unlock(&d3->lock);
	put_task_struct(task);
	return cause;
}

#endif /* CONFIG_PM */
