// SPDX-License-Identifier: GPL-2.0-only
/*
 * A recording as a picture. It stands alone: no script, no font and no file
 * from elsewhere.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "timeline.h"
#include "util.h"

#define WIDTH 1000
#define MARGIN 16
#define PLOT (WIDTH - 2 * MARGIN)
#define TOP 64 /* legend and axis */
#define BLOCK 92 /* height of one device */
#define POWER_Y 42 /* in its block */
#define POWER_H 22
#define STATE_Y 67
#define STATE_H 7
#define LABEL_ROOM 54 /* width of a wake's label */

static const char style[] =
	"<style>"
	"svg.d3cold{--ink:#1b1f24;--soft:#59636e;--line:#d1d9e0;--paper:#fff;"
	"--d0:#e8833a;--d3hot:#d9c86a;--d3cold:#2f6fb3;--unknown:#c8cdd2;"
	"--entered:#8a6fc0;--held:#b05fa3;--active:#7d8590;--lost:#c62828;"
	"background:var(--paper);font:12px system-ui,sans-serif}"
	"@media(prefers-color-scheme:dark){svg.d3cold{--ink:#e6edf3;"
	"--soft:#9aa4ae;--line:#3a424b;--paper:#14181d;--d0:#d9772f;"
	"--d3hot:#b5a44c;--d3cold:#4a8fd8;--unknown:#4a525b;--entered:#a58ce0;"
	"--held:#cf7fc2;--active:#87919b;--lost:#f0524f}}"
	".d3cold text{fill:var(--ink)}.d3cold .soft{fill:var(--soft)}"
	".d3cold .name{font-weight:600;font-size:13px}"
	".d3cold .line{stroke:var(--line)}.d3cold .wake{fill:var(--ink)}"
	".d3cold .D0{fill:var(--d0)}.d3cold .D3hot{fill:var(--d3hot)}"
	".d3cold .D3cold{fill:var(--d3cold)}"
	".d3cold .unknown{fill:var(--unknown)}"
	".d3cold .idle{fill:none}.d3cold .active{fill:var(--active)}"
	".d3cold .entered,.d3cold .suspended{fill:var(--entered)}"
	".d3cold .suspended{opacity:.55}"
	".d3cold .held{fill:var(--held)}.d3cold .lost{fill:var(--lost)}"
	"</style>\n";

static void text_out(FILE *f, const char *s)
{
	for (; *s; s++) {
		switch (*s) {
		case '<':
			fputs("&lt;", f);
			break;
		case '>':
			fputs("&gt;", f);
			break;
		case '&':
			fputs("&amp;", f);
			break;
		case '"':
			fputs("&quot;", f);
			break;
		default:
			fputc(*s, f);
		}
	}
}

static double x_of(const struct timeline *t, uint64_t at)
{
	uint64_t whole = t->to > t->from ? t->to - t->from : 1;

	return MARGIN + (double)(at - t->from) * PLOT / (double)whole;
}

/* A distance as people read it, with as many digits as a step needs. */
static const char *time_text(char buf[DURATION_LEN], uint64_t us, uint64_t step)
{
	if (step < 1000)
		snprintf(buf, DURATION_LEN, "%.1f ms", (double)us / 1e3);
	else if (step < 1000000)
		snprintf(buf, DURATION_LEN, "%.*f s",
			 step < 10000  ? 3 :
			 step < 100000 ? 2 :
					 1,
			 (double)us / 1e6);
	else if (us < 120000000)
		snprintf(buf, DURATION_LEN, "%" PRIu64 " s", us / 1000000);
	else
		format_ms(buf, us / 1000);
	return buf;
}

/* At most ten of them: decimal below a second, above it as clocks count. */
static uint64_t tick_step(uint64_t whole)
{
	static const uint64_t ms[] = { 1,	2,	 5,	   10,
				       20,	50,	 100,	   200,
				       500,	1000,	 2000,	   5000,
				       10000,	15000,	 30000,	   60000,
				       120000,	300000,	 600000,   1800000,
				       3600000, 7200000, 21600000, 43200000 };
	const uint64_t day = 86400000000;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ms); i++)
		if (whole / (ms[i] * 1000) <= 10)
			return ms[i] * 1000;
	return (whole / 10 / day + 1) * day;
}

static void axis(FILE *f, const struct timeline *t, double bottom)
{
	uint64_t whole = t->to - t->from, step = tick_step(whole), at;
	char text[DURATION_LEN];

	for (at = 0; at <= whole; at += step) {
		double x = x_of(t, t->from + at);

		fprintf(f,
			"<line class=\"line\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%.0f\"/>"
			"<text class=\"soft\" x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%s</text>\n",
			x, x, TOP - 8, bottom, x, TOP - 13,
			!at		       ? "start" :
			x > WIDTH - 2 * MARGIN ? "end" :
						 "middle",
			time_text(text, at, step));
	}
}

static double legend_item(FILE *f, double x, const char *class,
			  const char *text)
{
	fprintf(f,
		"<rect class=\"%s\" x=\"%.0f\" y=\"13\" width=\"12\" height=\"12\" rx=\"2\"/>"
		"<text x=\"%.0f\" y=\"23\">%s</text>\n",
		class, x, x + 17, text);
	return x + 33 + 6.2 * (double)strlen(text);
}

static void legend(FILE *f)
{
	static const char *const items[][2] = {
		{ "D0", "D0" },		  { "D3hot", "D3hot" },
		{ "D3cold", "D3cold" },	  { "active", "open" },
		{ "entered", "entered" }, { "suspended", "entered, asleep" },
		{ "held", "held awake" }, { "lost", "lost" },
	};
	double x = MARGIN;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(items); i++)
		x = legend_item(f, x, items[i][0], items[i][1]);
	fprintf(f,
		"<path class=\"wake\" d=\"M%.0f 14h10l-5 9z\"/><text x=\"%.0f\" y=\"23\">wake</text>\n",
		x + 1, x + 17);
	fprintf(f,
		"<circle class=\"lost\" cx=\"%.0f\" cy=\"19\" r=\"3.5\"/><text x=\"%.0f\" y=\"23\">recovery tried</text>\n",
		x + 70, x + 78);
}

static void bands(FILE *f, const struct timeline *t, const struct spans *spans,
		  const char *(*name)(unsigned int), double y, int height)
{
	char text[DURATION_LEN];
	size_t i;

	for (i = 0; i < spans->n; i++) {
		uint64_t from = spans->v[i].from;
		uint64_t to = i + 1 < spans->n ? spans->v[i + 1].from : t->to;
		double x = x_of(t, from), width = x_of(t, to) - x;

		fprintf(f,
			"<rect class=\"%s\" x=\"%.2f\" y=\"%.0f\" width=\"%.2f\" height=\"%d\"><title>%s for %s</title></rect>\n",
			name(spans->v[i].is), x, y, width > 0.5 ? width : 0.5,
			height, name(spans->v[i].is),
			time_text(text, to - from, (to - from) / 100));
	}
}

static const char *wake_text(char *buf, size_t size, const struct wake *wake)
{
	snprintf(buf, size, "%s from %s, took %.1f ms%s",
		 cause_name(wake->cause), wake->cold ? "D3cold" : "D3hot",
		 (double)wake->took / 1e3,
		 wake->verified ? "" : ", NOT VERIFIED");
	return buf;
}

/* Each has a mark; names only where there is room for them. */
static void marks(FILE *f, const struct timeline *t, const struct track *track,
		  double y)
{
	double free_from = 0;
	char text[80];
	size_t i;

	for (i = 0; i < track->n_wakes; i++) {
		const struct wake *wake = &track->wakes[i];
		double x = x_of(t, wake->at);

		fprintf(f,
			"<path class=\"%s\" d=\"M%.1f %.0fh8l-4 7z\"><title>%s</title></path>\n",
			wake->verified ? "wake" : "lost", x - 4,
			y + POWER_Y - 9, wake_text(text, sizeof(text), wake));
		if (x < free_from || x > WIDTH - MARGIN - LABEL_ROOM)
			continue;
		fprintf(f,
			"<text class=\"soft\" x=\"%.1f\" y=\"%.0f\">%s</text>\n",
			x + 6, y + POWER_Y - 3, cause_name(wake->cause));
		free_from = x + LABEL_ROOM;
	}
	for (i = 0; i < track->n_rungs; i++)
		fprintf(f,
			"<circle class=\"lost\" cx=\"%.1f\" cy=\"%.0f\" r=\"3.5\"><title>recovery by %s: %s</title></circle>\n",
			x_of(t, track->rungs[i].at), y + STATE_Y + STATE_H + 5,
			track->rungs[i].step,
			track->rungs[i].verified ? "it is there" : "in vain");
}

static void block(FILE *f, const struct timeline *t, const struct track *track,
		  double y)
{
	uint64_t us[POWERS], whole = t->to > t->from ? t->to - t->from : 1;

	track_times(t, track, us);
	fprintf(f, "<text class=\"name\" x=\"%d\" y=\"%.0f\">%s", MARGIN,
		y + 20, track->id);
	if (track->name) {
		fputs(" <tspan class=\"soft\" font-weight=\"400\">", f);
		text_out(f, track->name);
		fputs("</tspan>", f);
	}
	fprintf(f,
		"</text>\n<text x=\"%d\" y=\"%.0f\" text-anchor=\"end\">%.1f %% in D3cold, %zu %s</text>\n",
		WIDTH - MARGIN, y + 20,
		100 * (double)us[POWER_D3COLD] / (double)whole, track->n_wakes,
		track->n_wakes == 1 ? "wake" : "wakes");
	bands(f, t, &track->power, power_name, y + POWER_Y, POWER_H);
	bands(f, t, &track->state, state_name, y + STATE_Y, STATE_H);
	marks(f, t, track, y);
}

/**
 * timeline_svg() - draw a recording
 * @f: where
 * @t: recording
 */
void timeline_svg(FILE *f, const struct timeline *t)
{
	double height = TOP + BLOCK * (double)t->n + 8;
	size_t i;

	fprintf(f,
		"<svg class=\"d3cold\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %.0f\" role=\"img\">\n"
		"<title>Power states of %zu %s</title>\n",
		WIDTH, height, t->n, t->n == 1 ? "device" : "devices");
	fputs(style, f);
	fprintf(f,
		"<rect width=\"%d\" height=\"%.0f\" style=\"fill:var(--paper)\"/>\n",
		WIDTH, height);
	axis(f, t, height - 8);
	legend(f);
	for (i = 0; i < t->n; i++)
		block(f, t, &t->tracks[i], TOP + BLOCK * (double)i);
	fputs("</svg>\n", f);
}
