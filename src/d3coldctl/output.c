// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <libsmartcols.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "output.h"
#include "util.h"

static bool json_mode;
static bool lines_mode;
static struct json_object *devices;
static struct json_object *warnings;
static struct json_object *errors;
static struct json_object *about;

/**
 * output_set_json() - choose the form of the output, before anything is said
 * @on: JSON if true, text if not
 */
void output_set_json(bool on)
{
	if (on && !devices) {
		devices = json_object_new_array();
		warnings = json_object_new_array();
		errors = json_object_new_array();
	}
	json_mode = on;
}

/**
 * output_is_json() - is the output JSON?
 */
bool output_is_json(void)
{
	return json_mode;
}

/**
 * output_set_lines() - the command prints JSON itself, an object a line
 */
void output_set_lines(void)
{
	lines_mode = true;
}

static bool nothing_to_say(void)
{
	return !json_object_array_length(devices) &&
	       !json_object_array_length(warnings) &&
	       !json_object_array_length(errors);
}

static void print_json(void)
{
	struct json_object *root = json_object_new_object();
	int style = JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE;

	if (about)
		json_object_object_add(root, "system", about);
	json_object_object_add(root, "devices", devices);
	json_object_object_add(root, "warnings", warnings);
	json_object_object_add(root, "errors", errors);
	if (!lines_mode)
		style |= JSON_C_TO_STRING_PRETTY;
	puts(json_object_to_json_string_ext(root, style));
	json_object_put(root);
	devices = NULL;
	warnings = NULL;
	errors = NULL;
	about = NULL;
}

/**
 * output_finish() - print what was collected and make sure it got out
 * @code: exit code of the command
 *
 * Return: @code, or EXIT_ERROR if standard output cannot be written.
 */
int output_finish(int code)
{
	if (json_mode && !(lines_mode && nothing_to_say()))
		print_json();
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "d3coldctl: cannot write the output: %s\n",
			strerror(errno));
		return EXIT_ERROR;
	}
	return code;
}

/**
 * out_text() - print to standard output, unless the output is JSON
 * @fmt: format
 */
void out_text(const char *fmt, ...)
{
	va_list ap;

	if (json_mode)
		return;
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
}

/**
 * out_device() - add a device to the JSON output
 * @obj: the device; the reference is taken over, also in text mode
 */
void out_device(struct json_object *obj)
{
	if (json_mode)
		json_object_array_add(devices, obj);
	else
		json_object_put(obj);
}

/**
 * out_system() - say what belongs to no device in the JSON output
 * @obj: an object; the reference is taken over, also in text mode
 */
void out_system(struct json_object *obj)
{
	json_object_put(about);
	about = NULL;
	if (json_mode)
		about = obj;
	else
		json_object_put(obj);
}

static void message(struct json_object *array, const char *kind,
		    const char *device, const char *hint, const char *fmt,
		    va_list ap)
{
	char *text = xvasprintf(fmt, ap);

	if (json_mode) {
		struct json_object *obj = json_object_new_object();

		json_add_string(obj, "device", device);
		json_add_string(obj, "message", text);
		json_add_string(obj, "hint", hint);
		json_object_array_add(array, obj);
	} else {
		fflush(stdout);
		fprintf(stderr, "d3coldctl: %s%s%s%s\n", kind,
			device ? device : "", device ? ": " : "", text);
		if (hint)
			fprintf(stderr, "  -> %s\n", hint);
	}
	free(text);
}

/**
 * msg_error() - say what went wrong
 * @device: which device, or NULL
 * @hint:   what to do about it, or NULL
 * @fmt:    what happened
 */
void msg_error(const char *device, const char *hint, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	message(errors, "", device, hint, fmt, ap);
	va_end(ap);
}

/**
 * msg_warning() - say what the user should know although it worked
 * @device: which device, or NULL
 * @hint:   what to do about it, or NULL
 * @fmt:    what happened
 */
void msg_warning(const char *device, const char *hint, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	message(warnings, "warning: ", device, hint, fmt, ap);
	va_end(ap);
}

/**
 * json_add_string() - add a string, or null, to a JSON object
 * @obj: object
 * @key: member
 * @s:   string or NULL
 */
void json_add_string(struct json_object *obj, const char *key, const char *s)
{
	json_object_object_add(obj, key, s ? json_object_new_string(s) : NULL);
}

/**
 * json_add_number() - add what a sysfs file said as a number
 * @obj: object
 * @key: member
 * @s:   text or NULL; what is not a number stays a string
 */
void json_add_number(struct json_object *obj, const char *key, const char *s)
{
	long long v;
	char *end;

	if (s && *s) {
		errno = 0;
		v = strtoll(s, &end, 10);
		if (!*end && !errno) {
			json_object_object_add(obj, key,
					       json_object_new_int64(v));
			return;
		}
	}
	json_add_string(obj, key, s);
}

static void *check_table(void *p)
{
	if (!p) {
		fputs("d3coldctl: out of memory\n", stderr);
		exit(EXIT_ERROR);
	}
	return p;
}

struct table {
	struct libscols_table *scols;
	const struct column *columns;
	unsigned int n;
};

/**
 * table_new() - start a table
 * @columns: its columns, which must outlive the table
 * @n:       how many
 */
struct table *table_new(const struct column *columns, unsigned int n)
{
	struct table *table = xrealloc(NULL, 1, sizeof(*table));
	unsigned int i;

	table->scols = check_table(scols_new_table());
	table->columns = columns;
	table->n = n;
	for (i = 0; i < n; i++) {
		int flags = 0;

		if (columns[i].hidden)
			continue;
		if (columns[i].kind == COLUMN_TRUNC)
			flags = SCOLS_FL_TRUNC;
		else if (columns[i].kind == COLUMN_NUMBER)
			flags = SCOLS_FL_RIGHT;
		check_table(scols_table_new_column(table->scols,
						   columns[i].title, 0, flags));
	}
	return table;
}

/**
 * table_row() - add a row
 * @table: table
 * @cells: one text for each column, also for hidden ones
 */
void table_row(struct table *table, const char *const *cells)
{
	struct libscols_line *line;
	unsigned int i, col = 0;

	line = check_table(scols_table_new_line(table->scols, NULL));
	for (i = 0; i < table->n; i++)
		if (!table->columns[i].hidden)
			scols_line_set_data(line, col++, or_dash(cells[i]));
}

/**
 * table_print_and_free() - print a table to standard output
 * @table: table, freed
 */
void table_print_and_free(struct table *table)
{
	scols_print_table(table->scols);
	scols_unref_table(table->scols);
	free(table);
}
