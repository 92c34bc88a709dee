// SPDX-License-Identifier: GPL-2.0-only
/*
 * Properties of all worlds together, and of the machine beyond the model.
 */
#include <stdio.h>
#include <stdlib.h>

#include "invariant.h"
#include "world.h"

static bool at_rest(const struct world *w)
{
	return w->m.state == D3COLD_IDLE && !w->core_open && !w->todo &&
	       !w->cb_todo && !w->policy_pending && w->ref == NO_REF &&
	       (w->phase == AWAKE || w->phase == ASLEEP);
}

void check_path_to_idle(void)
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
void check_sleeps(void)
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
			event_name(event), r.actions, r.error);
	if (r.error && r.error != -EIO &&
	    (!same(&after, m) ||
	     (r.actions & ~(D3COLD_DO_BUSY | D3COLD_DO_WAKE))))
		violate(I_REFUSED, "%s gives actions %#x, result %d",
			event_name(event), r.actions, r.error);
	/* A user who finds the device asleep is told to wake it. */
	if (m->asleep && wakes(m, event) &&
	    (r.error != -EAGAIN || r.actions != D3COLD_DO_WAKE))
		violate(I_RESULT, "%s, asleep, gives actions %#x, result %d",
			event_name(event), r.actions, r.error);

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
			event_name(event));
}

/* Every event, also the impossible ones, in every reached state, unmodelled. */
unsigned int check_raw(void)
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
void list_impossible(void)
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
			printf("#   %s in %s%s%s\n", event_name(event),
			       d3cold_state_name(m.state),
			       m.quiesced ? ", quiesced" : "",
			       m.asleep ? ", asleep" : "");
		}
}
