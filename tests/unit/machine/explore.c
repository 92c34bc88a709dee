// SPDX-License-Identifier: GPL-2.0-only
/*
 * Explores everything that can happen to one device, and checks the invariants
 * of the state machine on every step.
 *
 * A world is the machine, what the driver and the kernel know of the device
 * around it, and a reference that tells in a few plain lines what ought to be.
 * Three parties act in it, in every order that their locks leave them:
 *
 * - runtime PM, which calls back to suspend and to resume (pm.c). Its callbacks
 *   feed an event and then do the actions, with no lock that others wait for;
 * - users and works (main.c, guest.c, feature.c), who hold a PM reference, and
 *   the ops_lock from the event until its last action (event.c);
 * - whoever sets the policy (policy.c): the ops_lock, but no PM reference, so
 *   the device may be anywhere, and the policy is new before its event comes.
 *
 * The actions are done one at a time, lowest bit first, and others may act
 * between any two. Breadth first: the trace of a violation is a shortest one.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invariant.h"
#include "machine.h"

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

/* Where runtime PM is. POWERLESS() says when the device may be without power. */
enum phase {
	AWAKE,
	SUSP_ASK, /* suspend callback begun, nobody asked yet */
	SUSP_BUS, /* accepted: the bus suspends the device */
	SUSP_TELL, /* suspended, callback not finished */
	SUSP_BACK, /* refused, or the bus failed; callback not finished */
	ASLEEP,
	RES_BUS, /* resume begun, the bus powers the device up */
	RES_TELL, /* resumed; callback not finished */
	SYS_TELL, /* back from system sleep; not finished, users are frozen */
};

static const char *const phase_names[] = {
	"awake",	  "asked to suspend", "suspending",
	"just suspended", "suspend refused",  "asleep",
	"resuming",	  "just resumed",     "back from system sleep",
};

#define POWERLESS(w)                                          \
	((w)->phase == SUSP_BUS || (w)->phase == SUSP_TELL || \
	 (w)->phase == ASLEEP || (w)->phase == RES_BUS)

enum ref {
	NO_REF,
	WAITING,
	HAS_REF
};
enum who {
	NOBODY,
	USER,
	WORKER,
	POLICY_SETTER
};

/* What ought to be, from the events alone. */
struct truth {
	uint8_t open;
	uint8_t guest; /* has entered */
	uint8_t vmm;
	uint8_t lost;
	uint8_t held;
	uint8_t quiet; /* a suspend was accepted and is not over */
	uint8_t asleep;
};

struct world {
	struct d3cold_machine m;
	struct truth t;
	int8_t usage; /* runtime PM's usage count */
	uint8_t phase;
	uint8_t level; /* how much the policy allows: 0 off ... 3 guest */
	uint8_t policy_pending; /* policy set, its event not fed yet */
	uint16_t todo; /* actions of who holds the ops_lock */
	uint16_t cb_todo; /* actions of a PM callback */
	uint8_t todo_by;
	uint8_t ref; /* a user's PM reference */
	uint8_t probing; /* probe holds a PM reference */
	uint8_t one_shot; /* the VMM entered WITH_WAKEUP */
	uint8_t core_open; /* vfio-pci-core is enabled: one reference */
	uint8_t core_engaged; /* its low-power mode: one reference less */
	uint8_t closing; /* CLOSE was fed, the core is still open */
	uint8_t mapped; /* a BAR is mapped into the VMM */
	uint8_t irqs_off;
	uint8_t zero; /* compared as bytes: no padding */
};

_Static_assert(sizeof(struct world) == 32, "padding in struct world");

enum invariant {
	I_USAGE,
	I_NEGATIVE,
	I_ALTERNATE,
	I_IRQS,
	I_MAPPING,
	I_ENGAGED,
	I_PINNED,
	I_ALLOWED,
	I_IDLE_PIN,
	I_INVARIANT,
	I_STATE,
	I_OWNERS,
	I_RESULT,
	I_ENTER,
	I_DOUBLE,
	I_IDEMPOTENT,
	I_REFUSED,
	I_IMPOSSIBLE,
	I_DEFINED,
	I_CALLBACK,
	I_SIGNALS,
	I_BUSY,
	I_FORBIDDEN,
	I_CLOSE,
	I_SLEEPS,
	I_TO_IDLE,
	NR_INVARIANTS
};

static const struct {
	const char *name, *text;
} invariants[NR_INVARIANTS] = {
	[I_USAGE] = { "usage-count",
		      "the PM usage count is balanced on every path" },
	[I_NEGATIVE] = { "usage-negative",
			 "no reference is dropped before it is taken" },
	[I_ALTERNATE] = { "entry-exit",
			  "the core's ENTRY and EXIT strictly alternate" },
	[I_IRQS] = { "interrupts",
		     "interrupts are off exactly between quiesce and resume" },
	[I_MAPPING] = { "bar-mapping",
			"no BAR mapping lives across a power-off" },
	[I_ENGAGED] = { "open-engaged",
			"an open device is never suspended without being engaged" },
	[I_PINNED] = { "pinned-awake",
		       "no suspend of a device that is pinned, held, lost or in use" },
	[I_ALLOWED] = { "policy-wakes",
			"what the policy forbids does not go on sleeping" },
	[I_IDLE_PIN] = { "idle-pinned",
			 "a device that nobody uses is pinned exactly under policy off" },
	[I_INVARIANT] = { "inductive",
			  "every state reached satisfies the invariant that is proved" },
	[I_STATE] = { "state", "the state is what the events so far make it" },
	[I_OWNERS] = { "owners",
		       "each owner's leave ends its own entry only; owners only while open" },
	[I_RESULT] = { "result",
		       "who caused an event is told the right result" },
	[I_ENTER] = { "enter-refusals",
		      "D3COLD_ENTER's refusals come in the order promised" },
	[I_DOUBLE] = { "double-entry", "a second LOW_POWER_ENTRY is -EINVAL" },
	[I_IDEMPOTENT] = { "exit-idempotent",
			   "EXIT by who never entered is 0 and changes nothing" },
	[I_REFUSED] = { "refused-unchanged",
			"an event that is refused leaves the machine as it was" },
	[I_IMPOSSIBLE] = { "impossible-events",
			   "events that cannot happen change nothing" },
	[I_DEFINED] = { "defined",
			"every event in every state gives a sane machine, actions and result" },
	[I_CALLBACK] = { "callback-actions",
			 "no PM callback is told to wait for itself" },
	[I_SIGNALS] = { "signals",
			"each wake, loss and recovery is signalled once, own accesses are not" },
	[I_BUSY] = { "last-busy",
		     "last busy is marked at every entry and every veto, or none retries" },
	[I_FORBIDDEN] = { "forbidden-held",
			  "an entry that is forbidden meanwhile is held once awake" },
	[I_CLOSE] = { "close-disengaged",
		      "the core is never closed while engaged" },
	[I_SLEEPS] = { "sleeps",
		       "every state that may sleep is reached asleep" },
	[I_TO_IDLE] = { "path-to-idle",
			"from every state there is a path to idle" },
};

/* How a world was reached from the one before it. */
struct label {
	const char *text;
	int8_t event; /* -1: no event */
	uint16_t context;
	uint8_t level;
};

#define C_HOLD 1u
#define C_BLOCKED 2u
#define C_UNSUPPORTED 4u
#define C_NOT_D3HOT 8u
#define C_BAD_FD 16u
#define C_OWN_WAKE 32u
#define C_ONE_SHOT 64u
#define C_INTERNAL 128u
#define C_VMM_HOLD 256u
#define C_ALL 511u

static const char *const context_names[] = {
	"hold",	    "blocked",	"unsupported", "not_d3hot", "bad_fd",
	"own_wake", "one_shot", "internal",    "vmm_hold",
};

static const char *const level_names[] = { "off", "idle", "explicit", "guest" };

static struct node {
	struct world w;
	uint32_t from;
	struct label by;
} * nodes;
static size_t nr_nodes, max_nodes;
static struct edge {
	uint32_t from, to;
} * edges;
static size_t nr_edges, max_edges;

#define HASH_BITS 22
static uint32_t *hash;

static unsigned long nr_steps;
static unsigned int violations[NR_INVARIANTS];
static uint32_t current; /* the node being expanded */
static struct label doing; /* from there */
static bool bad; /* this step violated something */

static void *grow(void *p, size_t *max, size_t size)
{
	*max = *max ? 2 * *max : 1 << 16;
	p = realloc(p, *max * size);
	if (!p) {
		fprintf(stderr, "explore: out of memory\n");
		exit(2);
	}
	return p;
}

static void print_label(const struct label *l)
{
	unsigned int i;

	printf("#     %s", l->text);
	if (l->event >= 0) {
		printf(" %s, policy %s", d3cold_event_name(l->event),
		       level_names[l->level]);
		for (i = 0; 1u << i <= C_ALL; i++)
			if (l->context & 1u << i)
				printf(", %s", context_names[i]);
	}
	printf("\n");
}

static void print_trace(uint32_t node)
{
	uint32_t path[1024];
	unsigned int n = 0;

	for (; nodes[node].from != node && n < 1024; node = nodes[node].from)
		path[n++] = node;
	while (n--)
		print_label(&nodes[path[n]].by);
}

static void print_machine(const char *what, const struct d3cold_machine *m)
{
	printf("#   %s: %s, entered_by %u%s%s%s%s%s\n", what,
	       d3cold_state_name(m->state), m->entered_by,
	       m->open ? ", open" : "", m->asleep ? ", asleep" : "",
	       m->engaged ? ", engaged" : "", m->pinned ? ", pinned" : "",
	       m->quiesced ? ", quiesced" : "");
}

/* The first of each kind is shown with its trace. */
static __attribute__((__format__(printf, 2, 3))) void
violate(enum invariant i, const char *fmt, ...)
{
	va_list args;

	bad = true;
	if (violations[i]++)
		return;
	printf("# violated: %s: ", invariants[i].name);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
	print_trace(current);
	print_label(&doing);
	print_machine("before", &nodes[current].w.m);
}

static struct d3cold_context context(unsigned int level, unsigned int bits)
{
	return (struct d3cold_context){
		.allow_idle = level >= 1,
		.allow_vmm = level >= 2,
		.allow_guest = level >= 3,
		.hold = bits & C_HOLD,
		.blocked = bits & C_BLOCKED,
		.unsupported = bits & C_UNSUPPORTED,
		.guest_d3hot = !(bits & C_NOT_D3HOT),
		.bad_fd = bits & C_BAD_FD,
		.own_wake = bits & C_OWN_WAKE,
		.one_shot = bits & C_ONE_SHOT,
		.internal = bits & C_INTERNAL,
		.vmm_hold = bits & C_VMM_HOLD,
	};
}

/* ---- the reference: what ought to happen at an event that can happen ---- */

static bool may_sleep(const struct truth *t, const struct d3cold_context *c)
{
	if (!t->open)
		return c->allow_idle;
	return (t->vmm && c->allow_vmm) || (t->guest && c->allow_guest);
}

static void ref_enter(struct truth *t, uint8_t *owner,
		      const struct d3cold_context *c)
{
	*owner = 1;
	if (!t->held && !t->quiet)
		t->held = !may_sleep(t, c);
}

static int ref_leave(struct truth *t, uint8_t *owner,
		     const struct d3cold_context *c)
{
	if (t->lost) {
		/* Each ends its own entry, also in a device that is not there. */
		*owner = 0;
		return -EIO;
	}
	if (*owner) {
		*owner = 0;
		t->held = (t->guest || t->vmm) &&
			  (!may_sleep(t, c) ||
			   (t->held && t->vmm && c->vmm_hold));
	}
	return 0;
}

/* In the order of the table of refusals in the user API. */
static int ref_refusal(const struct truth *t, const struct d3cold_context *c)
{
	const struct {
		bool holds;
		int error;
	} order[] = {
		{ c->unsupported, -EOPNOTSUPP }, { t->lost, -EIO },
		{ !c->allow_vmm, -EPERM },	 { t->vmm, -EALREADY },
		{ !c->guest_d3hot, -EINVAL },	 { c->bad_fd, -EBADF },
		{ c->blocked, -EBUSY },
	};
	unsigned int i;

	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (order[i].holds)
			return order[i].error;
	return 0;
}

/* A wake of the driver's own, which nobody but a stricter policy shall feel. */
static bool unnoticed(const struct truth *t, const struct d3cold_context *c)
{
	return c->internal && may_sleep(t, c);
}

static int reference(struct truth *t, enum d3cold_event event,
		     const struct d3cold_context *c)
{
	int error;

	switch (event) {
	case D3COLD_EV_OPEN:
		t->open = 1;
		return 0;
	case D3COLD_EV_CLOSE:
		t->open = 0;
		t->guest = 0;
		t->vmm = 0;
		t->held = 0;
		return 0;
	case D3COLD_EV_GUEST_ENTER:
		if (t->lost)
			return -EIO;
		if (c->allow_guest && !t->guest)
			ref_enter(t, &t->guest, c);
		return 0;
	case D3COLD_EV_GUEST_LEAVE:
	case D3COLD_EV_RESET:
		return ref_leave(t, &t->guest, c);
	case D3COLD_EV_VMM_ENTER:
		error = ref_refusal(t, c);
		if (!error)
			ref_enter(t, &t->vmm, c);
		return error;
	case D3COLD_EV_VMM_ENTRY:
		if (t->lost)
			return -EIO;
		if (t->vmm)
			return -EINVAL;
		ref_enter(t, &t->vmm, c);
		return 0;
	case D3COLD_EV_VMM_LEAVE:
		return ref_leave(t, &t->vmm, c);
	case D3COLD_EV_POLICY:
		if ((t->guest || t->vmm) && !t->lost && !t->quiet &&
		    !may_sleep(t, c))
			t->held = 1;
		return 0;
	case D3COLD_EV_SUSPENDING:
		if (t->lost || t->held || c->blocked || !may_sleep(t, c))
			return -EBUSY;
		t->quiet = 1;
		return 0;
	case D3COLD_EV_SUSPENDED:
		t->asleep = 1;
		return 0;
	case D3COLD_EV_SUSPEND_FAILED:
		t->quiet = 0;
		return 0;
	case D3COLD_EV_RESUMED:
		t->quiet = 0;
		t->asleep = 0;
		if (t->lost || t->held || unnoticed(t, c))
			return 0;
		if (c->one_shot)
			t->vmm = 0;
		if (t->guest || t->vmm)
			t->held = c->hold || !may_sleep(t, c);
		return 0;
	case D3COLD_EV_LOSS:
		t->quiet = 0;
		t->asleep = 0;
		t->held = 0;
		t->lost = 1;
		return 0;
	case D3COLD_EV_RECOVERED:
		t->lost = 0;
		t->held = t->guest || t->vmm;
		return 0;
	default:
		return -EINVAL;
	}
}

static enum d3cold_state ref_state(const struct truth *t)
{
	if (t->lost)
		return D3COLD_LOST;
	if (!t->open)
		return D3COLD_IDLE;
	if (!t->guest && !t->vmm)
		return D3COLD_ACTIVE;
	if (t->held)
		return D3COLD_HELD;
	return t->asleep ? D3COLD_SUSPENDED : D3COLD_ENTERED;
}

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
static void act(struct world *w, unsigned int action)
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
static int feed(struct world *w, enum d3cold_event event, unsigned int bits,
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
		violate(i, "%s gives %d, expected %d", d3cold_event_name(event),
			r.error, error);
	}
	if (r.error && r.error != -EIO && !same(&w->m, &before))
		violate(I_REFUSED, "%s gives %d, but the machine changed",
			d3cold_event_name(event), r.error);
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
		violate(I_BUSY, "%s does not mark it",
			d3cold_event_name(event));
	if (callback && (r.actions & (D3COLD_DO_WAKE | D3COLD_DO_ENTRY)))
		violate(I_CALLBACK, "%s, fed by a callback, gives actions %#x",
			d3cold_event_name(event), r.actions);
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
static void check_world(const struct world *w)
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

/* ---- the worlds that follow one ---- */

static void emit(const struct world *w)
{
	const unsigned char *p = (const unsigned char *)w;
	uint32_t h = 2166136261u, i;
	size_t n;

	if (!bad)
		check_world(w);
	/* What follows a violation is not interesting any more. */
	if (bad) {
		bad = false;
		return;
	}
	for (n = 0; n < sizeof(*w); n++)
		h = (h ^ p[n]) * 16777619u;
	h ^= h >> 15;
	for (i = h & ((1u << HASH_BITS) - 1); hash[i];
	     i = (i + 1) & ((1u << HASH_BITS) - 1))
		if (!memcmp(&nodes[hash[i] - 1].w, w, sizeof(*w)))
			break;
	if (!hash[i]) {
		if (nr_nodes >= 3u << (HASH_BITS - 2)) {
			fprintf(stderr, "explore: too many states\n");
			exit(2);
		}
		if (nr_nodes == max_nodes)
			nodes = grow(nodes, &max_nodes, sizeof(*nodes));
		nodes[nr_nodes].w = *w;
		nodes[nr_nodes].from = nr_nodes ? current : 0;
		nodes[nr_nodes].by = doing;
		hash[i] = ++nr_nodes;
	}
	if (nr_edges == max_edges)
		edges = grow(edges, &max_edges, sizeof(*edges));
	edges[nr_edges].from = current;
	edges[nr_edges++].to = hash[i] - 1;
}

static struct world begin(const char *text)
{
	doing = (struct label){ .text = text, .event = -1 };
	return nodes[current].w;
}

/* After a world was built that needs no check of its own step. */
#define MOVE(text, ...)                       \
	do {                                  \
		struct world w = begin(text); \
		__VA_ARGS__;                  \
		emit(&w);                     \
	} while (0)

/* Which parts of the context are not told by the world, for an event. */
static unsigned int free_bits(enum d3cold_event event)
{
	unsigned int bits = C_HOLD | C_BLOCKED | C_UNSUPPORTED | C_NOT_D3HOT;

	if (event == D3COLD_EV_VMM_ENTER)
		bits |= C_BAD_FD;
	if (event == D3COLD_EV_RESUMED)
		bits |= C_OWN_WAKE | C_INTERNAL;
	if (event == D3COLD_EV_GUEST_LEAVE || event == D3COLD_EV_RESET)
		bits |= C_VMM_HOLD;
	return bits;
}

#define EACH_CONTEXT(bits, event)             \
	for (bits = 0; bits <= C_ALL; bits++) \
		if (!(bits & ~free_bits(event)))

static void feed_callback(const char *text, enum d3cold_event event,
			  enum phase done, enum phase refused)
{
	unsigned int bits;

	EACH_CONTEXT(bits, event)
	{
		struct world w = begin(text);

		w.phase = feed(&w, event, bits, true) ? refused : done;
		emit(&w);
	}
}

static void feed_user(const char *text, enum d3cold_event event, enum who who,
		      bool one_shot)
{
	unsigned int bits;

	EACH_CONTEXT(bits, event)
	{
		struct world w = begin(text);
		int error = feed(&w, event, bits, false);

		w.todo_by = w.todo ? who : NOBODY;
		if (event == D3COLD_EV_CLOSE)
			w.closing = 1;
		if (event == D3COLD_EV_VMM_ENTRY && !error)
			w.one_shot = one_shot;
		emit(&w);
	}
}

static void expand_runtime_pm(const struct world *now)
{
	bool frozen = now->ref == NO_REF && !now->todo && !now->policy_pending;

	if (now->cb_todo) {
		struct world w = begin("callback: an action");
		unsigned int action = w.cb_todo & -w.cb_todo;

		w.cb_todo &= ~action;
		act(&w, action);
		emit(&w);
		return;
	}
	switch ((enum phase)now->phase) {
	case AWAKE:
		if (!now->usage)
			MOVE("runtime PM: the delay is over",
			     w.phase = SUSP_ASK);
		/* Works that are not frozen may be under way. */
		if (frozen || now->todo_by == WORKER) {
			feed_callback("system sleep is over:",
				      D3COLD_EV_RESUMED, SYS_TELL, SYS_TELL);
			feed_callback("system sleep is over:", D3COLD_EV_LOSS,
				      SYS_TELL, SYS_TELL);
		}
		break;
	case SUSP_ASK:
		feed_callback("runtime PM:", D3COLD_EV_SUSPENDING, SUSP_BUS,
			      SUSP_BACK);
		feed_callback("runtime PM, not the device that was:",
			      D3COLD_EV_LOSS, SUSP_BACK, SUSP_BACK);
		break;
	case SUSP_BUS:
		feed_callback("runtime PM:", D3COLD_EV_SUSPENDED, SUSP_TELL,
			      SUSP_TELL);
		feed_callback("runtime PM:", D3COLD_EV_SUSPEND_FAILED,
			      SUSP_BACK, SUSP_BACK);
		break;
	case SUSP_TELL:
		MOVE("runtime PM: suspended", w.phase = ASLEEP);
		break;
	case ASLEEP:
		MOVE("somebody resumes the device", w.phase = RES_BUS);
		break;
	case RES_BUS:
		/* max_wake_ms: known before the event, and no other follows. */
		if (now->level)
			MOVE("this wake was too slow", w.level = 0);
		feed_callback("runtime PM:", D3COLD_EV_RESUMED, RES_TELL,
			      RES_TELL);
		feed_callback("runtime PM:", D3COLD_EV_LOSS, RES_TELL,
			      RES_TELL);
		break;
	case SUSP_BACK:
	case RES_TELL:
	case SYS_TELL:
		MOVE("runtime PM: active", w.phase = AWAKE);
		break;
	}
}

/* Who holds the ops_lock goes on, or somebody takes it. */
static void expand_ops(const struct world *now)
{
	bool awake = now->ref == HAS_REF && now->phase == AWAKE;
	unsigned int level, action = now->todo & -now->todo;

	if (action == D3COLD_DO_WAKE) {
		/* Waits; runtime PM does the rest. */
		if (now->phase == AWAKE)
			MOVE("an action: the resume is over", {
				w.todo &= ~D3COLD_DO_WAKE;
				w.todo_by = w.todo ? w.todo_by : NOBODY;
			});
		return;
	}
	if (action) {
		struct world w = begin("an action");

		w.todo &= ~action;
		w.todo_by = w.todo ? w.todo_by : NOBODY;
		act(&w, action);
		emit(&w);
		return;
	}
	if (now->policy_pending) {
		unsigned int bits;

		EACH_CONTEXT(bits, D3COLD_EV_POLICY)
		{
			struct world w = begin("policy:");

			w.policy_pending = 0;
			feed(&w, D3COLD_EV_POLICY, bits, false);
			w.todo_by = w.todo ? POLICY_SETTER : NOBODY;
			emit(&w);
		}
		return;
	}
	if (now->probing)
		MOVE("probe is over", {
			w.probing = 0;
			w.usage--;
		});

	for (level = 0; level <= 3 && !now->probing; level++) {
		struct world w = begin("the policy is set");

		w.level = level;
		w.policy_pending = 1;
		emit(&w);
	}

	/* Served from the shadow, with no wake. */
	if (now->m.asleep && now->t.open && !now->closing)
		feed_user("shadow:", D3COLD_EV_GUEST_ENTER, USER, false);

	/* Sets the policy to off, too. No reference but the machine's. */
	if (now->t.lost) {
		unsigned int bits;

		EACH_CONTEXT(bits, D3COLD_EV_RECOVERED)
		{
			struct world w = begin("root:");

			w.level = 0;
			feed(&w, D3COLD_EV_RECOVERED, bits, false);
			w.todo_by = w.todo ? POLICY_SETTER : NOBODY;
			emit(&w);
		}
	}

	if (!awake)
		return;
	if (now->core_open && !now->t.open && !now->closing)
		feed_user("user:", D3COLD_EV_OPEN, USER, false);
	if (now->closing) {
		struct world w = begin("user: the core closes");

		if (w.core_engaged)
			violate(I_CLOSE, "engaged");
		w.core_open = 0;
		w.closing = 0;
		w.usage--;
		emit(&w);
	}
	if (!now->t.open)
		return;
	/* A mapping keeps the file open. */
	if (!now->mapped)
		feed_user("user:", D3COLD_EV_CLOSE, USER, false);
	feed_user("user:", D3COLD_EV_GUEST_ENTER, USER, false);
	feed_user("user:", D3COLD_EV_GUEST_LEAVE, USER, false);
	feed_user("user:", D3COLD_EV_RESET, USER, false);
	feed_user("work:", D3COLD_EV_RESET, WORKER, false);
	feed_user("user:", D3COLD_EV_VMM_ENTER, USER, false);
	feed_user("user:", D3COLD_EV_VMM_ENTRY, USER, false);
	feed_user("user, with wakeup:", D3COLD_EV_VMM_ENTRY, USER, true);
	feed_user("user:", D3COLD_EV_VMM_LEAVE, USER, false);
}

/* What waits for no lock of ours. */
static void expand_rest(const struct world *now)
{
	bool inside = now->core_open != now->t.open || now->closing ||
		      now->todo_by == USER || now->todo_by == WORKER;
	unsigned int level;

	/* A verified return qualifies the device: more is allowed, no event. */
	for (level = now->level + 1; now->level && level <= 3; level++) {
		struct world w = begin("the device is qualified");

		w.level = level;
		emit(&w);
	}
	if (now->ref == NO_REF && !now->probing)
		MOVE("user: wants the device awake", {
			w.ref = WAITING;
			w.usage++;
		});
	if (now->ref == WAITING && now->phase == AWAKE)
		MOVE("user: has it awake", w.ref = HAS_REF);
	if (now->ref == HAS_REF && !inside)
		MOVE("user: lets go", {
			w.ref = NO_REF;
			w.usage--;
		});
	if (now->ref == HAS_REF && !now->core_open && !now->t.lost)
		MOVE("user: the core opens", {
			w.core_open = 1;
			w.usage++;
		});
	/* The fault handler looks at nothing but this. */
	if (now->t.open && now->core_open && !now->core_engaged && !now->mapped)
		MOVE("user: touches a BAR", w.mapped = 1);
	if (now->mapped)
		MOVE("user: unmaps", w.mapped = 0);
}

static void explore(void)
{
	struct world now;
	unsigned int level;

	for (level = 0; level <= 3; level++) {
		struct world w;

		doing = (struct label){ .text = "probe", .event = -1 };
		memset(&w, 0, sizeof(w));
		d3cold_machine_init(&w.m);
		w.level = level;
		w.probing = 1;
		w.usage = 1;
		w.policy_pending = 1;
		current = nr_nodes;
		emit(&w);
		if (current < nr_nodes)
			nodes[current].from = current;
	}
	for (current = 0; current < nr_nodes; current++) {
		now = nodes[current].w;
		expand_runtime_pm(&now);
		if (now.phase != SYS_TELL || now.todo_by == WORKER)
			expand_ops(&now);
		if (now.phase != SYS_TELL)
			expand_rest(&now);
	}
}

/* ---- properties of the whole ---- */

static bool at_rest(const struct world *w)
{
	return w->m.state == D3COLD_IDLE && !w->core_open && !w->todo &&
	       !w->cb_todo && !w->policy_pending && w->ref == NO_REF &&
	       (w->phase == AWAKE || w->phase == ASLEEP);
}

static void check_path_to_idle(void)
{
	size_t i, head = 0, tail = 0;
	uint32_t *first, *into, *queue;
	unsigned char *seen;

	first = calloc(nr_nodes + 2, sizeof(*first));
	into = calloc(nr_edges + 1, sizeof(*into));
	queue = calloc(nr_nodes + 1, sizeof(*queue));
	seen = calloc(nr_nodes + 1, 1);
	if (!first || !into || !queue || !seen) {
		fprintf(stderr, "explore: out of memory\n");
		exit(2);
	}
	for (i = 0; i < nr_edges; i++)
		first[edges[i].to + 2]++;
	for (i = 2; i < nr_nodes + 2; i++)
		first[i] += first[i - 1];
	for (i = 0; i < nr_edges; i++)
		into[first[edges[i].to + 1]++] = edges[i].from;
	for (i = 0; i < nr_nodes; i++)
		if (at_rest(&nodes[i].w)) {
			seen[i] = 1;
			queue[tail++] = i;
		}
	while (head < tail) {
		uint32_t to = queue[head++], k;

		for (k = first[to]; k < first[to + 1]; k++)
			if (!seen[into[k]]) {
				seen[into[k]] = 1;
				queue[tail++] = into[k];
			}
	}
	for (i = 0; i < nr_nodes; i++)
		if (!seen[i]) {
			current = i;
			doing = (struct label){ .text = "and then never idle",
						.event = -1 };
			violate(I_TO_IDLE, "no path to idle from %s, %s",
				d3cold_state_name(nodes[i].w.m.state),
				phase_names[nodes[i].w.phase]);
		}
	free(first);
	free(into);
	free(queue);
	free(seen);
}

/* Guards against a machine, or a model, in which nothing ever happens. */
static void check_sleeps(void)
{
	unsigned int states = 0, owners = 0;
	bool idle = false;
	size_t i;

	for (i = 0; i < nr_nodes; i++) {
		const struct world *w = &nodes[i].w;

		states |= 1u << w->m.state;
		if (w->phase != ASLEEP)
			continue;
		if (w->t.open)
			owners |= 1u << w->m.entered_by;
		else
			idle = true;
	}
	current = 0;
	doing = (struct label){ .text = "nothing", .event = -1 };
	if (states != (1u << D3COLD_NR_STATES) - 1)
		violate(I_SLEEPS, "states reached: %#x", states);
	if (!idle || owners != 0xe)
		violate(I_SLEEPS, "asleep by owners: %#x, idle: %d", owners,
			idle);
}

static bool wakes(const struct d3cold_machine *m, unsigned int event)
{
	switch (event) {
	case D3COLD_EV_OPEN:
		return !m->open;
	case D3COLD_EV_GUEST_LEAVE:
	case D3COLD_EV_RESET:
	case D3COLD_EV_VMM_ENTER:
	case D3COLD_EV_VMM_ENTRY:
	case D3COLD_EV_VMM_LEAVE:
		return m->open;
	default:
		return false;
	}
}

static void feed_raw(const struct d3cold_machine *m, unsigned int event,
		     const struct d3cold_context *c)
{
	struct d3cold_machine after = *m;
	struct d3cold_result r = d3cold_machine_step(&after, event, c);

	nr_steps++;
	if (event >= D3COLD_NR_EVENTS || m->state >= D3COLD_NR_STATES) {
		if (r.error != -EINVAL || r.actions || !same(&after, m))
			violate(I_DEFINED, "event %u, state %u: %d", event,
				m->state, r.error);
		return;
	}
	if (r.error > 0 || r.error < -4095 || !invariant_any(&after) ||
	    r.actions >= 2 * D3COLD_DO_UNPIN)
		violate(I_DEFINED, "%s gives actions %#x, result %d",
			d3cold_event_name(event), r.actions, r.error);
	if (r.error && r.error != -EIO &&
	    (!same(&after, m) ||
	     (r.actions & ~(D3COLD_DO_BUSY | D3COLD_DO_WAKE))))
		violate(I_REFUSED, "%s gives actions %#x, result %d",
			d3cold_event_name(event), r.actions, r.error);
	/* A user who finds the device asleep is told to wake it. */
	if (m->asleep && wakes(m, event) &&
	    (r.error != -EAGAIN || r.actions != D3COLD_DO_WAKE))
		violate(I_RESULT, "%s, asleep, gives actions %#x, result %d",
			d3cold_event_name(event), r.actions, r.error);

	/* Also where the usage count alone keeps runtime PM from asking. */
	if (event == D3COLD_EV_SUSPENDING && !r.error) {
		if (m->open && !m->engaged)
			violate(I_ENGAGED, "suspending, open and not engaged");
		if (m->state == D3COLD_HELD || m->state == D3COLD_LOST)
			violate(I_PINNED, "suspending, %s",
				d3cold_state_name(m->state));
	}

	if (!possible(m, event) &&
	    (!unchanged(m, &after) ||
	     (r.actions & (D3COLD_DO_ENTRY | D3COLD_DO_EXIT |
			   D3COLD_DO_QUIESCE | D3COLD_DO_RESTORE))))
		violate(I_IMPOSSIBLE, "%s changes the machine",
			d3cold_event_name(event));
}

/* Every event, also the impossible ones, in every reached state, unmodelled. */
static unsigned int check_raw(void)
{
	unsigned char reached[1 << 14] = { 0 };
	unsigned int bits, level, event, key, n = 0;
	struct d3cold_machine m;
	size_t i;

	for (i = 0; i < nr_nodes; i++) {
		m = nodes[i].w.m;
		key = m.state | m.entered_by << 3 | m.open << 5 |
		      m.asleep << 6 | m.engaged << 7 | m.pinned << 8 |
		      m.quiesced << 9;
		if (reached[key])
			continue;
		reached[key] = 1;
		n++;
		current = i;
		for (event = 0; event <= D3COLD_NR_EVENTS + 1u; event++)
			for (level = 0; level <= 3; level++)
				for (bits = 0; bits <= C_ALL; bits++) {
					struct d3cold_context c =
						context(level, bits);

					doing = (struct label){
						.text = "raw:",
						.event = event,
						.context = bits,
						.level = level,
					};
					feed_raw(&m, event, &c);
				}
		m.state = D3COLD_NR_STATES;
		feed_raw(&m, D3COLD_EV_OPEN, &(struct d3cold_context){ 0 });
		m.state = 255;
		feed_raw(&m, D3COLD_EV_CLOSE, &(struct d3cold_context){ 0 });
	}
	bad = false;
	return n;
}

/* Which impossible events do change something, all of them, for the reader. */
static void list_impossible(void)
{
	struct d3cold_context c = context(3, 0);
	unsigned char seen[D3COLD_NR_STATES][D3COLD_NR_EVENTS][4] = { 0 };
	unsigned int event, k;
	size_t i;

	for (i = 0; i < nr_nodes; i++)
		for (event = 0; event < D3COLD_NR_EVENTS; event++) {
			struct d3cold_machine m = nodes[i].w.m, after = m;

			k = m.quiesced + 2 * m.asleep;
			if (possible(&m, event) || seen[m.state][event][k])
				continue;
			d3cold_machine_step(&after, event, &c);
			if (unchanged(&m, &after))
				continue;
			seen[m.state][event][k] = 1;
			printf("#   %s in %s%s%s\n", d3cold_event_name(event),
			       d3cold_state_name(m.state),
			       m.quiesced ? ", quiesced" : "",
			       m.asleep ? ", asleep" : "");
		}
}

int main(void)
{
	unsigned int i, machines, failed = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	hash = calloc(1u << HASH_BITS, sizeof(*hash));
	if (!hash)
		return 2;
	explore();
	machines = check_raw();
	check_sleeps();
	check_path_to_idle();
	if (violations[I_IMPOSSIBLE]) {
		printf("# impossible events that change the machine:\n");
		list_impossible();
	}

	for (i = 0; i < NR_INVARIANTS; i++) {
		printf("%sok %u - %s: %s\n", violations[i] ? "not " : "", i + 1,
		       invariants[i].name, invariants[i].text);
		failed += !!violations[i];
	}
	printf("1..%u\n", i);
	printf("# %u machine states in %zu states of the model, %zu transitions, %lu steps; %u of %u invariants violated\n",
	       machines, nr_nodes, nr_edges, nr_steps, failed, i);
	free(nodes);
	free(edges);
	free(hash);
	return failed ? 1 : 0;
}
