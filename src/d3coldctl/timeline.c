// SPDX-License-Identifier: GPL-2.0-only
/*
 * d3coldctl timeline
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "keep.h"
#include "output.h"
#include "stop.h"
#include "sysfs.h"
#include "timeline.h"
#include "util.h"

struct timeline_args {
	bool record;
	unsigned long seconds;
	const char *input;
	const char *output;
};

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), k = strlen(end);

	return n > k && streq(s + n - k, end);
}

static error_t parse_timeline(int key, char *arg, struct argp_state *state)
{
	struct timeline_args *args = state->input;

	switch (key) {
	case 'r':
		if (!parse_uint(arg, 1000000, &args->seconds))
			usage_error(state, "'%s' is no number of seconds", arg);
		args->record = true;
		return 0;
	case 'i':
		args->input = arg;
		return 0;
	case 'o':
		if (!ends_with(arg, ".svg") && !ends_with(arg, ".html") &&
		    !ends_with(arg, ".txt"))
			usage_error(
				state,
				"'%s': the output is .svg, .html, or .txt for the recording itself",
				arg);
		args->output = arg;
		return 0;
	case ARGP_KEY_ARG:
		usage_error(state, "timeline takes no device");
	case ARGP_KEY_END:
		if (args->record == !!args->input)
			usage_error(
				state,
				"say either how long to --record or which recording to --input");
		if (!args->output && !output_is_json())
			usage_error(state, "say which file to make: --output");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{ "record", 'r', "SECONDS", 0,
	  "Record for so long, or until Ctrl-C; 0: only until Ctrl-C", 0 },
	{ "input", 'i', "FILE", 0,
	  "Take a recording, or what tracefs or trace-cmd report printed", 0 },
	{ "output", 'o', "FILE", 0,
	  "A picture (.svg), a page (.html), or the recording itself (.txt)",
	  0 },
	{ 0 }
};

static const struct argp timeline_argp = {
	.options = options,
	.parser = parse_timeline,
	.doc = "Draw the power states of all devices over time, with their "
	       "wakes and what caused them. No device is woken by "
	       "this.\v" EXIT_DOC,
	.children = common_options,
};

static struct json_object *spans_json(const struct timeline *t,
				      const struct spans *spans,
				      const char *(*name)(unsigned int))
{
	struct json_object *list = json_object_new_array();
	size_t i;

	for (i = 0; i < spans->n; i++) {
		struct json_object *obj = json_object_new_object();

		json_object_object_add(
			obj, "at_us",
			json_object_new_int64(
				(int64_t)(spans->v[i].from - t->from)));
		json_add_string(obj, "is", name(spans->v[i].is));
		json_object_array_add(list, obj);
	}
	return list;
}

static struct json_object *wakes_json(const struct timeline *t,
				      const struct track *track)
{
	struct json_object *list = json_object_new_array();
	size_t i;

	for (i = 0; i < track->n_wakes; i++) {
		const struct wake *wake = &track->wakes[i];
		struct json_object *obj = json_object_new_object();

		json_object_object_add(
			obj, "at_us",
			json_object_new_int64((int64_t)(wake->at - t->from)));
		json_add_string(obj, "cause", cause_name(wake->cause));
		json_add_string(obj, "from", wake->cold ? "D3cold" : "D3hot");
		json_object_object_add(
			obj, "took_us",
			json_object_new_int64((int64_t)wake->took));
		json_object_object_add(obj, "verified",
				       json_object_new_boolean(wake->verified));
		json_object_array_add(list, obj);
	}
	return list;
}

static void say_tracks(const struct timeline *t)
{
	size_t i;

	for (i = 0; i < t->n; i++) {
		const struct track *track = &t->tracks[i];
		struct json_object *obj = json_object_new_object();

		json_add_string(obj, "device", track->id);
		json_add_string(obj, "name", track->name);
		json_object_object_add(
			obj, "power", spans_json(t, &track->power, power_name));
		json_object_object_add(
			obj, "state", spans_json(t, &track->state, state_name));
		json_object_object_add(obj, "wakes", wakes_json(t, track));
		out_device(obj);
	}
}

static int write_file(const char *path, const char *text)
{
	int err = file_replace(path, text);

	if (!err)
		return EXIT_OK;
	msg_error(NULL, NULL, "cannot write %s: %s", path, strerror(-err));
	return EXIT_ERROR;
}

static int draw(const struct timeline *t, const char *path)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	int code;

	if (!f) {
		msg_error(NULL, NULL, "out of memory");
		return EXIT_ERROR;
	}
	if (ends_with(path, ".svg"))
		timeline_svg(f, t);
	else
		timeline_html(f, t);
	fclose(f);
	code = write_file(path, text);
	free(text);
	return code;
}

static int show(const struct timeline_args *args, char *text)
{
	struct timeline t;
	int code = EXIT_OK;

	if (args->output && ends_with(args->output, ".txt"))
		return write_file(args->output, text);
	timeline_parse(&t, text);
	if (!t.n) {
		msg_error(NULL, "is any device bound to " DRIVER_NAME "?",
			  "the recording names no device");
		code = EXIT_ERROR;
	}
	if (t.missing)
		msg_warning(NULL, "record for a shorter time",
			    "the oldest %llu events are missing",
			    (unsigned long long)t.missing);
	if (!code && args->output)
		code = draw(&t, args->output);
	if (!code)
		say_tracks(&t);
	timeline_free(&t);
	return code;
}

/**
 * cmd_timeline() - the command "timeline"
 * @argc: number of arguments
 * @argv: arguments
 */
int cmd_timeline(int argc, char **argv)
{
	struct timeline_args args = { 0 };
	char *text;
	int code = cmd_parse(&timeline_argp, argc, argv, &args);

	if (code)
		return code;
	if (args.record) {
		stop_catch();
		text = timeline_record(args.seconds, &code);
	} else {
		text = file_read_at(AT_FDCWD, args.input);
		if (!text) {
			msg_error(NULL, NULL, "cannot read %s: %s", args.input,
				  strerror(errno));
			code = EXIT_ERROR;
		}
	}
	if (!code)
		code = show(&args, text);
	free(text);
	return code;
}
