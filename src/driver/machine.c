// SPDX-License-Identifier: GPL-2.0-only
/*
 * The D3cold state machine.
 *
 * One table says for every state and event where the machine goes and what the
 * caller is told. What follows from the state alone (is the core's low-power
 * mode engaged, is the device pinned, are interrupts off) is derived after the
 * move in settle(), so that no row can forget it.
 */
#include "machine.h"

/* Verdicts of a row that depend on more than state and event. */
enum verdict {
	V_NO, /* cannot happen here: nothing changes, -EINVAL */
	V_STAY, /* nothing changes, 0 */
	V_GO, /* to the row's state */
	V_WAKE, /* asleep: wake the device, then repeat the event */
	V_OPEN,
	V_BUSY, /* -EBUSY */
	V_IO, /* -EIO: the device is lost */
	V_VETO, /* refuse to suspend now */
	V_SLEEP, /* agree to suspend unless blocked */
	V_AWAKE, /* came back awake: held, or waiting again */
	V_ENTER, /* the VMM's D3COLD_ENTER: the whole list of refusals */
	V_ENTRY, /* upstream's LOW_POWER_ENTRY */
	V_GUEST, /* the guest reached D3hot */
	V_LEAVE_VMM,
	V_LEAVE_GUEST,
	V_CLOSE,
	V_ALLOWED, /* hold if what made the device sleep is forbidden now */
	V_RECOVER,
	V_FAILED, /* the bus refused to suspend */
	V_GONE_VMM, /* lost: end the VMM's entry, and say -EIO */
	V_GONE_GUEST, /* lost: likewise the guest's */
};

struct row {
	unsigned char verdict;
	unsigned char next;
};

/* clang-format off */
#define NO { V_NO, 0 }
#define STAY { V_STAY, 0 }
#define GO(s) { V_GO, D3COLD_##s }
#define IS(v) { V_##v, 0 }
/* clang-format on */

static const struct row table[D3COLD_NR_STATES][D3COLD_NR_EVENTS] = {
	[D3COLD_IDLE] = {
		[D3COLD_EV_OPEN] = IS(OPEN),
		[D3COLD_EV_CLOSE] = NO,
		[D3COLD_EV_GUEST_ENTER] = NO,
		[D3COLD_EV_GUEST_LEAVE] = NO,
		[D3COLD_EV_RESET] = STAY,
		[D3COLD_EV_VMM_ENTER] = NO,
		[D3COLD_EV_VMM_ENTRY] = NO,
		[D3COLD_EV_VMM_LEAVE] = NO,
		[D3COLD_EV_POLICY] = STAY,
		[D3COLD_EV_SUSPENDING] = IS(SLEEP),
		[D3COLD_EV_SUSPENDED] = GO(IDLE),
		[D3COLD_EV_SUSPEND_FAILED] = STAY,
		[D3COLD_EV_RESUMED] = STAY,
		[D3COLD_EV_LOSS] = GO(LOST),
		[D3COLD_EV_RECOVERED] = STAY,
	},
	[D3COLD_ACTIVE] = {
		[D3COLD_EV_OPEN] = IS(BUSY),
		[D3COLD_EV_CLOSE] = IS(CLOSE),
		[D3COLD_EV_GUEST_ENTER] = IS(GUEST),
		[D3COLD_EV_GUEST_LEAVE] = STAY,
		[D3COLD_EV_RESET] = STAY,
		[D3COLD_EV_VMM_ENTER] = IS(ENTER),
		[D3COLD_EV_VMM_ENTRY] = IS(ENTRY),
		[D3COLD_EV_VMM_LEAVE] = STAY,
		[D3COLD_EV_POLICY] = STAY,
		[D3COLD_EV_SUSPENDING] = IS(VETO),
		[D3COLD_EV_SUSPENDED] = NO,
		[D3COLD_EV_SUSPEND_FAILED] = STAY,
		[D3COLD_EV_RESUMED] = STAY,
		[D3COLD_EV_LOSS] = GO(LOST),
		[D3COLD_EV_RECOVERED] = STAY,
	},
	[D3COLD_ENTERED] = {
		[D3COLD_EV_OPEN] = IS(BUSY),
		[D3COLD_EV_CLOSE] = IS(CLOSE),
		[D3COLD_EV_GUEST_ENTER] = IS(GUEST),
		[D3COLD_EV_GUEST_LEAVE] = IS(LEAVE_GUEST),
		[D3COLD_EV_RESET] = IS(LEAVE_GUEST),
		[D3COLD_EV_VMM_ENTER] = IS(ENTER),
		[D3COLD_EV_VMM_ENTRY] = IS(ENTRY),
		[D3COLD_EV_VMM_LEAVE] = IS(LEAVE_VMM),
		[D3COLD_EV_POLICY] = IS(ALLOWED),
		[D3COLD_EV_SUSPENDING] = IS(SLEEP),
		[D3COLD_EV_SUSPENDED] = GO(SUSPENDED),
		[D3COLD_EV_SUSPEND_FAILED] = IS(FAILED),
		[D3COLD_EV_RESUMED] = IS(AWAKE),
		[D3COLD_EV_LOSS] = GO(LOST),
		[D3COLD_EV_RECOVERED] = STAY,
	},
	[D3COLD_SUSPENDED] = {
		[D3COLD_EV_OPEN] = IS(BUSY),
		/* Where runtime PM refused to wake it: the user is gone. */
		[D3COLD_EV_CLOSE] = IS(CLOSE),
		[D3COLD_EV_GUEST_ENTER] = IS(GUEST),
		[D3COLD_EV_GUEST_LEAVE] = IS(WAKE),
		[D3COLD_EV_RESET] = IS(WAKE),
		[D3COLD_EV_VMM_ENTER] = IS(WAKE),
		[D3COLD_EV_VMM_ENTRY] = IS(WAKE),
		[D3COLD_EV_VMM_LEAVE] = IS(WAKE),
		[D3COLD_EV_POLICY] = IS(ALLOWED),
		[D3COLD_EV_SUSPENDING] = NO,
		[D3COLD_EV_SUSPENDED] = NO,
		[D3COLD_EV_SUSPEND_FAILED] = NO,
		[D3COLD_EV_RESUMED] = IS(AWAKE),
		[D3COLD_EV_LOSS] = GO(LOST),
		[D3COLD_EV_RECOVERED] = STAY,
	},
	[D3COLD_HELD] = {
		[D3COLD_EV_OPEN] = IS(BUSY),
		[D3COLD_EV_CLOSE] = IS(CLOSE),
		[D3COLD_EV_GUEST_ENTER] = IS(GUEST),
		[D3COLD_EV_GUEST_LEAVE] = IS(LEAVE_GUEST),
		[D3COLD_EV_RESET] = IS(LEAVE_GUEST),
		[D3COLD_EV_VMM_ENTER] = IS(ENTER),
		[D3COLD_EV_VMM_ENTRY] = IS(ENTRY),
		[D3COLD_EV_VMM_LEAVE] = IS(LEAVE_VMM),
		[D3COLD_EV_POLICY] = STAY,
		[D3COLD_EV_SUSPENDING] = IS(VETO),
		[D3COLD_EV_SUSPENDED] = NO,
		[D3COLD_EV_SUSPEND_FAILED] = STAY,
		[D3COLD_EV_RESUMED] = STAY,
		[D3COLD_EV_LOSS] = GO(LOST),
		[D3COLD_EV_RECOVERED] = STAY,
	},
	[D3COLD_LOST] = {
		[D3COLD_EV_OPEN] = IS(IO),
		[D3COLD_EV_CLOSE] = IS(CLOSE),
		[D3COLD_EV_GUEST_ENTER] = IS(IO),
		[D3COLD_EV_GUEST_LEAVE] = IS(GONE_GUEST),
		[D3COLD_EV_RESET] = IS(GONE_GUEST),
		[D3COLD_EV_VMM_ENTER] = IS(ENTER),
		[D3COLD_EV_VMM_ENTRY] = IS(IO),
		[D3COLD_EV_VMM_LEAVE] = IS(GONE_VMM),
		[D3COLD_EV_POLICY] = STAY,
		[D3COLD_EV_SUSPENDING] = IS(VETO),
		[D3COLD_EV_SUSPENDED] = NO,
		[D3COLD_EV_SUSPEND_FAILED] = STAY,
		[D3COLD_EV_RESUMED] = STAY,
		[D3COLD_EV_LOSS] = STAY,
		[D3COLD_EV_RECOVERED] = IS(RECOVER),
	},
};

#undef NO
#undef STAY
#undef GO
#undef IS

/* May a device sleep that these have entered? One allowed owner suffices. */
static bool may_sleep(unsigned int entered_by, const struct d3cold_context *c)
{
	return ((entered_by & D3COLD_BY_VMM) && c->allow_vmm) ||
	       ((entered_by & D3COLD_BY_GUEST) && c->allow_guest);
}

/* Add an owner. A device that is held stays held until somebody leaves. */
static void enter(struct d3cold_machine *m, unsigned int who,
		  const struct d3cold_context *c)
{
	m->entered_by |= who;
	if (m->state == D3COLD_ACTIVE || m->state == D3COLD_ENTERED)
		m->state = may_sleep(m->entered_by, c) ? D3COLD_ENTERED :
							 D3COLD_HELD;
}

/*
 * Remove an owner; the last one to leave makes the device active. Any leave
 * ends a hold, but for one that the VMM asked for: that ends with its entry.
 */
static void leave(struct d3cold_machine *m, unsigned int who,
		  const struct d3cold_context *c)
{
	bool kept = m->state == D3COLD_HELD && c->vmm_hold;

	/* Who never entered has nothing to end, and releases no hold. */
	if (!(m->entered_by & who))
		return;
	m->entered_by &= ~who;
	if (!m->entered_by)
		m->state = D3COLD_ACTIVE;
	else if ((kept && m->entered_by == D3COLD_BY_VMM) ||
		 !may_sleep(m->entered_by, c))
		m->state = D3COLD_HELD;
	else
		m->state = D3COLD_ENTERED;
}

/* The refusals of D3COLD_ENTER, in the order that the user API promises. */
static int enter_refused(const struct d3cold_machine *m,
			 const struct d3cold_context *c)
{
	if (c->unsupported)
		return -EOPNOTSUPP;
	if (m->state == D3COLD_LOST)
		return -EIO;
	if (!c->allow_vmm)
		return -EPERM;
	if (m->entered_by & D3COLD_BY_VMM)
		return -EALREADY;
	if (!c->guest_d3hot)
		return -EINVAL;
	if (c->bad_fd)
		return -EBADF;
	if (c->blocked)
		return -EBUSY;
	return 0;
}

static struct d3cold_result decide(struct d3cold_machine *m,
				   const struct row *row,
				   const struct d3cold_context *c)
{
	struct d3cold_result r = { 0, 0 };

	switch ((enum verdict)row->verdict) {
	case V_NO:
		r.error = -EINVAL;
		break;
	case V_STAY:
		break;
	case V_GO:
		m->state = row->next;
		break;
	case V_OPEN:
		if (!m->quiesced) {
			m->state = D3COLD_ACTIVE;
			m->open = true;
			break;
		}
		fallthrough;
	case V_WAKE:
		r.actions = D3COLD_DO_WAKE;
		r.error = -EAGAIN;
		break;
	case V_BUSY:
		r.error = -EBUSY;
		break;
	case V_IO:
		r.error = -EIO;
		break;
	case V_SLEEP:
		if (m->state == D3COLD_IDLE ?
			    c->allow_idle && !c->blocked :
			    may_sleep(m->entered_by, c) && !c->blocked)
			break;
		fallthrough;
	case V_VETO:
		r.actions = D3COLD_DO_BUSY;
		r.error = -EBUSY;
		break;
	case V_AWAKE:
		if (c->internal && may_sleep(m->entered_by, c)) {
			m->state = D3COLD_ENTERED;
			break;
		}
		if (!c->own_wake || c->one_shot)
			r.actions = D3COLD_DO_SIGNAL_WAKE;
		if (c->one_shot)
			m->entered_by &= ~D3COLD_BY_VMM;
		if (!m->entered_by)
			m->state = D3COLD_ACTIVE;
		else if (c->hold || !may_sleep(m->entered_by, c))
			m->state = D3COLD_HELD;
		else
			m->state = D3COLD_ENTERED;
		break;
	case V_ENTER:
		r.error = enter_refused(m, c);
		if (r.error)
			break;
		enter(m, D3COLD_BY_VMM, c);
		r.actions = D3COLD_DO_BUSY;
		break;
	case V_ENTRY:
		if (m->entered_by & D3COLD_BY_VMM) {
			r.error = -EINVAL;
			break;
		}
		enter(m, D3COLD_BY_VMM, c);
		r.actions = D3COLD_DO_BUSY;
		break;
	case V_GUEST:
		/* A guest that is not followed just stays in D3hot. */
		if (!c->allow_guest || (m->entered_by & D3COLD_BY_GUEST))
			break;
		enter(m, D3COLD_BY_GUEST, c);
		r.actions = m->asleep ? 0 : D3COLD_DO_BUSY;
		break;
	case V_LEAVE_VMM:
		leave(m, D3COLD_BY_VMM, c);
		break;
	case V_LEAVE_GUEST:
		leave(m, D3COLD_BY_GUEST, c);
		break;
	case V_CLOSE:
		m->entered_by = 0;
		m->open = false;
		if (m->state != D3COLD_LOST)
			m->state = D3COLD_IDLE;
		break;
	case V_ALLOWED:
		if (may_sleep(m->entered_by, c))
			break;
		/* Also on the way to sleep: RESUMED then holds it. */
		if (m->quiesced)
			r.actions = D3COLD_DO_WAKE;
		else
			m->state = D3COLD_HELD;
		break;
	case V_FAILED:
		if (!may_sleep(m->entered_by, c))
			m->state = D3COLD_HELD;
		break;
	case V_RECOVER:
		r.actions = D3COLD_DO_SIGNAL_RECOVERED;
		if (!m->open)
			m->state = D3COLD_IDLE;
		else
			m->state = m->entered_by ? D3COLD_HELD : D3COLD_ACTIVE;
		break;
	case V_GONE_VMM:
		m->entered_by &= ~D3COLD_BY_VMM;
		r.error = -EIO;
		break;
	case V_GONE_GUEST:
		m->entered_by &= ~D3COLD_BY_GUEST;
		r.error = -EIO;
		break;
	}
	return r;
}

/* Bring what follows from the state in line with it. */
static unsigned int settle(struct d3cold_machine *m,
			   const struct d3cold_context *c)
{
	bool engage = m->entered_by != 0;
	bool pin = m->state == D3COLD_HELD || m->state == D3COLD_LOST ||
		   (m->state == D3COLD_IDLE && !c->allow_idle);
	unsigned int actions = 0;

	if (pin && !m->pinned) {
		actions |= D3COLD_DO_PIN;
		if (m->quiesced)
			actions |= D3COLD_DO_WAKE;
	}
	if (!pin && m->pinned)
		actions |= D3COLD_DO_UNPIN;
	if (engage && !m->engaged)
		actions |= D3COLD_DO_ENTRY;
	if (!engage && m->engaged)
		actions |= D3COLD_DO_EXIT;
	m->pinned = pin;
	m->engaged = engage;
	return actions;
}

/**
 * d3cold_machine_init() - start a machine: idle, awake, nothing held
 * @m: machine
 */
void d3cold_machine_init(struct d3cold_machine *m)
{
	m->state = D3COLD_IDLE;
	m->entered_by = 0;
	m->open = false;
	m->asleep = false;
	m->engaged = false;
	m->pinned = false;
	m->quiesced = false;
}

/*
 * Between the suspend that was agreed to and its end nobody but runtime PM, and
 * who changes the settings, has a say: users hold the device awake.
 */
static bool can_happen(const struct d3cold_machine *m, enum d3cold_event event)
{
	bool between = m->quiesced && !m->asleep;

	switch (event) {
	case D3COLD_EV_POLICY:
	case D3COLD_EV_RECOVERED:
		return true;
	case D3COLD_EV_SUSPENDING:
		return !m->quiesced;
	case D3COLD_EV_SUSPENDED:
	case D3COLD_EV_SUSPEND_FAILED:
		return between;
	default:
		return !between;
	}
}

/**
 * d3cold_machine_step() - feed one event to the machine
 * @m: machine; the caller holds the lock that protects it
 * @event: what happened
 * @c: what holds outside the machine
 *
 * Defined for every state and event, also for those that a correct caller
 * never feeds: these change nothing and return -EINVAL.
 *
 * Return: the actions the caller owes, and 0 or -errno for who caused @event.
 */
struct d3cold_result d3cold_machine_step(struct d3cold_machine *m,
					 enum d3cold_event event,
					 const struct d3cold_context *c)
{
	struct d3cold_result r = { 0, -EINVAL };
	unsigned char before = m->state;

	if (m->state >= D3COLD_NR_STATES ||
	    (unsigned int)event >= D3COLD_NR_EVENTS)
		return r;

	if (!can_happen(m, event))
		return r;
	r = decide(m, &table[m->state][event], c);
	if (r.error && r.error != -EIO)
		return r;

	switch (event) {
	case D3COLD_EV_SUSPENDING:
		m->quiesced = true;
		r.actions |= D3COLD_DO_QUIESCE;
		break;
	case D3COLD_EV_SUSPENDED:
		m->asleep = true;
		/*
		 * A setting that forbids it now has its own event, which wakes
		 * the device; waking it here would wait for this very suspend.
		 */
		return r;
	case D3COLD_EV_LOSS:
		if (before != D3COLD_LOST)
			r.actions |= D3COLD_DO_SIGNAL_LOST;
		fallthrough;
	case D3COLD_EV_SUSPEND_FAILED:
	case D3COLD_EV_RESUMED:
		m->asleep = false;
		if (m->quiesced) {
			m->quiesced = false;
			r.actions |= D3COLD_DO_RESTORE;
		}
		break;
	default:
		break;
	}
	r.actions |= settle(m, c);
	return r;
}

/**
 * d3cold_context_bits() - a context as one number, for the trace
 * @c: context
 *
 * Return: its members in their order, the first in the lowest bit.
 */
unsigned int d3cold_context_bits(const struct d3cold_context *c)
{
	const bool *member = (const bool *)c;
	unsigned int bits = 0, i;

	for (i = 0; i < sizeof(*c) / sizeof(*member); i++)
		bits |= (unsigned int)member[i] << i;
	return bits;
}

/**
 * d3cold_state_name() - name of a state, as in d3cold/state
 * @state: enum d3cold_state
 *
 * Return: a constant string, "?" if there is no such state.
 */
const char *d3cold_state_name(unsigned int state)
{
	static const char *const names[] = {
		[D3COLD_IDLE] = "idle",	      [D3COLD_ACTIVE] = "active",
		[D3COLD_ENTERED] = "entered", [D3COLD_SUSPENDED] = "suspended",
		[D3COLD_HELD] = "held",	      [D3COLD_LOST] = "lost",
	};

	return state < D3COLD_NR_STATES ? names[state] : "?";
}
