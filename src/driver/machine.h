/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The D3cold state machine: pure C, no kernel call, no allocation, no lock.
 * Compiled unchanged into the module and into the user-space tests.
 */
#ifndef D3COLD_MACHINE_H
#define D3COLD_MACHINE_H

#ifdef __KERNEL__
#include <linux/compiler_attributes.h>
#include <linux/errno.h>
#include <linux/types.h>
#else
#include <errno.h>
#include <stdbool.h>
#define fallthrough __attribute__((__fallthrough__))
#endif

/* Values are those of VFIO_D3COLD_STATE_* in the user API. */
enum d3cold_state {
	D3COLD_IDLE, /* nobody has the device open */
	D3COLD_ACTIVE, /* open, nobody has entered */
	D3COLD_ENTERED, /* entered, awake: waiting for the autosuspend delay */
	D3COLD_SUSPENDED, /* entered and runtime-suspended */
	D3COLD_HELD, /* entered, kept in D0 until a leave */
	D3COLD_LOST, /* did not come back verified */
	D3COLD_NR_STATES
};

enum d3cold_event {
	D3COLD_EV_OPEN, /* first open; the device is awake */
	D3COLD_EV_CLOSE, /* last close; the device is awake */
	D3COLD_EV_GUEST_ENTER, /* the guest reached D3hot */
	D3COLD_EV_GUEST_LEAVE, /* the guest wrote D0 */
	D3COLD_EV_RESET, /* a reset put the guest's view to D0 */
	D3COLD_EV_VMM_ENTER, /* D3COLD_ENTER */
	D3COLD_EV_VMM_ENTRY, /* LOW_POWER_ENTRY[_WITH_WAKEUP] */
	D3COLD_EV_VMM_LEAVE, /* D3COLD_EXIT, LOW_POWER_EXIT */
	D3COLD_EV_POLICY, /* what is allowed may have changed */
	D3COLD_EV_SUSPENDING, /* runtime PM asks to suspend */
	D3COLD_EV_SUSPENDED, /* the suspend went through */
	D3COLD_EV_SUSPEND_FAILED, /* the bus refused to suspend */
	D3COLD_EV_RESUMED, /* back in D0 and verified */
	D3COLD_EV_LOSS, /* back, but not the device that went */
	D3COLD_EV_RECOVERED, /* a lost device is verified again */
	D3COLD_NR_EVENTS
};

/* Who entered; values are those of VFIO_D3COLD_BY_*. */
#define D3COLD_BY_GUEST (1u << 0)
#define D3COLD_BY_VMM (1u << 1)

/* What the driver does after a step, lowest bit first. */
#define D3COLD_DO_BUSY (1u << 0) /* mark last busy */
#define D3COLD_DO_PIN (1u << 1) /* take a PM usage reference */
#define D3COLD_DO_WAKE (1u << 2) /* runtime-resume */
#define D3COLD_DO_ENTRY (1u << 3) /* engage the core's low-power mode */
#define D3COLD_DO_QUIESCE (1u << 4) /* interrupts off, handlers finished */
#define D3COLD_DO_RESTORE (1u << 5) /* interrupts back on */
#define D3COLD_DO_EXIT (1u << 6) /* disengage the core's low-power mode */
#define D3COLD_DO_SIGNAL_WAKE (1u << 7)
#define D3COLD_DO_SIGNAL_LOST (1u << 8)
#define D3COLD_DO_SIGNAL_RECOVERED (1u << 9)
#define D3COLD_DO_UNPIN (1u << 10) /* drop that PM usage reference */

/**
 * struct d3cold_machine - what the machine remembers of one device
 * @state: enum d3cold_state
 * @entered_by: D3COLD_BY_*; 0 unless open
 * @open: somebody has the device open
 * @asleep: runtime-suspended
 * @engaged: the core's low-power mode is engaged
 * @pinned: the machine holds a PM usage reference
 * @quiesced: interrupts are off
 */
struct d3cold_machine {
	unsigned char state;
	unsigned char entered_by;
	bool open;
	bool asleep;
	bool engaged;
	bool pinned;
	bool quiesced;
};

/**
 * struct d3cold_context - what holds outside the machine at a step; bools only
 * @allow_idle: policy lets a device that nobody uses sleep
 * @allow_vmm: policy and qualification let the VMM's entry sleep
 * @allow_guest: policy and qualification follow this guest's D3hot
 * @hold: a wake that is not a leave keeps the device awake
 * @vmm_hold: the VMM entered with HOLD: its hold ends with its entry only
 * @own_wake: RESUMED: the VMM's own access woke the device
 * @one_shot: RESUMED: the VMM's entry ends at this wake (WITH_WAKEUP)
 * @internal: RESUMED: a wake of the driver's own that the user shall not notice
 * @blocked: VFs enabled or, while open, ATS on
 * @unsupported: VMM_ENTER: no PM capability, a VF, or no runtime PM
 * @guest_d3hot: VMM_ENTER: the guest-visible D-state is D3hot
 * @bad_fd: VMM_ENTER: the eventfd given is none
 */
struct d3cold_context {
	bool allow_idle;
	bool allow_vmm;
	bool allow_guest;
	bool hold;
	bool vmm_hold;
	bool own_wake;
	bool one_shot;
	bool internal;
	bool blocked;
	bool unsupported;
	bool guest_d3hot;
	bool bad_fd;
};

/**
 * struct d3cold_result - outcome of one step
 * @actions: D3COLD_DO_*, to be done lowest bit first
 * @error: 0 or -errno for who caused the event; the machine is unchanged if not
 *	0, but for a loss that is reported to a leaver or closer
 */
struct d3cold_result {
	unsigned int actions;
	int error;
};

void d3cold_machine_init(struct d3cold_machine *m);
struct d3cold_result d3cold_machine_step(struct d3cold_machine *m,
					 enum d3cold_event event,
					 const struct d3cold_context *c);
unsigned int d3cold_context_bits(const struct d3cold_context *c);
const char *d3cold_state_name(unsigned int state);

#endif /* D3COLD_MACHINE_H */
