/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Everything the tool says goes through here.
 *
 * With --json that is one object on standard output, whatever happens:
 *   { "devices": [...], "warnings": [...], "errors": [...] }
 * A command that prints an object a line as things happen says so first; then
 * this one comes in one line at the end, if there is anything in it.
 * Otherwise text on standard output, warnings and errors on standard error.
 */
#ifndef D3COLDCTL_OUTPUT_H
#define D3COLDCTL_OUTPUT_H

#include <json.h>
#include <stdbool.h>

void output_set_json(bool on);
bool output_is_json(void);
void output_set_lines(void);
int output_finish(int code);

/* Text on standard output; nothing with --json. */
void out_text(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A member of "devices"; takes the reference. */
void out_device(struct json_object *obj);
/* The member "system", of the few commands that have it; takes the reference. */
void out_system(struct json_object *obj);

/*
 * What happened, to which device (or NULL), and what to do about it (or NULL).
 */
void msg_error(const char *device, const char *hint, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void msg_warning(const char *device, const char *hint, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* NULL strings become null, texts that are a number become numbers. */
void json_add_string(struct json_object *obj, const char *key, const char *s);
void json_add_number(struct json_object *obj, const char *key, const char *s);

enum column_kind {
	COLUMN_TEXT,
	COLUMN_TRUNC, /* cut when the terminal is narrow */
	COLUMN_NUMBER, /* to the right */
};

struct column {
	const char *title;
	enum column_kind kind;
	bool hidden;
};

struct table;
struct table *table_new(const struct column *columns, unsigned int n);
void table_row(struct table *table, const char *const *cells);
void table_print_and_free(struct table *table);

#endif
