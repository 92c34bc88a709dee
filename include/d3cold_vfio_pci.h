/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * User API of d3cold-vfio-pci, a vfio-pci variant driver that powers devices
 * off (D3cold) while their guests leave them asleep.
 *
 * The features extend VFIO_DEVICE_FEATURE of <linux/vfio.h>. VFIO has no vendor
 * range of feature indexes and no vendor region types; the values were chosen
 * far from those that upstream uses. They are valid only on a device whose
 * driver is d3cold-vfio-pci: PROBE a feature, and look for the region, first.
 *
 * State belongs to the device, not to a file descriptor: descriptors made by
 * dup(2) share it, and "close" means the last close.
 */
#ifndef _D3COLD_VFIO_PCI_H
#define _D3COLD_VFIO_PCI_H

#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Version of this API; struct vfio_d3cold_status.version carries it. */
#define VFIO_D3COLD_API_VERSION 1

/*
 * VFIO_DEVICE_FEATURE_D3COLD_ENTER - SET: let the device be powered off
 *
 * Upon success the device goes to the deepest state that the platform offers
 * once power/autosuspend_delay_ms have passed without an access. As with
 * VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY, BAR mappings are revoked and an access
 * to one raises SIGBUS until D3COLD_EXIT, and where the guest has entered, too
 * (VFIO_D3COLD_BY_GUEST), until that writes D0.
 *
 * @flags: VFIO_D3COLD_ENTER_*.
 * @eventfd: read only with VFIO_D3COLD_ENTER_EVENTFD.
 *
 * Return: 0, or the first of these that applies:
 *	-EINVAL		argsz too short
 *	-EFAULT		the payload cannot be read
 *	-EINVAL		an unknown flag
 *	-EOPNOTSUPP	no PM capability, a VF, another's PM domain, or a kernel
 *			without PM
 *	-EIO		the device is lost
 *	-EPERM		policy "off" or "idle", the device is not qualified, or
 *			slower to wake than d3cold/max_wake_ms
 *	-EALREADY	the VMM has entered already
 *	-EINVAL		the guest-visible D-state is not D3hot
 *	-EBADF		@eventfd is not an eventfd
 *	-EBUSY		VFs are enabled, or ATS is on
 */
#define VFIO_DEVICE_FEATURE_D3COLD_ENTER 0xd3c0

/* After any wake that is not a leave, stay in D0 until EXIT. */
#define VFIO_D3COLD_ENTER_HOLD (1 << 0)
/* Signal @eventfd at each wake by others than the VMM, and at loss. */
#define VFIO_D3COLD_ENTER_EVENTFD (1 << 1)

struct vfio_d3cold_enter {
	__u32 flags;
	__s32 eventfd;
};

/*
 * VFIO_DEVICE_FEATURE_D3COLD_EXIT - SET, no payload: end the VMM's entry
 *
 * Ends LOW_POWER_ENTRY and LOW_POWER_ENTRY_WITH_WAKEUP too.
 *
 * Return: 0 once the device is verified to be in D0, also when the VMM had
 * never entered or something had woken the device before; -EIO when it is lost.
 */
#define VFIO_DEVICE_FEATURE_D3COLD_EXIT 0xd3c1

/*
 * VFIO_DEVICE_FEATURE_D3COLD_EVENTFD - SET: be told of events
 *
 * @eventfd: the eventfd to signal, or -1 to remove the one that is set.
 * @events: VFIO_D3COLD_EVENT_*, those to be signalled.
 *
 * Stays set until replaced, removed, or the last close. Which events happened
 * since this call is read from the status region (pending_events); as they stay
 * there, what happened again is told by last_wake_ns, wakes, d3cold and state.
 *
 * Return: 0, or the first of these that applies:
 *	-EINVAL		argsz too short
 *	-EFAULT		the payload cannot be read
 *	-EINVAL		an unknown event, or @eventfd is below -1 or no eventfd
 *	-EBADF		@eventfd is not open
 */
#define VFIO_DEVICE_FEATURE_D3COLD_EVENTFD 0xd3c2

#define VFIO_D3COLD_EVENT_WAKE \
	(1 << 0) /* woken by something else than the VMM */
#define VFIO_D3COLD_EVENT_LOST (1 << 1) /* did not come back from D3cold */
#define VFIO_D3COLD_EVENT_RECOVERED (1 << 2) /* came back after it was lost */
#define VFIO_D3COLD_EVENT_COLD (1 << 3) /* reached D3cold */

struct vfio_d3cold_eventfd {
	__s32 eventfd;
	__u32 events;
};

/*
 * The status region: one read-only page, found by VFIO_DEVICE_GET_REGION_INFO
 * and VFIO_REGION_INFO_CAP_TYPE. pread(2) and mmap(2) of it never wake the
 * device. Call GET_REGION_INFO before entering: it is an ioctl, and every ioctl
 * resumes the device.
 *
 * A pread of the whole structure is of one moment. Who maps the page reads as
 * from a sequence lock, never waiting for more than a few stores of the driver:
 *
 *	const struct vfio_d3cold_status *page;	mapped
 *	struct vfio_d3cold_status copy;
 *	__u32 sequence;
 *
 *	do {
 *		sequence = __atomic_load_n(&page->sequence, __ATOMIC_ACQUIRE);
 *		copy = *(const volatile struct vfio_d3cold_status *)page;
 *		__atomic_thread_fence(__ATOMIC_ACQUIRE);
 *	} while (sequence & 1 ||
 *		 sequence != __atomic_load_n(&page->sequence, __ATOMIC_RELAXED));
 *
 * The page is zero behind the structure. It belongs to one open: a descriptor
 * opened later has a page of its own. It cannot be mapped writable.
 */
#define VFIO_REGION_TYPE_D3COLD 0xd3c0
#define VFIO_REGION_SUBTYPE_D3COLD_STATUS 1

/* struct vfio_d3cold_status.state */
#define VFIO_D3COLD_STATE_IDLE 0 /* nobody has the device open */
#define VFIO_D3COLD_STATE_ACTIVE 1 /* open, nobody has entered */
#define VFIO_D3COLD_STATE_ENTERED 2 /* entered, awake, waiting for the delay */
#define VFIO_D3COLD_STATE_SUSPENDED 3 /* entered and runtime-suspended */
#define VFIO_D3COLD_STATE_HELD 4 /* entered, kept in D0 until a leave */
#define VFIO_D3COLD_STATE_LOST 5 /* did not come back from D3cold */

/* .physical_state and .guest_state */
#define VFIO_D3COLD_POWER_D0 0
#define VFIO_D3COLD_POWER_D1 1
#define VFIO_D3COLD_POWER_D2 2
#define VFIO_D3COLD_POWER_D3HOT 3
#define VFIO_D3COLD_POWER_D3COLD 4

/* .policy */
#define VFIO_D3COLD_POLICY_OFF 0
#define VFIO_D3COLD_POLICY_IDLE 1
#define VFIO_D3COLD_POLICY_EXPLICIT 2
#define VFIO_D3COLD_POLICY_AUTO 3
#define VFIO_D3COLD_POLICY_GUEST 4

/* .entered_by */
#define VFIO_D3COLD_BY_GUEST (1 << 0)
#define VFIO_D3COLD_BY_VMM (1 << 1)

/* .last_wake, and the index into .wakes */
#define VFIO_D3COLD_WAKE_GUEST 0
#define VFIO_D3COLD_WAKE_VMM 1
#define VFIO_D3COLD_WAKE_OPEN 2
#define VFIO_D3COLD_WAKE_CLOSE 3
#define VFIO_D3COLD_WAKE_RESET 4
#define VFIO_D3COLD_WAKE_POLICY 5
#define VFIO_D3COLD_WAKE_RECOVER 6
#define VFIO_D3COLD_WAKE_SIBLING 7
#define VFIO_D3COLD_WAKE_ASYNC 8
#define VFIO_D3COLD_WAKE_SYSTEM 9
#define VFIO_D3COLD_WAKE_HOST 10
#define VFIO_D3COLD_WAKE_NONE 0xffffffffU /* not woken since it was bound */

/**
 * struct vfio_d3cold_status - contents of the status region
 * @version: VFIO_D3COLD_API_VERSION of the driver.
 * @size: Bytes of this structure that the driver fills; later versions append.
 * @sequence: Odd while the driver writes. Read it, then the rest, then it
 *	again; start over if it was odd or has changed.
 * @state: VFIO_D3COLD_STATE_*.
 * @guest_state: D-state that the guest put the device in, VFIO_D3COLD_POWER_*.
 * @physical_state: D-state that the device is in, VFIO_D3COLD_POWER_*.
 * @policy: VFIO_D3COLD_POLICY_*.
 * @entered_by: VFIO_D3COLD_BY_*.
 * @last_wake: VFIO_D3COLD_WAKE_*.
 * @pending_events: VFIO_D3COLD_EVENT_* seen since the device was opened, or
 *	since D3COLD_EVENTFD was set last.
 * @reserved: 0.
 * @last_wake_ns: When @last_wake happened, CLOCK_MONOTONIC, ns.
 * @since_ns: Since when @physical_state holds, CLOCK_MONOTONIC, ns. D3cold
 *	that comes through the port is sampled each second, that of functions
 *	that share a power resource each 10 s.
 * @residency_ns: Time spent in D0 (D1 and D2 included), D3hot and D3cold up
 *	to @since_ns, ns.
 * @entries: Entries accepted, this and the following since it was bound.
 * @suspends: Runtime suspends.
 * @d3cold: Runtime suspends that reached D3cold.
 * @wakes: Wakes, by cause.
 */
struct vfio_d3cold_status {
	__u32 version;
	__u32 size;
	__u32 sequence;
	__u32 state;
	__u32 guest_state;
	__u32 physical_state;
	__u32 policy;
	__u32 entered_by;
	__u32 last_wake;
	__u32 pending_events;
	__u64 reserved;
	__u64 last_wake_ns;
	__u64 since_ns;
	__u64 residency_ns[3];
	__u64 entries;
	__u64 suspends;
	__u64 d3cold;
	__u64 wakes[11];
};

#ifdef __cplusplus
}
#endif

#endif /* _D3COLD_VFIO_PCI_H */
