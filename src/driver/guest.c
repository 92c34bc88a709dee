// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's accesses: config space, resets, and the D-state that it believes
 * its device to be in.
 */
#include <linux/delay.h>
#include <linux/pm_runtime.h>
#include <linux/uaccess.h>
#include <linux/vfio.h>

#include "compat.h"
#include "device.h"

/*
 * How far behind @pos, an offset as the core splits it into region and offset,
 * do the power state bits of PMCSR lie? What is not in config space is farther
 * away than any access is long.
 */
static u64 to_pmcsr(const struct d3cold_device *d3, loff_t pos)
{
	return VFIO_PCI_INDEX_TO_OFFSET(VFIO_PCI_CONFIG_REGION_INDEX) +
	       d3->core.pdev->pm_cap + PCI_PM_CTRL - pos;
}

static bool covers_pmcsr(const struct d3cold_device *d3, size_t count,
			 loff_t pos)
{
	return to_pmcsr(d3, pos) < count && d3->core.pdev->pm_cap;
}

/**
 * d3cold_guest_state() - the guest's D-state is another one now
 * @d3: device
 * @state: that one
 *
 * Context: the caller holds @d3->lock, and goes on to d3cold_account() or
 * d3cold_step().
 */
void d3cold_guest_state(struct d3cold_device *d3, pci_power_t state)
{
	lockdep_assert_held(&d3->lock);

	/* Where the VMM alone let it sleep, the power may be off already. */
	if (state == PCI_D3hot && d3->guest_state != PCI_D3hot)
		d3->was_cut = d3->machine.asleep && d3->reached_d3cold;
	d3->guest_state = state;
}

/**
 * d3cold_guest_pmcsr() - the low byte of PMCSR as the guest reads it
 * @d3: device, open
 * @value: as the device has it
 *
 * The host may have woken the device since: the guest reads the D-state that it
 * wrote, until it writes another.
 *
 * Return: what the guest reads.
 */
u8 d3cold_guest_pmcsr(const struct d3cold_device *d3, u8 value)
{
	value &= ~PCI_PM_CTRL_STATE_MASK;
	value |= (__force u8)READ_ONCE(d3->guest_state) &
		 PCI_PM_CTRL_STATE_MASK;
	if (d3->hides_no_soft_reset)
		value &= ~PCI_PM_CTRL_NO_SOFT_RESET;
	return value;
}

static int patch_pmcsr(struct d3cold_device *d3, char __user *pmcsr)
{
	u8 value;

	if (get_user(value, (u8 __user *)pmcsr))
		return -EFAULT;
	return put_user(d3cold_guest_pmcsr(d3, value), (u8 __user *)pmcsr);
}

/* All ones, as an absent device reads. */
static ssize_t read_absent(struct d3cold_device *d3, char __user *buf,
			   size_t count, loff_t *ppos)
{
	u64 pos = *ppos & VFIO_PCI_OFFSET_MASK;
	size_t size = d3->core.pdev->cfg_size, i;

	if (pos >= size)
		return -EINVAL;
	count = min_t(size_t, count, size - pos);
	for (i = 0; i < count; i++)
		if (put_user(0xff, (u8 __user *)buf + i))
			return -EFAULT;
	*ppos += count;
	return count;
}

/*
 * Was it refused, as the core could not wake the device? The error that runtime
 * PM then keeps is cleared: if an earlier failure left it, once more may do.
 */
static bool refused(struct d3cold_device *d3, ssize_t done)
{
	return unlikely(done == -EIO) && d3cold_forgive(d3);
}

/**
 * d3cold_read() - read(2) of the device
 * @vdev: VFIO device
 * @buf: user buffer
 * @count: bytes wanted
 * @ppos: region and offset in it
 *
 * Return: bytes read or -errno; of a lost device config space gives all ones,
 * all else -EIO.
 */
ssize_t d3cold_read(struct vfio_device *vdev, char __user *buf, size_t count,
		    loff_t *ppos)
{
	struct d3cold_device *d3 = d3cold_from_vfio(vdev);
	loff_t pos = *ppos;
	ssize_t done;

	if (unlikely(VFIO_PCI_OFFSET_TO_INDEX(pos) == d3->region))
		return d3cold_region_rw(&d3->core, buf, count, ppos, false);
	if (unlikely(d3cold_is_lost(d3))) {
		if (VFIO_PCI_OFFSET_TO_INDEX(pos) ==
		    VFIO_PCI_CONFIG_REGION_INDEX)
			return read_absent(d3, buf, count, ppos);
		return -EIO;
	}
	/* Awake this is one branch; who falls asleep behind it is woken. */
	if (READ_ONCE(d3->machine.quiesced) &&
	    VFIO_PCI_OFFSET_TO_INDEX(pos) == VFIO_PCI_CONFIG_REGION_INDEX) {
		d3cold_forgive(d3);
		done = d3cold_shadow_read(d3, buf, count, ppos);
		if (done)
			return done;
	}
	done = vfio_pci_core_read(vdev, buf, count, ppos);
	if (refused(d3, done)) {
		done = vfio_pci_core_read(vdev, buf, count, ppos);
		refused(d3, done);
	}
	if (unlikely(d3cold_is_lost(d3))) {
		/* It was this very access that found it gone. */
		*ppos = pos;
		return d3cold_read(vdev, buf, count, ppos);
	}
	if (done <= 0 || !covers_pmcsr(d3, done, pos))
		return done;
	return patch_pmcsr(d3, buf + to_pmcsr(d3, pos)) ?: done;
}

/*
 * A guest that left D3hot was told that the device loses its state there, and
 * no power cut made it so: reset the function before the guest goes on, as the
 * core's own VFIO_DEVICE_RESET does. It zaps the BARs, takes memory_lock, and
 * restores config space, as the core does for a device whose D3hot loses state
 * (vfio_pci_set_power_state()).
 */
static ssize_t make_it_forget(struct d3cold_device *d3)
{
	unsigned int tries = 50;
	bool there;
	long ret;

	lockdep_assert_held(&d3->guest_lock);

	/* The reset of a dead device waits for a minute. */
	mutex_lock(&d3->ops_lock);
	there = d3cold_present(d3);
	mutex_unlock(&d3->ops_lock);
	if (!there)
		return -EIO;
	/*
	 * -EAGAIN: somebody holds the device lock, for sysfs or for a reset of
	 * his own, which nobody says whether it worked: reset_done comes after
	 * one that failed, too.
	 */
	do {
		ret = vfio_pci_core_ioctl(&d3->core.vdev, VFIO_DEVICE_RESET, 0);
		if (ret != -EAGAIN || fatal_signal_pending(current))
			break;
		msleep(20);
	} while (--tries);
	if (!ret) {
		WRITE_ONCE(d3->owes_reset, false);
		return 0;
	}
	dev_warn_ratelimited(
		&d3->core.pdev->dev,
		"could not be reset after D3hot (%ld): its guest, told that D3hot loses state, may find some until it writes D0 again\n",
		ret);
	return -EIO;
}

/* The guest's view and entry end soon, see forget_guest_state(). */
static void note_reset(struct d3cold_device *d3)
{
	WRITE_ONCE(d3->reset_seen, true);
	if (!READ_ONCE(d3->dying))
		schedule_delayed_work(&d3->reset_work, 0);
}

/* A write that may have changed the guest's D-state: what did it reach? */
static ssize_t write_pmcsr(struct d3cold_device *d3, const char __user *buf,
			   size_t count, loff_t *ppos)
{
	pci_power_t reached, before;
	loff_t pos = *ppos;
	ssize_t done, error = 0;
	bool remembers, seen;

	mutex_lock(&d3->guest_lock);
	done = d3cold_shadow_write(d3, buf, count, ppos);
	if (done)
		goto out_unlock;
	done = -EIO;
	if (d3cold_get(d3, D3COLD_CAUSE_GUEST))
		goto out_unlock;
	/* What this write reaches is newer than any reset before it. */
	seen = xchg(&d3->reset_seen, false);
	before = READ_ONCE(d3->core.pdev->current_state);
	done = d3cold_is_lost(d3) ?
		       -EIO :
		       vfio_pci_core_write(&d3->core.vdev, buf, count, ppos);
	/* So the PCI core calls what did not answer: not there, or again? */
	if (unlikely(READ_ONCE(d3->core.pdev->current_state) == PCI_D3cold)) {
		mutex_lock(&d3->ops_lock);
		done = d3cold_present(d3) ? 0 : -EIO;
		mutex_unlock(&d3->ops_lock);
		*ppos = pos;
		if (!done)
			done = vfio_pci_core_write(&d3->core.vdev, buf, count,
						   ppos);
	}
	/*
	 * From the device, never from the user's buffer, which may change under
	 * us: VFs enabled or a quirk may have left it in D0. A write that
	 * failed half-way may have reached something, too.
	 */
	reached = READ_ONCE(d3->core.pdev->current_state);
	if (!d3cold_is_lost(d3) && (done > 0 || reached != before)) {
		spin_lock(&d3->lock);
		if (d3->hides_no_soft_reset && !d3->was_cut &&
		    d3->guest_state == PCI_D3hot && reached != PCI_D3hot)
			d3->owes_reset = true;
		remembers = d3->owes_reset && reached != PCI_D3hot;
		d3cold_guest_state(d3, reached);
		d3cold_account(d3);
		spin_unlock(&d3->lock);
		/* Engaged still, if it was: no BAR is mapped until it is done. */
		if (remembers)
			error = make_it_forget(d3);
		mutex_lock(&d3->ops_lock);
		d3cold_user_event(d3,
				  reached == PCI_D3hot ? D3COLD_EV_GUEST_ENTER :
							 D3COLD_EV_GUEST_LEAVE,
				  false);
		mutex_unlock(&d3->ops_lock);
	} else if (seen) {
		note_reset(d3);
	}
	d3cold_put(d3);
out_unlock:
	mutex_unlock(&d3->guest_lock);
	return error ?: done;
}

/*
 * A reset went by: the guest's view is D0, its entry is over. The device is
 * awake by a reference of the caller's.
 */
static void forget_guest_state(struct d3cold_device *d3)
{
	lockdep_assert_held(&d3->guest_lock);

	mutex_lock(&d3->ops_lock);
	if (xchg(&d3->reset_seen, false) && d3->machine.open) {
		spin_lock(&d3->lock);
		d3cold_guest_state(d3, PCI_D0);
		d3cold_account(d3);
		spin_unlock(&d3->lock);
		d3cold_user_event(d3, D3COLD_EV_RESET, false);
	}
	mutex_unlock(&d3->ops_lock);
}

/**
 * d3cold_write() - write(2) to the device
 * @vdev: VFIO device
 * @buf: user buffer
 * @count: bytes
 * @ppos: region and offset in it
 *
 * Return: bytes written or -errno; -EIO if the device is lost.
 */
ssize_t d3cold_write(struct vfio_device *vdev, const char __user *buf,
		     size_t count, loff_t *ppos)
{
	struct d3cold_device *d3 = d3cold_from_vfio(vdev);
	ssize_t done;

	if (unlikely(VFIO_PCI_OFFSET_TO_INDEX(*ppos) == d3->region))
		return -EINVAL;
	if (unlikely(d3cold_is_lost(d3)))
		return -EIO;
	if (covers_pmcsr(d3, count, *ppos))
		return write_pmcsr(d3, buf, count, ppos);
	/* What a wake finds lost, or another device, is not written to. */
	if (d3cold_get(d3, D3COLD_CAUSE_VMM))
		return -EIO;
	done = -EIO;
	if (likely(!d3cold_is_lost(d3)))
		done = vfio_pci_core_write(vdev, buf, count, ppos);
	/* A function-level reset by the guest ends its entry before we return. */
	if (unlikely(READ_ONCE(d3->reset_seen))) {
		mutex_lock(&d3->guest_lock);
		forget_guest_state(d3);
		mutex_unlock(&d3->guest_lock);
	}
	/* As the core's own: an access alone does not start the delay anew. */
	pm_runtime_put(&d3->core.pdev->dev);
	return done;
}

/*
 * An INTx that the user masked stays masked over a suspend. A user who changes
 * the request meanwhile fools nobody else.
 */
static void note_intx_mask(struct d3cold_device *d3, bool enabled,
			   const struct vfio_irq_set __user *arg)
{
	struct vfio_irq_set set = {};
	u8 chosen = 1;

	if (copy_from_user(&set, arg,
			   offsetofend(struct vfio_irq_set, count)) ||
	    set.index != VFIO_PCI_INTX_IRQ_INDEX)
		return;
	/*
	 * Neither are an eventfd that unmasks later, an interrupt for a test,
	 * and another eventfd for an INTx that was enabled before.
	 */
	if (set.flags & VFIO_IRQ_SET_ACTION_TRIGGER ?
		    set.count && enabled :
		    set.flags & VFIO_IRQ_SET_DATA_EVENTFD)
		return;
	if (set.flags & VFIO_IRQ_SET_DATA_BOOL &&
	    (get_user(chosen, (const u8 __user *)arg->data) || !chosen))
		return;
	d3->intx_user_masked = set.flags & VFIO_IRQ_SET_ACTION_MASK;
}

/*
 * The core takes an offset from 2^63 on for a BAR of negative number, and looks
 * it up (vfio_pci_ioeventfd(), seen in 6.1 to 7.3). This stops the mistake; who
 * changes the request meanwhile does what he can do under vfio-pci as well.
 */
static bool ioeventfd_is_wild(const struct vfio_device_ioeventfd __user *arg)
{
	u64 offset;

	return !copy_from_user(&offset, &arg->offset, sizeof(offset)) &&
	       (s64)offset < 0;
}

/**
 * d3cold_ioctl() - ioctl(2) of the device but for VFIO_DEVICE_FEATURE
 * @vdev: VFIO device, resumed by the VFIO core
 * @cmd: VFIO_DEVICE_*
 * @arg: user pointer
 *
 * Return: as the core's; -EIO if the device is lost.
 */
long d3cold_ioctl(struct vfio_device *vdev, unsigned int cmd, unsigned long arg)
{
	struct d3cold_device *d3 = d3cold_from_vfio(vdev);
	bool intx = d3->core.irq_type == VFIO_PCI_INTX_IRQ_INDEX;
	long ret;

	if (unlikely(d3cold_is_lost(d3)))
		return -EIO;
	if (cmd == VFIO_DEVICE_IOEVENTFD &&
	    ioeventfd_is_wild((void __user *)arg))
		return -EINVAL;
	/* Who opened it may have handed it to another process since. */
	WRITE_ONCE(d3->user, current->tgid);
	ret = vfio_pci_core_ioctl(vdev, cmd, arg);
	if (cmd == VFIO_DEVICE_SET_IRQS && !ret)
		note_intx_mask(d3, intx, (void __user *)arg);
	/* Unlike those of others and of the guest, which nobody vouches for. */
	if ((cmd == VFIO_DEVICE_RESET || cmd == VFIO_DEVICE_PCI_HOT_RESET) &&
	    !ret)
		WRITE_ONCE(d3->owes_reset, false);
	if (READ_ONCE(d3->reset_seen)) {
		mutex_lock(&d3->guest_lock);
		forget_guest_state(d3);
		mutex_unlock(&d3->guest_lock);
	}
	return d3cold_is_lost(d3) ? -EIO : ret;
}

#ifdef D3COLD_HAVE_OPS_GET_REGION_INFO_CAPS
/**
 * d3cold_region_info() - VFIO_DEVICE_GET_REGION_INFO, where that is no ioctl's
 * @vdev: VFIO device, resumed by the VFIO core
 * @info: what is asked for, and the answer
 * @caps: capabilities of the answer
 *
 * Return: as the core's, which reads the size of a ROM from the device; -EIO if
 * the device is lost.
 */
int d3cold_region_info(struct vfio_device *vdev, struct vfio_region_info *info,
		       struct vfio_info_cap *caps)
{
	struct d3cold_device *d3 = d3cold_from_vfio(vdev);

	if (unlikely(d3cold_is_lost(d3)))
		return -EIO;
	WRITE_ONCE(d3->user, current->tgid);
	return vfio_pci_ioctl_get_region_info(vdev, info, caps);
}
#endif

/**
 * d3cold_reset_work() - end the guest's entry after a reset made by others
 * @work: d3cold_device.reset_work
 */
void d3cold_reset_work(struct work_struct *work)
{
	struct d3cold_device *d3 = container_of(
		to_delayed_work(work), struct d3cold_device, reset_work);

	/* A user can make a holder wait for ever: see guest_lock. */
	if (!mutex_trylock(&d3->guest_lock)) {
		if (!READ_ONCE(d3->dying))
			schedule_delayed_work(&d3->reset_work, HZ / 10);
		return;
	}
	if (READ_ONCE(d3->reset_seen) && !d3cold_get(d3, D3COLD_CAUSE_RESET)) {
		forget_guest_state(d3);
		d3cold_put(d3);
	}
	mutex_unlock(&d3->guest_lock);
}

/**
 * d3cold_reset_done() - the PCI core reset the device, whoever asked for it
 * @pdev: device
 *
 * Context: device lock held, and memory_lock in resets of the core's, so the
 * machine, whose actions take that lock, must wait.
 */
void d3cold_reset_done(struct pci_dev *pdev)
{
	struct d3cold_device *d3 = d3cold_from_dev(&pdev->dev);

	if (READ_ONCE(d3->guest_state) != PCI_D0)
		note_reset(d3);
}
