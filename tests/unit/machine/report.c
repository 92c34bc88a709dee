// SPDX-License-Identifier: GPL-2.0-only
/*
 * The invariants, and how a violation is told: by the trace that leads there.
 */
#include <stdarg.h>
#include <stdio.h>

#include "world.h"

const char *const phase_names[] = {
	"awake",	  "asked to suspend", "suspending",
	"just suspended", "suspend refused",  "asleep",
	"resuming",	  "just resumed",     "back from system sleep",
};

static const char *const context_names[] = {
	"hold",	    "blocked",	"unsupported", "not_d3hot", "bad_fd",
	"own_wake", "one_shot", "internal",    "vmm_hold",
};

const char *const level_names[] = { "off", "idle", "explicit", "guest" };

const char *event_name(unsigned int event)
{
	static const char *const names[] = {
		[D3COLD_EV_OPEN] = "open",
		[D3COLD_EV_CLOSE] = "close",
		[D3COLD_EV_GUEST_ENTER] = "guest_enter",
		[D3COLD_EV_GUEST_LEAVE] = "guest_leave",
		[D3COLD_EV_RESET] = "reset",
		[D3COLD_EV_VMM_ENTER] = "vmm_enter",
		[D3COLD_EV_VMM_ENTRY] = "vmm_entry",
		[D3COLD_EV_VMM_LEAVE] = "vmm_leave",
		[D3COLD_EV_POLICY] = "policy",
		[D3COLD_EV_SUSPENDING] = "suspending",
		[D3COLD_EV_SUSPENDED] = "suspended",
		[D3COLD_EV_SUSPEND_FAILED] = "suspend_failed",
		[D3COLD_EV_RESUMED] = "resumed",
		[D3COLD_EV_LOSS] = "loss",
		[D3COLD_EV_RECOVERED] = "recovered",
	};

	return event < D3COLD_NR_EVENTS ? names[event] : "?";
}

const struct invariant_text invariants[NR_INVARIANTS] = {
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

unsigned int violations[NR_INVARIANTS];
bool bad;

static void print_label(const struct label *l)
{
	unsigned int i;

	printf("#     %s", l->text);
	if (l->event >= 0) {
		printf(" %s, policy %s", event_name(l->event),
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
void violate(enum invariant i, const char *fmt, ...)
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
