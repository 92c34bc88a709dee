// SPDX-License-Identifier: GPL-2.0-only
/*
 * The status region: one page that says how the device fares, for a VMM that
 * must not wake it by asking. A page of its own for each open; whoever maps it
 * holds the device open, and a reference to the page.
 */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/uaccess.h>
#include <linux/vfio.h>

#include "compat.h"
#include "device.h"

/* What user space was promised, and what is copied as it is. */
static_assert(sizeof(struct vfio_d3cold_status) == 200);
static_assert(D3COLD_NR_STATES == VFIO_D3COLD_STATE_LOST + 1);
static_assert(D3COLD_IDLE == VFIO_D3COLD_STATE_IDLE);
static_assert(D3COLD_SUSPENDED == VFIO_D3COLD_STATE_SUSPENDED);
static_assert(D3COLD_BY_GUEST == VFIO_D3COLD_BY_GUEST);
static_assert(D3COLD_BY_VMM == VFIO_D3COLD_BY_VMM);
static_assert(D3COLD_POLICY_OFF == VFIO_D3COLD_POLICY_OFF);
static_assert(D3COLD_POLICY_AUTO == VFIO_D3COLD_POLICY_AUTO);
static_assert(D3COLD_CAUSE_GUEST == VFIO_D3COLD_WAKE_GUEST);
static_assert(D3COLD_CAUSE_HOST == VFIO_D3COLD_WAKE_HOST);
static_assert(D3COLD_NR_CAUSES ==
	      ARRAY_SIZE(((struct vfio_d3cold_status *)NULL)->wakes));
static_assert(D3COLD_NR_BUCKETS ==
	      ARRAY_SIZE(((struct vfio_d3cold_status *)NULL)->residency_ns));

static u32 power_of(pci_power_t state)
{
	int value = (__force int)state;

	return value >= VFIO_D3COLD_POWER_D0 &&
			       value <= VFIO_D3COLD_POWER_D3COLD ?
		       value :
		       VFIO_D3COLD_POWER_D0;
}

/**
 * d3cold_region_publish() - write the status page anew
 * @d3: device
 *
 * Called at the end of each step of the machine and of d3cold_account(): who
 * changes anything else that the page shows does one of them before it unlocks.
 *
 * Context: the caller holds @d3->lock, so there is one writer.
 */
void d3cold_region_publish(struct d3cold_device *d3)
{
	struct vfio_d3cold_status *page = d3->status;
	u32 sequence;

	lockdep_assert_held(&d3->lock);

	if (!page)
		return;
	sequence = page->sequence;
	WRITE_ONCE(page->sequence, sequence + 1);
	smp_wmb(); /* odd before anything changes */
	page->state = d3->machine.state;
	page->guest_state = power_of(d3->guest_state);
	page->physical_state = power_of(d3->physical);
	page->policy = d3->policy;
	page->entered_by = d3->machine.entered_by;
	page->last_wake = d3->wake.cause < D3COLD_NR_CAUSES ?
				  d3->wake.cause :
				  VFIO_D3COLD_WAKE_NONE;
	page->pending_events = d3->pending_events;
	page->last_wake_ns = d3->wake.when;
	page->since_ns = d3->since;
	page->entries = d3->stats.entries;
	page->suspends = d3->stats.suspends;
	page->d3cold = d3->stats.d3cold;
	memcpy(page->residency_ns, d3->stats.residency_ns,
	       sizeof(page->residency_ns));
	memcpy(page->wakes, d3->stats.wakes, sizeof(page->wakes));
	smp_wmb(); /* even after all has changed */
	WRITE_ONCE(page->sequence, sequence + 2);
}

/**
 * d3cold_region_rw() - read(2) and write(2) of the status region
 * @core: device
 * @buf: user buffer
 * @count: bytes
 * @ppos: region and offset in it
 * @iswrite: write
 *
 * d3cold_read() comes here by itself: the core would wake the device first.
 *
 * Return: bytes read, of one moment; -EINVAL for a write or behind the end.
 */
ssize_t d3cold_region_rw(struct vfio_pci_core_device *core, char __user *buf,
			 size_t count, loff_t *ppos, bool iswrite)
{
	struct d3cold_device *d3 =
		container_of(core, struct d3cold_device, core);
	u64 pos = *ppos & VFIO_PCI_OFFSET_MASK;
	struct vfio_d3cold_status now;
	size_t filled = 0;

	if (iswrite || pos >= PAGE_SIZE)
		return -EINVAL;
	count = min_t(size_t, count, PAGE_SIZE - pos);

	spin_lock(&d3->lock);
	d3cold_account(d3);
	now = *d3->status;
	spin_unlock(&d3->lock);

	if (pos < sizeof(now))
		filled = min_t(size_t, count, sizeof(now) - pos);
	if (copy_to_user(buf, (u8 *)&now + pos, filled) ||
	    clear_user(buf + filled, count - filled))
		return -EFAULT;
	*ppos += count;
	return count;
}

/* Read-only, also for an mprotect() later. */
static int region_mmap(struct vfio_pci_core_device *core,
		       struct vfio_pci_region *region,
		       struct vm_area_struct *vma)
{
	u64 index_mask = VFIO_PCI_OFFSET_MASK >> PAGE_SHIFT;

	if ((vma->vm_pgoff & index_mask) ||
	    vma->vm_end - vma->vm_start != PAGE_SIZE)
		return -EINVAL;
	if (vma->vm_flags & VM_WRITE)
		return -EACCES;
	d3cold_vm_flags_mod(vma, VM_DONTEXPAND, VM_MAYWRITE);
	return vm_insert_page(vma, vma->vm_start, virt_to_page(region->data));
}

static void region_release(struct vfio_pci_core_device *core,
			   struct vfio_pci_region *region)
{
	struct d3cold_device *d3 =
		container_of(core, struct d3cold_device, core);

	spin_lock(&d3->lock);
	d3->status = NULL;
	spin_unlock(&d3->lock);
	free_page((unsigned long)region->data);
}

static const struct vfio_pci_regops region_ops = {
	.rw = d3cold_region_rw,
	.release = region_release,
	.mmap = region_mmap,
};

/**
 * d3cold_region_open() - give a new open its status region
 * @d3: device, between vfio_pci_core_enable() and _finish_enable()
 *
 * The core releases it in vfio_pci_core_disable().
 *
 * Return: 0 or -ENOMEM.
 */
int d3cold_region_open(struct d3cold_device *d3)
{
	struct vfio_d3cold_status *page;
	int ret;

	page = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	if (!page)
		return -ENOMEM;
	page->version = VFIO_D3COLD_API_VERSION;
	page->size = sizeof(*page);
	d3->region = VFIO_PCI_NUM_REGIONS + d3->core.num_regions;
	ret = vfio_pci_core_register_dev_region(
		&d3->core, VFIO_REGION_TYPE_D3COLD,
		VFIO_REGION_SUBTYPE_D3COLD_STATUS, &region_ops, PAGE_SIZE,
		VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_MMAP, page);
	if (ret) {
		free_page((unsigned long)page);
		return ret;
	}
	spin_lock(&d3->lock);
	d3->status = page;
	d3cold_account(d3);
	spin_unlock(&d3->lock);
	return 0;
}
