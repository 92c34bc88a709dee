// SPDX-License-Identifier: GPL-2.0-only
/*
 * The config shadow: what the VMM would read of config space, written down
 * before the device is suspended, so that reads are answered without waking it.
 * It belongs to one open. Which bits come from where is the business of
 * masks.c.
 */
#include <linux/delay.h>
#include <linux/pci.h>
#include <linux/pm_runtime.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#include "compat.h"
#include "device.h"
#include "masks.h"

/**
 * struct d3cold_shadow - config space of one open
 * @valid: @bytes and @servable are those of the current suspend; under the
 *	device's leaf lock
 * @servable: bitmap of the bytes that may be answered
 * @bytes: what the VMM reads, but for the D-state in PMCSR
 * @phys: scratch of the capture
 */
struct d3cold_shadow {
	bool valid;
	u8 servable[D3COLD_SERVABLE_SIZE(PCI_CFG_SPACE_EXP_SIZE)];
	u8 bytes[PCI_CFG_SPACE_EXP_SIZE];
	__le32 phys[PCI_CFG_SPACE_EXP_SIZE / 4];
};

/**
 * d3cold_shadow_open() - make the shadow of a new open
 * @d3: device
 *
 * Return: 0 or -ENOMEM.
 */
int d3cold_shadow_open(struct d3cold_device *d3)
{
	d3->shadow = kvzalloc(sizeof(*d3->shadow), GFP_KERNEL_ACCOUNT);
	return d3->shadow ? 0 : -ENOMEM;
}

/**
 * d3cold_shadow_close() - nobody reads what the last user's device had
 * @d3: device, closed and awake
 */
void d3cold_shadow_close(struct d3cold_device *d3)
{
	struct d3cold_shadow *shadow;

	/* A resume that the port began may be about to drop it. */
	spin_lock(&d3->lock);
	shadow = d3->shadow;
	d3->shadow = NULL;
	spin_unlock(&d3->lock);
	kvfree(shadow);
}

static void describe(struct d3cold_device *d3, struct d3cold_config *c)
{
	struct vfio_pci_core_device *core = &d3->core;
	struct pci_dev *pdev = core->pdev;
	int i;

	c->phys = (u8 *)d3->shadow->phys;
	c->vconfig = core->vconfig;
	c->map = core->pci_config_map;
	c->size = pdev->cfg_size;
	c->bardirty = core->bardirty;
	c->no_command_memory = pdev->no_command_memory;
	c->rom_image = pdev->rom ? pdev->romlen : 0;
	for (i = 0; i < PCI_STD_NUM_BARS; i++) {
		unsigned long flags = pci_resource_flags(pdev, i);

		if (pci_resource_start(pdev, i))
			c->bar[i].size = pci_resource_len(pdev, i);
		c->bar[i].io = flags & IORESOURCE_IO;
		c->bar[i].prefetch = flags & IORESOURCE_PREFETCH;
		c->bar[i].mem64 = flags & IORESOURCE_MEM_64;
	}
	if (pci_resource_start(pdev, PCI_ROM_RESOURCE))
		c->rom_size = pci_resource_len(pdev, PCI_ROM_RESOURCE);
}

/*
 * The caller excludes others who do this; vconfig may change under us. @read is
 * pci_user_read_config_dword(), which waits for a reset to end, where there may
 * be one.
 */
static void compose(struct d3cold_device *d3,
		    int (*read)(struct pci_dev *pdev, int where, u32 *value))
{
	struct d3cold_shadow *shadow = d3->shadow;
	struct d3cold_config c = {};
	unsigned int pos;
	u32 value;

	describe(d3, &c);
	d3cold_servable_init(&c, shadow->servable);
	memset(shadow->phys, 0xff, c.size);
	for (pos = 0; pos < c.size; pos += 4) {
		if (!(shadow->servable[pos / 8] >> (pos % 8) & 0xf))
			continue;
		if (read(d3->core.pdev, pos, &value))
			continue;
		shadow->phys[pos / 4] = cpu_to_le32(value);
	}
	d3cold_compose(&c, shadow->bytes);
}

static int read_dword(struct pci_dev *pdev, int where, u32 *value)
{
	return pci_read_config_dword(pdev, where, value);
}

/**
 * d3cold_shadow_capture() - write config space down
 * @d3: device, open, in D0 to D3hot, about to suspend
 *
 * Context: suspend callback, before the interrupts are quiesced, which changes
 * vconfig. No user holds a PM reference: nothing else reads or writes vconfig.
 */
void d3cold_shadow_capture(struct d3cold_device *d3)
{
	struct d3cold_shadow *shadow = d3->shadow;

	if (!shadow || !d3->core.vconfig)
		return;
	compose(d3, read_dword);

	spin_lock(&d3->lock);
	shadow->valid = true;
	spin_unlock(&d3->lock);
	wake_up_all(&d3->shadow_wait);
}

/**
 * d3cold_shadow_drop() - the device answers by itself again
 * @d3: device
 *
 * Context: the caller holds @d3->lock.
 */
void d3cold_shadow_drop(struct d3cold_device *d3)
{
	lockdep_assert_held(&d3->lock);

	if (d3->shadow)
		d3->shadow->valid = false;
	wake_up_all(&d3->shadow_wait);
}

/* The guest reads the D-state that it wrote, whatever the host did since. */
static void patch(struct d3cold_device *d3, u8 *buf, unsigned int pos,
		  size_t count)
{
	unsigned int pmcsr = d3->core.pdev->pm_cap + PCI_PM_CTRL;

	if (!d3->core.pdev->pm_cap || pos > pmcsr || pmcsr - pos >= count)
		return;
	buf[pmcsr - pos] = d3cold_guest_pmcsr(d3, buf[pmcsr - pos]);
}

/* 1: copied; 0: awake, or not to be answered; -EAGAIN: being captured. */
static int copy_out(struct d3cold_device *d3, u8 *buf, unsigned int pos,
		    size_t count)
{
	struct d3cold_shadow *shadow = d3->shadow;
	int ret = 0;

	spin_lock(&d3->lock);
	if (d3->machine.quiesced && !shadow->valid) {
		ret = -EAGAIN;
	} else if (d3->machine.quiesced) {
		ret = d3cold_servable(shadow->servable, pos, count);
		if (ret) {
			memcpy(buf, shadow->bytes + pos, count);
			patch(d3, buf, pos, count);
			d3->stats.shadow_hits++;
		} else {
			d3->stats.shadow_misses++;
		}
	}
	spin_unlock(&d3->lock);
	return ret;
}

static bool captured(struct d3cold_device *d3)
{
	bool yes;

	spin_lock(&d3->lock);
	yes = !d3->machine.quiesced || d3->shadow->valid;
	spin_unlock(&d3->lock);
	return yes;
}

/**
 * d3cold_shadow_read() - answer a config read without waking the device
 * @d3: device, open
 * @buf: user buffer
 * @count: bytes wanted
 * @ppos: region and offset in it; moved on by what is answered
 *
 * A read while the shadow is being captured waits for that. No lock is held
 * while user memory is written.
 *
 * Return: @count; 0 if the device has to be asked; -EINTR or -EFAULT.
 */
ssize_t d3cold_shadow_read(struct d3cold_device *d3, char __user *buf,
			   size_t count, loff_t *ppos)
{
	u64 pos = *ppos & VFIO_PCI_OFFSET_MASK;
	size_t size = d3->core.pdev->cfg_size, done, part;
	u8 bounce[64];
	int ret;

	if (!d3->shadow || pos >= size || count > size - pos)
		return 0;
	for (done = 0; done < count; done += part) {
		part = min(count - done, sizeof(bounce));
		do {
			if (wait_event_killable(d3->shadow_wait, captured(d3)))
				return -EINTR;
			ret = copy_out(d3, bounce, pos + done, part);
		} while (ret == -EAGAIN);
		/* Awake by now, or not servable: all of it from the device. */
		if (!ret)
			return 0;
		if (copy_to_user(buf + done, bounce, part))
			return -EFAULT;
	}
	*ppos += count;
	return count;
}

/**
 * d3cold_shadow_write() - a PMCSR write that asks for nothing but D3hot
 * @d3: device, open
 * @buf: user buffer
 * @count: bytes
 * @ppos: region and offset in it; moved on if the write is done with
 *
 * The device sleeps already: only the guest's view changes. Read once from user
 * memory, here and only here: if any other writable bit would change, the
 * device is woken for it, and the core reads the buffer again.
 *
 * Context: the caller holds @d3->guest_lock.
 * Return: @count, or 0 if the device has to be asked.
 */
ssize_t d3cold_shadow_write(struct d3cold_device *d3, const char __user *buf,
			    size_t count, loff_t *ppos)
{
	unsigned int pmcsr = d3->core.pdev->pm_cap + PCI_PM_CTRL;
	unsigned int pos = *ppos & VFIO_PCI_OFFSET_MASK;
	struct d3cold_context c;
	u8 wanted[4], now[4];
	unsigned int actions = 0;
	ssize_t ret = 0;
	int error;

	/*
	 * PMCSR itself, 16 bits; status bits in it are cleared by ones, and
	 * No_Soft_Reset, which a guest may see otherwise, is read-only.
	 */
	if (!d3->shadow || pos != pmcsr || count > 2 ||
	    copy_from_user(wanted, buf, count))
		return 0;
	if ((wanted[0] & PCI_PM_CTRL_STATE_MASK) != (__force u8)PCI_D3hot)
		return 0;

	mutex_lock(&d3->ops_lock);
	spin_lock(&d3->lock);
	if (d3->machine.asleep && d3->shadow->valid) {
		memcpy(now, d3->shadow->bytes + pos, count);
		wanted[0] = (wanted[0] ^ now[0]) & ~(PCI_PM_CTRL_STATE_MASK |
						     PCI_PM_CTRL_NO_SOFT_RESET);
		if (count > 1)
			wanted[1] = (wanted[1] ^ now[1]) |
				    (wanted[1] & (PCI_PM_CTRL_PME_STATUS >> 8));
		if (!wanted[0] && (count < 2 || !wanted[1])) {
			d3cold_guest_state(d3, PCI_D3hot);
			c = d3cold_context(d3);
			actions = d3cold_step(d3, D3COLD_EV_GUEST_ENTER, &c,
					      &error);
			ret = count;
		}
	}
	spin_unlock(&d3->lock);
	d3cold_apply(d3, actions);
	mutex_unlock(&d3->ops_lock);

	if (ret)
		*ppos += ret;
	return ret;
}

/* What of the shadow may not be answered reads as ones. */
static void copy_servable(struct d3cold_device *d3, u8 *buf, unsigned int pos,
			  size_t count)
{
	size_t i;

	memcpy(buf, d3->shadow->bytes + pos, count);
	patch(d3, buf, pos, count);
	for (i = 0; i < count; i++)
		if (!d3cold_servable(d3->shadow->servable, pos + i, 1))
			buf[i] = 0xff;
}

/*
 * Each access waits for a reset to end, as the core's do. Taking the lock of
 * config accesses for all of them would make a reset that is tried meanwhile
 * fail: an open, or a function-level reset by the guest.
 */
static void copy_live(struct d3cold_device *d3, u8 *buf, unsigned int pos,
		      size_t count)
{
	size_t i;

	memset(buf, 0xff, count);
	if (d3->machine.open) {
		compose(d3, pci_user_read_config_dword);
		spin_lock(&d3->lock);
		copy_servable(d3, buf, pos, count);
		spin_unlock(&d3->lock);
	} else {
		for (i = 0; i < count; i++)
			pci_user_read_config_byte(d3->core.pdev, pos + i,
						  &buf[i]);
	}
}

/*
 * 1: copied; -EAGAIN: between awake and asleep. The caller has seen to it that
 * nobody opens or closes the device.
 */
static int look(struct d3cold_device *d3, u8 *buf, unsigned int pos,
		size_t count)
{
	struct pci_dev *pdev = d3->core.pdev;
	bool open = d3->machine.open;
	int ret = 1, awake;
	size_t i;

	/* Runtime PM may say suspended of a device that did not come back. */
	if (d3cold_is_lost(d3)) {
		memset(buf, 0xff, count);
		return ret;
	}
	awake = d3cold_get_if_awake(&pdev->dev);
	/* d3cold_forgive() is at it. */
	if (IS_ENABLED(CONFIG_PM) && awake < 0)
		return -EAGAIN;
	if (awake) {
		copy_live(d3, buf, pos, count);
		if (awake > 0)
			pm_runtime_put(&pdev->dev);
		return ret;
	}

	spin_lock(&d3->lock);
	if (open && d3->machine.quiesced && d3->shadow->valid)
		copy_servable(d3, buf, pos, count);
	else if (!open && (d3->machine.asleep || !d3->layered))
		for (i = 0; i < count; i++)
			buf[i] = pdev->saved_config_space[(pos + i) / 4] >>
				 (pos + i) % 4 * 8;
	else
		ret = -EAGAIN;
	spin_unlock(&d3->lock);
	return ret;
}

/**
 * d3cold_shadow_show() - d3cold/config: config space, for tools of the host
 * @d3: device
 * @buf: where it goes
 * @pos: from there on, below the size of config space
 * @count: bytes, within config space
 *
 * While the device is open: what the VMM reads. What a read from the VMM would
 * have to wake the device for is all ones here, awake or asleep. While nobody
 * has it open there is no VMM, and no map of what is safe to read: the 64 bytes
 * of the header, as the device or the PCI core's saved copy has them. A lost
 * device reads all ones. The device is never woken.
 *
 * Context: process context, no device lock: remove waits for us.
 * Return: bytes, fewer at the end of the header; -EINTR; -EAGAIN if the device
 * is between awake and asleep for longer than a second.
 */
ssize_t d3cold_shadow_show(struct d3cold_device *d3, char *buf,
			   unsigned int pos, size_t count)
{
	unsigned int tries = 100;
	ssize_t ret;

	/* Also keeps close from freeing what we look at: it takes the lock. */
	if (mutex_lock_interruptible(&d3->ops_lock))
		return -EINTR;
	if (!d3->machine.open) {
		count = pos < PCI_STD_HEADER_SIZEOF ?
				min_t(size_t, count,
				      PCI_STD_HEADER_SIZEOF - pos) :
				0;
	}
	do {
		ret = look(d3, (u8 *)buf, pos, count);
	} while (ret == -EAGAIN && --tries && !msleep_interruptible(10));
	mutex_unlock(&d3->ops_lock);
	return ret < 0 ? ret : count;
}
