// SPDX-License-Identifier: GPL-2.0-only
/*
 * Feeds an event to the machine and to the reference, and compares; does what
 * the machine asked for; looks at what must hold in every world.
 */
#include "invariant.h"
#include "world.h"

#define DO_SIGNALS                                       \
	(D3COLD_DO_SIGNAL_WAKE | D3COLD_DO_SIGNAL_LOST | \
	 D3COLD_DO_SIGNAL_RECOVERED)

/*
 * Actions that others cannot come before: done by d3cold_step() under the lock,
 * or of no effect in this model.
 */
#ifndef AT_ONCE
#define AT_ONCE (DO_SIGNALS | D3COLD_DO_BUSY | D3COLD_DO_PIN)
#endif

unsigned long nr_steps;

static void check_signals(const struct truth *was, enum d3cold_event event,
			  const struct d3cold_context *c, unsigned int actions)
{
	bool entered = was->open && (was->guest || was->vmm) && !was->lost &&
		       !was->held;
	unsigned int want = 0;

	if (event == D3COLD_EV_RESUMED && entered && !unnoticed(was, c) &&
	    (!c->own_wake || c->one_shot))
		want = D3COLD_DO_SIGNAL_WAKE;
	if (event == D3COLD_EV_LOSS && !was->lost)
		want = D3COLD_DO_SIGNAL_LOST;
	if (event == D3COLD_EV_RECOVERED && was->lost)
		want = D3COLD_DO_SIGNAL_RECOVERED;
	if ((actions & DO_SIGNALS) != want)
		violate(I_SIGNALS, "signals %#x, expected %#x",
			actions & DO_SIGNALS, want);
}

/* One action of d3cold_apply(); all but WAKE, which waits. */
void act(struct world *w, unsigned int action)
{
	switch (action) {
	case D3COLD_DO_PIN:
		w->usage++;
		break;
	case D3COLD_DO_UNPIN:
		w->usage--;
		break;
	case D3COLD_DO_ENTRY:
		if (w->core_engaged || !w->core_open)
			violate(I_ALTERNATE, "ENTRY while %s",
				w->core_open ? "engaged" : "not open");
		w->core_engaged = 1;
		w->mapped = 0;
		w->usage--;
		break;
	case D3COLD_DO_EXIT:
		if (!w->core_engaged)
			violate(I_ALTERNATE, "EXIT while not engaged");
		w->core_engaged = 0;
		w->usage++;
		break;
	case D3COLD_DO_QUIESCE:
		if (w->irqs_off)
			violate(I_IRQS, "quiesced twice");
		w->irqs_off = 1;
		break;
	case D3COLD_DO_RESTORE:
		if (!w->irqs_off)
			violate(I_IRQS, "restored twice");
		if (POWERLESS(w))
			violate(I_IRQS, "restored while %s",
				phase_names[w->phase]);
		w->irqs_off = 0;
		break;
	default:
		violate(I_DEFINED, "action %#x is none", action);
	}
}

/*
 * Feeds an event as d3cold_step() does, and leaves the actions to be done.
 * Returns the result of the event.
 */
int feed(struct world *w, enum d3cold_event event, unsigned int bits,
	 bool callback)
{
	struct d3cold_context c;
	struct d3cold_machine before = w->m;
	struct truth was = w->t;
	struct d3cold_result r;
	unsigned int by;
	bool entry;
	int error;

	if (w->one_shot && w->t.vmm)
		bits |= C_ONE_SHOT;
	c = context(w->level, bits);
	doing.event = event;
	doing.context = bits;
	doing.level = w->level;
	nr_steps++;

	r = d3cold_machine_step(&w->m, event, &c);
	error = reference(&w->t, event, &c);

	if (r.error != error) {
		enum invariant i = I_RESULT;

		if (event == D3COLD_EV_VMM_ENTER)
			i = I_ENTER;
		else if (event == D3COLD_EV_VMM_ENTRY && was.vmm)
			i = I_DOUBLE;
		else if (event == D3COLD_EV_VMM_LEAVE && !was.vmm)
			i = I_IDEMPOTENT;
		else if (event == D3COLD_EV_SUSPENDING && !r.error)
			i = I_PINNED;
		violate(i, "%s gives %d, expected %d", event_name(event),
			r.error, error);
	}
	if (r.error && r.error != -EIO && !same(&w->m, &before))
		violate(I_REFUSED, "%s gives %d, but the machine changed",
			event_name(event), r.error);
	if (event == D3COLD_EV_VMM_LEAVE && !was.vmm && !was.lost &&
	    (!same(&w->m, &before) || r.actions))
		violate(I_IDEMPOTENT, "a leave without entry has effects");

	/* The suspend that failed was one that the policy forbids by now. */
	if (event == D3COLD_EV_SUSPEND_FAILED && w->t.open &&
	    !may_sleep(&w->t, &c) && !w->policy_pending) {
		w->t.held = 1;
		if (w->m.state != D3COLD_HELD) {
			violate(I_FORBIDDEN,
				"awake again, and %s, not held: a looser policy lets the old entry sleep",
				d3cold_state_name(w->m.state));
			/* shown once; go on from what the machine made of it */
			bad = false;
			w->t.held = 0;
		}
	} else if (event == D3COLD_EV_SUSPEND_FAILED && w->t.open) {
		w->t.held = w->m.state == D3COLD_HELD && !may_sleep(&w->t, &c);
	}

	by = (w->t.guest ? D3COLD_BY_GUEST : 0) |
	     (w->t.vmm ? D3COLD_BY_VMM : 0);
	if (w->m.entered_by != by)
		violate(I_OWNERS, "entered_by is %u, expected %u",
			w->m.entered_by, by);
	if (w->m.entered_by && !w->m.open)
		violate(I_OWNERS, "entered_by is %u, but not open",
			w->m.entered_by);
	if (w->m.state != ref_state(&w->t) || w->m.open != w->t.open ||
	    w->m.asleep != w->t.asleep)
		violate(I_STATE, "state is %s%s%s, expected %s%s%s",
			d3cold_state_name(w->m.state), w->m.open ? " open" : "",
			w->m.asleep ? " asleep" : "",
			d3cold_state_name(ref_state(&w->t)),
			w->t.open ? " open" : "", w->t.asleep ? " asleep" : "");
	if (w->m.quiesced != w->t.quiet)
		violate(I_IRQS, "the machine has them %s, expected %s",
			w->m.quiesced ? "off" : "on",
			w->t.quiet ? "off" : "on");
	check_signals(&was, event, &c, r.actions);

	entry = (w->t.guest && !was.guest) || (w->t.vmm && !was.vmm);
	if (((entry && !was.asleep) ||
	     (event == D3COLD_EV_SUSPENDING && error)) &&
	    !(r.actions & D3COLD_DO_BUSY))
		violate(I_BUSY, "%s does not mark it", event_name(event));
	if (callback && (r.actions & (D3COLD_DO_WAKE | D3COLD_DO_ENTRY)))
		violate(I_CALLBACK, "%s, fed by a callback, gives actions %#x",
			event_name(event), r.actions);
	if (event == D3COLD_EV_POLICY && w->t.quiet && !was.lost &&
	    !may_sleep(&w->t, &c) && !was.held && !before.pinned &&
	    !(r.actions & D3COLD_DO_WAKE))
		violate(I_ALLOWED, "forbidden, and not woken");

	if (!callback && !w->t.open && !w->t.lost &&
	    w->m.pinned != (w->level == 0))
		violate(I_IDLE_PIN, "%s under policy %s",
			w->m.pinned ? "pinned" : "not pinned",
			level_names[w->level]);

	if (!w->t.vmm)
		w->one_shot = 0;
	if (r.actions & AT_ONCE & D3COLD_DO_PIN)
		act(w, D3COLD_DO_PIN);
	r.actions &= ~AT_ONCE;
	if (callback)
		w->cb_todo = r.actions;
	else
		w->todo = r.actions;
	return r.error;
}

/* What must hold in every world, also between two actions. */
void check_world(const struct world *w)
{
	bool pin, wanted;
	int usage;

	/* For a device that nobody uses see the check of its pin in feed(). */
	pin = w->t.lost || w->t.held || (!w->t.open && w->m.pinned);
	usage = w->probing + (w->ref != NO_REF) + w->core_open -
		(w->t.guest || w->t.vmm) + pin;
	/* decided, and not done yet */
	usage -= !!(w->todo & D3COLD_DO_PIN) + !!(w->cb_todo & D3COLD_DO_PIN);
	usage += !!(w->todo & D3COLD_DO_UNPIN) +
		 !!(w->cb_todo & D3COLD_DO_UNPIN);
	usage += !!(w->todo & D3COLD_DO_ENTRY) +
		 !!(w->cb_todo & D3COLD_DO_ENTRY);
	usage -= !!(w->todo & D3COLD_DO_EXIT) + !!(w->cb_todo & D3COLD_DO_EXIT);
	if (w->usage != usage)
		violate(I_USAGE, "it is %d, expected %d", w->usage, usage);
	if (w->usage < 0)
		violate(I_NEGATIVE, "it is %d", w->usage);
	if (!invariant(&w->m))
		violate(I_INVARIANT, "%s, entered_by %u%s%s%s",
			d3cold_state_name(w->m.state), w->m.entered_by,
			w->m.pinned ? ", pinned" : "",
			w->m.asleep ? ", asleep" : "",
			w->m.quiesced ? ", quiesced" : "");

	if (!w->todo && !w->cb_todo && w->m.engaged != w->core_engaged)
		violate(I_ALTERNATE, "the machine has it %s, the core %s",
			w->m.engaged ? "engaged" : "free",
			w->core_engaged ? "engaged" : "free");
	if (!w->cb_todo && w->irqs_off != POWERLESS(w))
		violate(I_IRQS, "interrupts are %s while %s",
			w->irqs_off ? "off" : "on", phase_names[w->phase]);
	if (!POWERLESS(w))
		return;

	if (w->mapped)
		violate(I_MAPPING, "a BAR is mapped while %s",
			phase_names[w->phase]);
	if (w->core_open && !w->core_engaged)
		violate(I_ENGAGED, "open and not engaged while %s",
			phase_names[w->phase]);
	/* Pinned when the suspend was past stopping, then somebody wakes it. */
	wanted = w->phase == RES_BUS || (w->todo & D3COLD_DO_WAKE) ||
		 (w->todo & D3COLD_DO_PIN);
	if ((w->m.pinned || w->m.state == D3COLD_HELD ||
	     w->m.state == D3COLD_LOST) &&
	    !wanted)
		violate(I_PINNED, "%s%s while %s, and nobody wakes it",
			d3cold_state_name(w->m.state),
			w->m.pinned ? ", pinned," : "", phase_names[w->phase]);
	if (w->phase == ASLEEP && !wanted && !w->policy_pending) {
		struct d3cold_context c = context(w->level, 0);

		if (!may_sleep(&w->t, &c))
			violate(I_ALLOWED,
				"%s, policy %s, asleep, and nobody wakes it",
				d3cold_state_name(w->m.state),
				level_names[w->level]);
	}
}
