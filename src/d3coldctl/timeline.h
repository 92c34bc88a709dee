/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A recording: trace events of the driver as tracefs prints them, between lines
 * of our own that begin with "# d3coldctl":
 *
 *	start EPOCH-SECONDS MONOTONIC-SECONDS
 *	device BDF NAME
 *	look SECONDS BDF POWER-STATE STATE
 *	end SECONDS
 *
 * and what it says of each device. Times are in microseconds of the trace's
 * clock. A trace of somebody else's, without our lines, will do as well.
 */
#ifndef D3COLDCTL_TIMELINE_H
#define D3COLDCTL_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum power {
	POWER_UNKNOWN,
	POWER_D0,
	POWER_D3HOT,
	POWER_D3COLD,
	POWERS,
};

struct span {
	uint64_t from; /* until the next one begins */
	unsigned int is; /* enum power, or VFIO_D3COLD_STATE_* */
};

#define STATE_UNKNOWN 6 /* one more than the driver has */

struct spans {
	struct span *v;
	size_t n;
};

struct wake {
	uint64_t at;
	uint64_t took;
	unsigned int cause; /* VFIO_D3COLD_WAKE_* */
	bool cold; /* from D3cold */
	bool verified;
};

struct rung { /* of the recovery ladder */
	uint64_t at;
	char step[9];
	bool verified;
};

struct track { /* one device */
	char *id;
	char *name;
	struct spans power;
	struct spans state;
	struct wake *wakes;
	size_t n_wakes;
	struct rung *rungs;
	size_t n_rungs;
};

struct timeline {
	uint64_t from, to;
	uint64_t epoch; /* seconds at from; 0 if not known */
	uint64_t missing; /* events that the trace buffer has dropped */
	struct track *tracks;
	size_t n;
};

void timeline_parse(struct timeline *t, char *text);
void timeline_free(struct timeline *t);
const char *cause_name(unsigned int cause);
const char *power_name(unsigned int power);
const char *state_name(unsigned int state);
void track_times(const struct timeline *t, const struct track *track,
		 uint64_t us[POWERS]);

char *timeline_record(unsigned long seconds, int *code);

void timeline_svg(FILE *f, const struct timeline *t);
void timeline_html(FILE *f, const struct timeline *t);

#endif
