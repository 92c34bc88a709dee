// SPDX-License-Identifier: GPL-2.0-only
/*
 * VFIO_DEVICE_FEATURE: ours, and upstream's low-power features over the same
 * machine. The VFIO core has resumed the device, and keeps it awake, for every
 * ioctl.
 */
#include <linux/eventfd.h>
#include <linux/uaccess.h>
#include <linux/vfio.h>

#include "compat.h"
#include "device.h"

/**
 * d3cold_supported() - can the VMM enter D3cold with this device at all?
 * @d3: device
 *
 * Return: false without PM capability, for a VF, and where runtime PM is
 * missing from the kernel or was not to be layered.
 */
bool d3cold_supported(const struct d3cold_device *d3)
{
	return d3->layered && d3->core.pdev->pm_cap &&
	       !d3->core.pdev->is_virtfn;
}

static int low_power_entry(struct d3cold_device *d3, enum d3cold_event event,
			   struct eventfd_ctx *efd, bool hold, bool one_shot,
			   bool bad_fd)
{
	int ret;

	/* A recovery may hold it for long. */
	if (mutex_lock_killable(&d3->ops_lock)) {
		ret = -EINTR;
		goto out;
	}
	ret = d3cold_user_event(d3, event, bad_fd);
	if (!ret) {
		/* Awake until the ioctl returns: no wake can have been missed. */
		spin_lock(&d3->lock);
		d3->vmm_eventfd = efd;
		d3->vmm_hold = hold;
		d3->vmm_one_shot = one_shot;
		spin_unlock(&d3->lock);
	}
	mutex_unlock(&d3->ops_lock);
out:
	if (ret && efd)
		eventfd_ctx_put(efd);
	return ret;
}

static int feature_enter(struct d3cold_device *d3, u32 flags, void __user *arg,
			 size_t argsz)
{
	struct vfio_d3cold_enter enter;
	struct eventfd_ctx *efd = NULL;
	bool bad_fd = false;
	int ret;

	ret = vfio_check_feature(flags, argsz, VFIO_DEVICE_FEATURE_SET,
				 sizeof(enter));
	if (ret != 1)
		return ret;
	if (copy_from_user(&enter, arg, sizeof(enter)))
		return -EFAULT;
	if (enter.flags & ~(VFIO_D3COLD_ENTER_HOLD | VFIO_D3COLD_ENTER_EVENTFD))
		return -EINVAL;
	if (enter.flags & VFIO_D3COLD_ENTER_EVENTFD) {
		efd = eventfd_ctx_fdget(enter.eventfd);
		bad_fd = IS_ERR(efd);
		if (bad_fd)
			efd = NULL;
	}
	return low_power_entry(d3, D3COLD_EV_VMM_ENTER, efd,
			       enter.flags & VFIO_D3COLD_ENTER_HOLD, false,
			       bad_fd);
}

static int feature_leave(struct d3cold_device *d3, u32 flags, size_t argsz)
{
	int ret;

	ret = vfio_check_feature(flags, argsz, VFIO_DEVICE_FEATURE_SET, 0);
	if (ret != 1)
		return ret;
	if (mutex_lock_killable(&d3->ops_lock))
		return -EINTR;
	ret = d3cold_user_event(d3, D3COLD_EV_VMM_LEAVE, false);
	mutex_unlock(&d3->ops_lock);
	return ret;
}

static int feature_eventfd(struct d3cold_device *d3, u32 flags,
			   void __user *arg, size_t argsz)
{
	struct vfio_d3cold_eventfd set;
	struct eventfd_ctx *efd = NULL;
	int ret;

	ret = vfio_check_feature(flags, argsz, VFIO_DEVICE_FEATURE_SET,
				 sizeof(set));
	if (ret != 1)
		return ret;
	if (copy_from_user(&set, arg, sizeof(set)))
		return -EFAULT;
	if (set.eventfd < -1 ||
	    set.events &
		    ~(VFIO_D3COLD_EVENT_WAKE | VFIO_D3COLD_EVENT_LOST |
		      VFIO_D3COLD_EVENT_RECOVERED | VFIO_D3COLD_EVENT_COLD))
		return -EINVAL;
	if (set.eventfd >= 0) {
		efd = eventfd_ctx_fdget(set.eventfd);
		if (IS_ERR(efd))
			return PTR_ERR(efd);
	}
	spin_lock(&d3->lock);
	swap(d3->eventfd, efd);
	d3->events = d3->eventfd ? set.events : 0;
	d3->pending_events = 0;
	d3cold_account(d3);
	spin_unlock(&d3->lock);
	if (efd)
		eventfd_ctx_put(efd);
	return 0;
}

/* Upstream's features keep upstream's results: a second entry is -EINVAL. */
static int feature_low_power_entry(struct d3cold_device *d3, u32 flags,
				   size_t argsz)
{
	int ret;

	ret = vfio_check_feature(flags, argsz, VFIO_DEVICE_FEATURE_SET, 0);
	if (ret != 1)
		return ret;
	/* It would revoke the BARs, and nobody would ever suspend. */
	if (!IS_ENABLED(CONFIG_PM))
		return -EOPNOTSUPP;
	return low_power_entry(d3, D3COLD_EV_VMM_ENTRY, NULL, false, false,
			       false);
}

static int feature_low_power_entry_with_wakeup(struct d3cold_device *d3,
					       u32 flags, void __user *arg,
					       size_t argsz)
{
	struct vfio_device_low_power_entry_with_wakeup entry;
	struct eventfd_ctx *efd;
	int ret;

	ret = vfio_check_feature(flags, argsz, VFIO_DEVICE_FEATURE_SET,
				 sizeof(entry));
	if (ret != 1)
		return ret;
	if (copy_from_user(&entry, arg, sizeof(entry)))
		return -EFAULT;
	if (!IS_ENABLED(CONFIG_PM))
		return -EOPNOTSUPP;
	if (entry.wakeup_eventfd < 0)
		return -EINVAL;
	efd = eventfd_ctx_fdget(entry.wakeup_eventfd);
	if (IS_ERR(efd))
		return PTR_ERR(efd);
	return low_power_entry(d3, D3COLD_EV_VMM_ENTRY, efd, false, true,
			       false);
}

static bool is_low_power(u32 feature)
{
	return feature == VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY ||
	       feature == VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY_WITH_WAKEUP ||
	       feature == VFIO_DEVICE_FEATURE_LOW_POWER_EXIT;
}

/**
 * d3cold_feature() - VFIO_DEVICE_FEATURE
 * @vdev: VFIO device
 * @flags: VFIO_DEVICE_FEATURE_SET, _GET, _PROBE and the index
 * @arg: payload in user memory
 * @argsz: its size, bytes
 *
 * Return: 0 or -errno, see include/d3cold_vfio_pci.h and <linux/vfio.h>.
 */
int d3cold_feature(struct vfio_device *vdev, u32 flags, void __user *arg,
		   size_t argsz)
{
	struct d3cold_device *d3 = d3cold_from_vfio(vdev);
	u32 feature = flags & VFIO_DEVICE_FEATURE_MASK;

	/* Who opened it may have handed it to another process since. */
	WRITE_ONCE(d3->user, current->tgid);
	/* Not layered, nobody here sees it wake: low power is the core's alone.
	 */
	if (!d3->layered && IS_ENABLED(CONFIG_PM) && is_low_power(feature))
		return vfio_pci_core_ioctl_feature(vdev, flags, arg, argsz);
	switch (feature) {
	case VFIO_DEVICE_FEATURE_D3COLD_ENTER:
		return feature_enter(d3, flags, arg, argsz);
	case VFIO_DEVICE_FEATURE_D3COLD_EXIT:
	case VFIO_DEVICE_FEATURE_LOW_POWER_EXIT:
		return feature_leave(d3, flags, argsz);
	case VFIO_DEVICE_FEATURE_D3COLD_EVENTFD:
		return feature_eventfd(d3, flags, arg, argsz);
	case VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY:
		return feature_low_power_entry(d3, flags, argsz);
	case VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY_WITH_WAKEUP:
		return feature_low_power_entry_with_wakeup(d3, flags, arg,
							   argsz);
	default:
		if (d3cold_is_lost(d3))
			return -EIO;
		return vfio_pci_core_ioctl_feature(vdev, flags, arg, argsz);
	}
}

/**
 * d3cold_feature_close() - forget what the closed user had set
 * @d3: device, closing
 */
void d3cold_feature_close(struct d3cold_device *d3)
{
	struct eventfd_ctx *efd = NULL;

	spin_lock(&d3->lock);
	swap(d3->eventfd, efd);
	d3->events = 0;
	d3->pending_events = 0;
	spin_unlock(&d3->lock);
	if (efd)
		eventfd_ctx_put(efd);
}
