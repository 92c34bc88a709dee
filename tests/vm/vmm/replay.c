// SPDX-License-Identifier: GPL-2.0-only
/*
 * Model against reality: the driver's trace of its steps, fed to the same state
 * machine in user space.
 */
#include <stdio.h>
#include <string.h>

#include "machine.h"
#include "vmm.h"

#define MAX_DEVICES 16

/* As d3cold_context_bits() packs it */
_Static_assert(sizeof(struct d3cold_context) == 12 * sizeof(bool),
	       "replay knows 12 members");

static struct d3cold_context unpack(unsigned int bits)
{
	struct d3cold_context c = { 0 };
	bool *member = (bool *)&c;

	for (size_t i = 0; i < sizeof(c) / sizeof(*member); i++)
		member[i] = bits >> i & 1;
	return c;
}

struct step {
	char bdf[16];
	unsigned int event, from, to, actions, context;
	int error;
};

static bool parse(const char *line, struct step *s)
{
	const char *text = strstr(line, ": d3cold_step: ");

	return text &&
	       sscanf(text,
		      ": d3cold_step: %15s event=%u from=%u to=%u actions=%x error=%d context=%x",
		      s->bdf, &s->event, &s->from, &s->to, &s->actions,
		      &s->error, &s->context) == 7;
}

/* Does the machine do what the driver's did? Then it goes the same way. */
static bool agrees(struct d3cold_machine *m, const struct step *s)
{
	struct d3cold_context c = unpack(s->context);
	unsigned int from = m->state;
	struct d3cold_result r = d3cold_machine_step(m, s->event, &c);

	return from == s->from && m->state == s->to &&
	       r.actions == s->actions && r.error == s->error;
}

static void do_replay(struct result *r, int argc, char **argv)
{
	struct {
		char bdf[16];
		struct d3cold_machine machine;
	} devices[MAX_DEVICES];
	bool seen[D3COLD_NR_STATES][D3COLD_NR_EVENTS] = { 0 };
	unsigned long steps = 0, disagree = 0, pairs = 0, unread = 0;
	char line[512], first[512] = "";
	size_t n = 0, i;
	struct step s;
	FILE *f = fopen(argv[1], "r");

	(void)argc;
	if (!f) {
		say_errno(r);
		return;
	}
	while (fgets(line, sizeof(line), f)) {
		if (*line == '#')
			continue;
		if (!parse(line, &s)) {
			unread++;
			continue;
		}
		for (i = 0; i < n && strcmp(devices[i].bdf, s.bdf); i++)
			;
		if (i == MAX_DEVICES)
			break;
		if (i == n) {
			memcpy(devices[n].bdf, s.bdf, sizeof(s.bdf));
			d3cold_machine_init(&devices[n++].machine);
		}
		steps++;
		if (s.from < D3COLD_NR_STATES && s.event < D3COLD_NR_EVENTS &&
		    !seen[s.from][s.event]) {
			seen[s.from][s.event] = true;
			pairs++;
		}
		if (!agrees(&devices[i].machine, &s) && !disagree++)
			snprintf(first, sizeof(first), "%s", line);
	}
	fclose(f);
	first[strcspn(first, "\n")] = '\0';
	say(r, "devices=%zu steps=%lu pairs=%lu unread=%lu disagree=%lu%s%s", n,
	    steps, pairs, unread, disagree, disagree ? " first: " : "", first);
}

const struct command replay_commands[] = {
	{ "replay", 1, do_replay,
	  "FILE    a trace of d3cold_step from the bind on: does machine.c agree?" },
	{ NULL, 0, NULL, NULL },
};
