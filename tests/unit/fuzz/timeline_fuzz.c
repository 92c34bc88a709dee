// SPDX-License-Identifier: GPL-2.0-only
/* A recording of trace events, as text: parsed and drawn. */
#include <stdio.h>
#include <string.h>

#include "fuzz.h"
#include "timeline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size), *drawn;
	struct timeline t;
	size_t len;
	FILE *f;

	timeline_parse(&t, text);
	must(t.from <= t.to);
	for (size_t i = 0; i < t.n; i++) {
		const struct spans *power = &t.tracks[i].power;
		uint64_t us[POWERS] = { 0 };

		for (size_t k = 1; k < power->n; k++)
			must(power->v[k - 1].from <= power->v[k].from);
		track_times(&t, &t.tracks[i], us);
	}
	f = open_memstream(&drawn, &len);
	timeline_svg(f, &t);
	timeline_html(f, &t);
	fclose(f);
	/* Nothing of the recording is markup: we write no scripts. */
	must(!strstr(drawn, "<script"));
	free(drawn);
	timeline_free(&t);
	free(text);
	return 0;
}
