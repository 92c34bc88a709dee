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
#include <stdio.h>
#include <string.h>

#include "world.h"

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

int main(void)
{
	unsigned int i, machines, failed = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	graph_begin();
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
	graph_end();
	return failed ? 1 : 0;
}
