// SPDX-License-Identifier: GPL-2.0-only
/*
 * A recording as a page: the picture, and tables. It works without network.
 */
#include <inttypes.h>
#include <time.h>

#include "timeline.h"
#include "util.h"

static void times_row(FILE *f, const struct timeline *t,
		      const struct track *track)
{
	uint64_t us[POWERS], longest = 0;
	char text[DURATION_LEN];
	unsigned int i;
	size_t k;

	track_times(t, track, us);
	fprintf(f, "<tr><th scope=\"row\">%s</th>", track->id);
	for (i = POWER_D0; i < POWERS; i++)
		fprintf(f, "<td>%s</td>", format_ms(text, us[i] / 1000));
	for (k = 0; k < track->n_wakes; k++)
		if (track->wakes[k].took > longest)
			longest = track->wakes[k].took;
	fprintf(f, "<td>%zu</td><td>%.1f ms</td></tr>\n", track->n_wakes,
		(double)longest / 1e3);
}

static void wakes_table(FILE *f, const struct timeline *t,
			const struct track *track)
{
	size_t i;

	if (!track->n_wakes)
		return;
	fprintf(f,
		"<details%s><summary>%s: %zu %s</summary><table>\n"
		"<tr><th>after</th><th>by</th><th>from</th><th>took</th><th></th></tr>\n",
		track->n_wakes <= 12 ? " open" : "", track->id, track->n_wakes,
		track->n_wakes == 1 ? "wake" : "wakes");
	for (i = 0; i < track->n_wakes; i++) {
		const struct wake *wake = &track->wakes[i];

		fprintf(f,
			"<tr><td>%.3f s</td><td>%s</td><td>%s</td><td>%.1f ms</td><td>%s</td></tr>\n",
			(double)(wake->at - t->from) / 1e6,
			cause_name(wake->cause),
			wake->cold ? "D3cold" : "D3hot",
			(double)wake->took / 1e3,
			wake->verified ? "" : "<b>not verified</b>");
	}
	fputs("</table></details>\n", f);
}

static const char page_head[] =
	"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
	"<title>Power states</title>"
	"<meta name=\"viewport\" content=\"width=device-width\">"
	"<meta name=\"color-scheme\" content=\"light dark\">"
	"<link rel=\"icon\" href=\"data:,\">"
	"<style>body{font:14px system-ui,sans-serif;max-width:1000px;"
	"margin:24px auto;padding:0 12px;color:#1b1f24;background:#fff}"
	"h1{font-size:20px;margin:0 0 4px}p{color:#59636e;margin:0 0 16px}"
	"svg{width:calc(100% + 32px);height:auto;margin:0 -16px 16px}details{margin-bottom:8px}"
	"table{border-collapse:collapse;margin:4px 0 16px}"
	"td,th{padding:3px 16px 3px 0;text-align:left;font-weight:400;"
	"font-variant-numeric:tabular-nums;border-bottom:1px solid #d1d9e0}"
	"tr:first-child th{color:#59636e}b{color:#c62828}"
	"summary{cursor:pointer;font-weight:600}"
	"@media(prefers-color-scheme:dark){body{color:#e6edf3;"
	"background:#14181d}p,tr:first-child th{color:#9aa4ae}"
	"td,th{border-color:#3a424b}b{color:#f0524f}}</style></head><body>\n";

/**
 * timeline_html() - a page about a recording
 * @f: where
 * @t: recording
 */
void timeline_html(FILE *f, const struct timeline *t)
{
	char text[64] = "a trace";
	time_t began = (time_t)t->epoch;
	struct tm tm;
	size_t i;

	if (t->epoch && localtime_r(&began, &tm))
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S %Z", &tm);
	fputs(page_head, f);
	fprintf(f, "<h1>Power states</h1>\n<p>%s, %.1f s", text,
		(double)(t->to - t->from) / 1e6);
	if (t->missing)
		fprintf(f, "; <b>%" PRIu64 " events were lost</b>", t->missing);
	fputs("</p>\n", f);
	timeline_svg(f, t);
	fputs("<table>\n<tr><th></th><th>D0</th><th>D3hot</th><th>D3cold</th><th>wakes</th><th>longest</th></tr>\n",
	      f);
	for (i = 0; i < t->n; i++)
		times_row(f, t, &t->tracks[i]);
	fputs("</table>\n", f);
	for (i = 0; i < t->n; i++)
		wakes_table(f, t, &t->tracks[i]);
	fputs("</body></html>\n", f);
}
