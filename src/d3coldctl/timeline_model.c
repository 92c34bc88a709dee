// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a recording says, and the names of it.
 */
#include <stdlib.h>
#include <string.h>

#include "timeline.h"
#include "util.h"

/**
 * cause_name() - name of a wake's cause
 * @cause: VFIO_D3COLD_WAKE_*
 */
const char *cause_name(unsigned int cause)
{
	static const char *const names[] = { "guest",	"vmm",	   "open",
					     "close",	"reset",   "policy",
					     "recover", "sibling", "async",
					     "system",	"host" };

	return cause < ARRAY_SIZE(names) ? names[cause] : "unknown";
}

/**
 * power_name() - name of a power state
 * @power: enum power
 */
const char *power_name(unsigned int power)
{
	static const char *const names[POWERS] = { "unknown", "D0", "D3hot",
						   "D3cold" };

	return names[power < POWERS ? power : 0];
}

/**
 * state_name() - name of a state of the driver's machine
 * @state: VFIO_D3COLD_STATE_*
 */
const char *state_name(unsigned int state)
{
	static const char *const names[] = { "idle",	  "active", "entered",
					     "suspended", "held",   "lost" };

	return state < ARRAY_SIZE(names) ? names[state] : "unknown";
}

/**
 * track_times() - how long a device was in each power state
 * @t:     recording
 * @track: device
 * @us:    result
 */
void track_times(const struct timeline *t, const struct track *track,
		 uint64_t us[POWERS])
{
	size_t i;

	memset(us, 0, POWERS * sizeof(*us));
	for (i = 0; i < track->power.n; i++) {
		uint64_t to = i + 1 < track->power.n ?
				      track->power.v[i + 1].from :
				      t->to;

		us[track->power.v[i].is] += to - track->power.v[i].from;
	}
}

/**
 * timeline_free() - free a recording
 * @t: recording
 */
void timeline_free(struct timeline *t)
{
	size_t i;

	for (i = 0; i < t->n; i++) {
		free(t->tracks[i].id);
		free(t->tracks[i].name);
		free(t->tracks[i].power.v);
		free(t->tracks[i].state.v);
		free(t->tracks[i].wakes);
		free(t->tracks[i].rungs);
	}
	free(t->tracks);
	memset(t, 0, sizeof(*t));
}
