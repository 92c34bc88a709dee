// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the text of a recording to what each device did.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "timeline.h"
#include "util.h"

static const char ours[] = "# d3coldctl ";

struct line {
	uint64_t at;
	char *text; /* after the time */
	bool look; /* ours, not an event */
};

struct lines {
	struct line *v;
	size_t n;
};

static unsigned int find_power(const char *name)
{
	unsigned int i;

	for (i = 0; i < POWERS; i++)
		if (streq(power_name(i), name))
			return i;
	/* D1 and D2 are no sleep that anybody gains from */
	return *name == 'D' ? POWER_D0 : POWER_UNKNOWN;
}

static unsigned int find_state(const char *name)
{
	unsigned int i;

	for (i = 0; i < STATE_UNKNOWN; i++)
		if (streq(state_name(i), name))
			return i;
	return STATE_UNKNOWN;
}

/* "12.345678" of any clock of tracing, to microseconds; a time of 3000 years is
 * none. */
static bool parse_time(const char *s, uint64_t *us)
{
	uint64_t value = 0;
	int digits = 0;

	if (!isdigit((unsigned char)*s) || strspn(s, "0123456789") > 11)
		return false;
	for (; isdigit((unsigned char)*s); s++)
		value = value * 10 + (uint64_t)(*s - '0');
	if (*s == '.')
		for (s++; isdigit((unsigned char)*s) && digits < 6; digits++)
			value = value * 10 + (uint64_t)(*s++ - '0');
	for (; digits < 6; digits++)
		value *= 10;
	*us = value;
	return true;
}

static struct track *track_of(struct timeline *t, const char *id)
{
	struct bdf bdf;
	size_t i;

	if (!bdf_parse(id, &bdf))
		return NULL;
	for (i = 0; i < t->n; i++)
		if (streq(t->tracks[i].id, id))
			return &t->tracks[i];
	t->tracks = xrealloc(t->tracks, t->n + 1, sizeof(*t->tracks));
	memset(&t->tracks[t->n], 0, sizeof(*t->tracks));
	t->tracks[t->n].id = xstrdup(id);
	return &t->tracks[t->n++];
}

static void span_add(struct spans *spans, uint64_t from, unsigned int is)
{
	struct span *last = spans->n ? &spans->v[spans->n - 1] : NULL;

	if (last && last->is == is)
		return;
	if (last && from < last->from)
		from = last->from;
	spans->v = xrealloc(spans->v, spans->n + 1, sizeof(*spans->v));
	spans->v[spans->n++] = (struct span){ from, is };
}

/* The first word about something also says what it was before. */
static void span_change(const struct timeline *t, struct spans *spans,
			uint64_t at, unsigned int was, unsigned int is)
{
	if (!spans->n)
		span_add(spans, t->from, was);
	span_add(spans, at, is);
}

static void on_step(const struct timeline *t, struct track *track, uint64_t at,
		    const char *text)
{
	unsigned int event, from, to;

	if (sscanf(text, "event=%u from=%u to=%u", &event, &from, &to) == 3)
		span_change(t, &track->state, at, from, to);
}

static void on_suspend(const struct timeline *t, struct track *track,
		       uint64_t at, const char *text)
{
	unsigned int reached;
	int error;

	if (sscanf(text, "reached=D%u error=%d", &reached, &error) == 2 &&
	    !error && reached >= 3)
		span_change(t, &track->power, at, POWER_D0,
			    reached == 3 ? POWER_D3HOT : POWER_D3COLD);
}

/*
 * It is said at the end of the resume; the power came at its beginning, and we
 * may have looked in between.
 */
static void on_resume(const struct timeline *t, struct track *track,
		      uint64_t at, const char *text)
{
	unsigned int cause, cold, verified;
	struct spans *p = &track->power;
	struct span *before;
	struct wake *wake;
	uint64_t ns;

	if (sscanf(text, "cause=%u cold=%u verified=%u took_ns=%" SCNu64,
		   &cause, &cold, &verified, &ns) != 4)
		return;
	track->wakes = xrealloc(track->wakes, track->n_wakes + 1,
				sizeof(*track->wakes));
	wake = &track->wakes[track->n_wakes++];
	*wake = (struct wake){ .at = at - ns / 1000,
			       .took = ns / 1000,
			       .cause = cause,
			       .cold = cold,
			       .verified = verified };
	if (wake->at < t->from || wake->at > at)
		wake->at = t->from;
	if (p->n > 1 && p->v[p->n - 1].is == POWER_D0 &&
	    p->v[p->n - 1].from > wake->at) {
		before = &p->v[p->n - 2];
		before[1].from = wake->at > before->from ? wake->at :
							   before->from;
		if (cold && before->is == POWER_D3HOT)
			before->is = POWER_D3COLD;
		return;
	}
	/* D3cold that came through the port, with nobody looking */
	if (p->n && cold && p->v[p->n - 1].is == POWER_D3HOT)
		p->v[p->n - 1].is = POWER_D3COLD;
	span_change(t, p, wake->at, cold ? POWER_D3COLD : POWER_D3HOT,
		    POWER_D0);
}

static void on_recovery(struct track *track, uint64_t at, const char *text)
{
	unsigned int verified;
	struct rung rung = { .at = at };

	if (sscanf(text, "step=%8s verified=%u", rung.step, &verified) != 2)
		return;
	rung.verified = verified;
	track->rungs = xrealloc(track->rungs, track->n_rungs + 1,
				sizeof(*track->rungs));
	track->rungs[track->n_rungs++] = rung;
}

static void on_look(const struct timeline *t, struct track *track, uint64_t at,
		    const char *text)
{
	char power[16], state[16];

	if (sscanf(text, "%15s %15s", power, state) != 2)
		return;
	span_change(t, &track->power, at, find_power(power), find_power(power));
	span_change(t, &track->state, at, find_state(state), find_state(state));
}

/* "0000:01:00.0 REST": the device, and where the rest begins */
static struct track *take_device(struct timeline *t, char *text, char **rest)
{
	size_t n = strcspn(text, " ");

	*rest = text + n;
	if (**rest)
		*(*rest)++ = '\0';
	*rest += strspn(*rest, " ");
	return track_of(t, text);
}

static void one_line(struct timeline *t, const struct line *line)
{
	size_t n = strcspn(line->text, ":");
	char *event = line->text, *text = line->text, *rest;
	struct track *track;

	if (!line->look) {
		if (!text[n])
			return;
		text += n;
		*text++ = '\0';
		text += strspn(text, " ");
	}
	track = take_device(t, text, &rest);
	if (!track)
		return;
	if (line->look)
		on_look(t, track, line->at, rest);
	else if (streq(event, "d3cold_step"))
		on_step(t, track, line->at, rest);
	else if (streq(event, "d3cold_suspend"))
		on_suspend(t, track, line->at, rest);
	else if (streq(event, "d3cold_resume"))
		on_resume(t, track, line->at, rest);
	else if (streq(event, "d3cold_recovery"))
		on_recovery(track, line->at, rest);
}

static void line_add(struct lines *lines, uint64_t at, char *text, bool look)
{
	lines->v = xrealloc(lines->v, lines->n + 1, sizeof(*lines->v));
	lines->v[lines->n++] = (struct line){ at, text, look };
}

/* "TASK-PID [CPU] FLAGS TIME: d3cold_EVENT: ..." */
static void take_event(struct lines *lines, char *text)
{
	char *event = strstr(text, ": d3cold_"), *time;
	uint64_t at;

	if (!event)
		return;
	*event = '\0';
	time = strrchr(text, ' ');
	if (time && parse_time(time + 1, &at))
		line_add(lines, at, event + 2, false);
}

static void take_ours(struct timeline *t, struct lines *lines, char *text)
{
	size_t n = strcspn(text, " ");
	char *rest = text + n, *name;
	struct track *track;
	uint64_t at;

	if (*rest)
		*rest++ = '\0';
	if (streq(text, "device")) {
		track = take_device(t, rest, &name);
		if (track && !track->name)
			track->name = xstrdup(name);
	} else if (streq(text, "start")) {
		t->epoch = strtoull(rest, &rest, 10);
		if (parse_time(rest + strspn(rest, " "), &at))
			t->from = at;
	} else if (streq(text, "end")) {
		if (parse_time(rest, &at))
			t->to = at;
	} else if (streq(text, "look") && parse_time(rest, &at)) {
		rest += strcspn(rest, " ");
		line_add(lines, at, rest + strspn(rest, " "), true);
	}
}

static int by_time(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (x->text > y->text) - (x->text < y->text);
}

static int by_id(const void *a, const void *b)
{
	const struct track *x = a, *y = b;

	return strcmp(x->id, y->id);
}

/**
 * timeline_parse() - read a recording
 * @t:    result, to be freed by timeline_free(); without tracks if the text has
 *        nothing of ours
 * @text: the recording, changed by this
 */
void timeline_parse(struct timeline *t, char *text)
{
	unsigned long long kept, written;
	struct lines lines = { 0 };
	char *save = NULL, *line;
	size_t i;

	memset(t, 0, sizeof(*t));
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		if (!strncmp(line, ours, strlen(ours)))
			take_ours(t, &lines, line + strlen(ours));
		else if (sscanf(line,
				"# entries-in-buffer/entries-written: %llu/%llu",
				&kept, &written) == 2)
			t->missing = written - kept;
		else
			take_event(&lines, line);
	}
	if (lines.n) {
		qsort(lines.v, lines.n, sizeof(*lines.v), by_time);
		if (!t->from || lines.v[0].at < t->from)
			t->from = lines.v[0].at;
		if (lines.v[lines.n - 1].at > t->to)
			t->to = lines.v[lines.n - 1].at;
	}
	if (t->to < t->from)
		t->to = t->from;
	for (i = 0; i < lines.n; i++)
		one_line(t, &lines.v[i]);
	if (t->n)
		qsort(t->tracks, t->n, sizeof(*t->tracks), by_id);
	free(lines.v);
}
