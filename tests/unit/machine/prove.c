// SPDX-License-Identifier: GPL-2.0-only
/*
 * What CBMC proves of one step of the state machine, for every machine that
 * satisfies the invariant, every event and every context. With init() it holds
 * after any number of steps. Each function below is an entry point of its own;
 * CBMC also proves that no step reads outside an array or an object.
 *
 * The PM reference that the machine holds, less the one that the core gives up
 * while engaged, is what the machine adds to the usage count. That each step's
 * actions are worth exactly the difference is the balance on every path.
 */
#include "invariant.h"

struct d3cold_machine nondet_machine(void);
struct d3cold_context nondet_context(void);
unsigned int nondet_event(void);

static bool is_bool(bool b)
{
	return *(unsigned char *)&b <= 1;
}

static struct d3cold_machine any_machine(void)
{
	struct d3cold_machine m = nondet_machine();

	__CPROVER_assume(is_bool(m.open) && is_bool(m.asleep) &&
			 is_bool(m.engaged) && is_bool(m.pinned) &&
			 is_bool(m.quiesced));
	return m;
}

/* What a policy allows, the one below it allows. */
static struct d3cold_context any_context(void)
{
	struct d3cold_context c = nondet_context();

	__CPROVER_assume(is_bool(c.allow_idle) && is_bool(c.allow_vmm) &&
			 is_bool(c.allow_guest) && is_bool(c.hold) &&
			 is_bool(c.own_wake) && is_bool(c.one_shot) &&
			 is_bool(c.internal) && is_bool(c.vmm_hold) &&
			 is_bool(c.blocked) && is_bool(c.unsupported) &&
			 is_bool(c.guest_d3hot) && is_bool(c.bad_fd));
	__CPROVER_assume(!c.allow_guest || c.allow_vmm);
	__CPROVER_assume(!c.allow_vmm || c.allow_idle);
	return c;
}

static int count(const struct d3cold_machine *m)
{
	return (int)m->pinned - (int)m->engaged;
}

static int worth(unsigned int actions)
{
	return ((actions & D3COLD_DO_PIN) ? 1 : 0) -
	       ((actions & D3COLD_DO_UNPIN) ? 1 : 0) -
	       ((actions & D3COLD_DO_ENTRY) ? 1 : 0) +
	       ((actions & D3COLD_DO_EXIT) ? 1 : 0);
}

/* Usage count and ENTRY/EXIT, at a step of any kind. */
static void balanced(const struct d3cold_machine *was,
		     const struct d3cold_machine *is, unsigned int actions)
{
	__CPROVER_assert(count(is) - count(was) == worth(actions),
			 "usage-count: the actions are worth the difference");
	__CPROVER_assert(!(actions & D3COLD_DO_PIN) ==
				 (was->pinned || !is->pinned),
			 "usage-count: PIN exactly when not pinned before");
	__CPROVER_assert(!(actions & D3COLD_DO_UNPIN) ==
				 (!was->pinned || is->pinned),
			 "usage-count: UNPIN exactly when pinned before");
	__CPROVER_assert(!(actions & D3COLD_DO_ENTRY) ==
				 (was->engaged || !is->engaged),
			 "entry-exit: ENTRY exactly when not engaged before");
	__CPROVER_assert(!(actions & D3COLD_DO_EXIT) ==
				 (!was->engaged || is->engaged),
			 "entry-exit: EXIT exactly when engaged before");
	__CPROVER_assert(
		!(actions & D3COLD_DO_QUIESCE) ==
			(was->quiesced || !is->quiesced),
		"interrupts: QUIESCE exactly when not quiesced before");
	__CPROVER_assert(!(actions & D3COLD_DO_RESTORE) ==
				 (!was->quiesced || is->quiesced),
			 "interrupts: RESTORE exactly when quiesced before");
	__CPROVER_assert(actions < 2 * D3COLD_DO_UNPIN,
			 "defined: no other action");
}

void init(void)
{
	struct d3cold_machine m = any_machine();

	d3cold_machine_init(&m);
	__CPROVER_assert(invariant(&m),
			 "inductive: a new machine satisfies it");
	__CPROVER_assert(count(&m) == 0,
			 "usage-count: a new machine adds nothing");
}

/* Events that can happen keep the whole invariant. */
void possible_events(void)
{
	struct d3cold_machine was = any_machine(), m = was;
	struct d3cold_context c = any_context();
	unsigned int event = nondet_event();
	struct d3cold_result r;
	bool may_sleep;

	__CPROVER_assume(invariant(&was) && possible(&was, event));
	r = d3cold_machine_step(&m, event, &c);

	__CPROVER_assert(invariant(&m),
			 "inductive: kept by every event that can happen");
	balanced(&was, &m, r.actions);

	may_sleep = !was.open ?
			    c.allow_idle :
			    ((was.entered_by & D3COLD_BY_VMM) && c.allow_vmm) ||
				    ((was.entered_by & D3COLD_BY_GUEST) &&
				     c.allow_guest);
	if (event == D3COLD_EV_SUSPENDING && !r.error) {
		__CPROVER_assert(
			!was.pinned || was.state == D3COLD_IDLE,
			"pinned-awake: neither held nor lost may sleep");
		__CPROVER_assert(!m.pinned,
				 "pinned-awake: nothing pinned may sleep");
		__CPROVER_assert(!was.open || was.engaged,
				 "open-engaged: open means engaged to sleep");
		__CPROVER_assert(may_sleep && !c.blocked,
				 "pinned-awake: only what is allowed sleeps");
	}
	if (event == D3COLD_EV_SUSPENDING && r.error)
		__CPROVER_assert(r.actions & D3COLD_DO_BUSY,
				 "last-busy: marked at every veto");
	if (m.quiesced)
		__CPROVER_assert(!m.open || m.engaged,
				 "open-engaged: while interrupts are off");
	if (m.quiesced && m.pinned && !was.pinned)
		__CPROVER_assert(r.actions & D3COLD_DO_WAKE,
				 "pinned-awake: pinned asleep means woken");
	if (event == D3COLD_EV_POLICY && was.quiesced && !was.pinned &&
	    !may_sleep)
		__CPROVER_assert(r.actions & D3COLD_DO_WAKE,
				 "policy-wakes: the forbidden are woken");
}

/* What PM callbacks feed never tells them to wait for the resume. */
void callbacks(void)
{
	struct d3cold_machine m = any_machine();
	struct d3cold_context c = any_context();
	unsigned int event = nondet_event();
	struct d3cold_result r;

	__CPROVER_assume(event >= D3COLD_EV_SUSPENDING &&
			 event <= D3COLD_EV_LOSS);
	__CPROVER_assume(invariant(&m) && possible(&m, event));
	r = d3cold_machine_step(&m, event, &c);
	__CPROVER_assert(!(r.actions & (D3COLD_DO_WAKE | D3COLD_DO_ENTRY)),
			 "callback-actions: neither WAKE nor ENTRY");
}

/* Whatever is fed, in whatever order: a caller in error unbalances nothing. */
void any_events(void)
{
	struct d3cold_machine was = any_machine(), m = was;
	struct d3cold_context c = any_context();
	unsigned int event = nondet_event();
	struct d3cold_result r;

	__CPROVER_assume(invariant_any(&was));
	r = d3cold_machine_step(&m, event, &c);
	__CPROVER_assert(invariant_any(&m), "inductive: kept by every event");
	balanced(&was, &m, r.actions);
	__CPROVER_assert(r.error <= 0 && r.error >= -4095,
			 "defined: 0 or -errno");
	if (r.error && r.error != -EIO) {
		__CPROVER_assert(same(&was, &m),
				 "refused-unchanged: the machine");
		__CPROVER_assert(
			!(r.actions & ~(D3COLD_DO_BUSY | D3COLD_DO_WAKE)),
			"refused-unchanged: no action but a mark or a wake");
	}
	if (event >= D3COLD_NR_EVENTS)
		__CPROVER_assert(r.error == -EINVAL && !r.actions,
				 "defined: what is no event is refused");
}

/* Events that cannot happen change nothing, so any events keep all of it. */
void impossible_events(void)
{
	struct d3cold_machine was = any_machine(), m = was;
	struct d3cold_context c = any_context();
	unsigned int event = nondet_event();

	__CPROVER_assume(invariant(&was) && !possible(&was, event));
	d3cold_machine_step(&m, event, &c);
	__CPROVER_assert(unchanged(&was, &m),
			 "impossible-events: change nothing");
	__CPROVER_assert(invariant(&m),
			 "inductive: kept by events that cannot happen");
}

/* No state at all, no event at all: nothing is read out of bounds. */
void garbage(void)
{
	struct d3cold_machine was = any_machine(), m = was;
	struct d3cold_context c = any_context();
	unsigned int event = nondet_event(), number = nondet_event();
	struct d3cold_result r;
	const char *name;

	r = d3cold_machine_step(&m, event, &c);
	if (was.state >= D3COLD_NR_STATES || event >= D3COLD_NR_EVENTS)
		__CPROVER_assert(r.error == -EINVAL && !r.actions &&
					 same(&was, &m),
				 "defined: garbage is refused");
	name = d3cold_state_name(number);
	__CPROVER_assert(name && name[0], "defined: every state has a name");
}

/* The assumptions above can be met: each of these must be found reachable. */
void reachable(void)
{
	struct d3cold_machine m = any_machine();
	struct d3cold_context c = any_context();
	unsigned int event = nondet_event();
	struct d3cold_result r;

	__CPROVER_assume(invariant(&m) && possible(&m, event));
	r = d3cold_machine_step(&m, event, &c);
	__CPROVER_cover(r.actions & D3COLD_DO_PIN);
	__CPROVER_cover(r.actions & D3COLD_DO_UNPIN);
	__CPROVER_cover(r.actions & D3COLD_DO_ENTRY);
	__CPROVER_cover(r.actions & D3COLD_DO_EXIT);
	__CPROVER_cover(r.actions & D3COLD_DO_QUIESCE);
	__CPROVER_cover(r.actions & D3COLD_DO_RESTORE);
	__CPROVER_cover(r.actions & D3COLD_DO_WAKE);
	__CPROVER_cover(m.state == D3COLD_IDLE && m.asleep);
	__CPROVER_cover(m.state == D3COLD_ACTIVE);
	__CPROVER_cover(m.state == D3COLD_ENTERED && m.quiesced);
	__CPROVER_cover(m.state == D3COLD_SUSPENDED);
	__CPROVER_cover(m.state == D3COLD_HELD);
	__CPROVER_cover(m.state == D3COLD_LOST && m.open && m.entered_by);
}
