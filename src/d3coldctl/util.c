// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "util.h"

static void *check_alloc(void *p)
{
	if (!p) {
		fputs("d3coldctl: out of memory\n", stderr);
		exit(EXIT_ERROR);
	}
	return p;
}

/**
 * visible() - make what others named fit for a terminal
 * @s: name of a task, a folder, ..., or NULL: bytes that a terminal obeys, or
 *     that are not ASCII, become '?' in it
 *
 * Return: @s.
 */
char *visible(char *s)
{
	for (char *c = s; c && *c; c++)
		if (!isascii((unsigned char)*c) || !isprint((unsigned char)*c))
			*c = '?';
	return s;
}

/**
 * xrealloc() - reallocarray() that exits when there is no memory
 * @p:    what to grow, or NULL
 * @n:    number of members
 * @size: size of one member
 */
void *xrealloc(void *p, size_t n, size_t size)
{
	return check_alloc(reallocarray(p, n, size));
}

/**
 * xstrdup() - strdup() that passes NULL through and exits without memory
 * @s: string or NULL
 */
char *xstrdup(const char *s)
{
	return s ? check_alloc(strdup(s)) : NULL;
}

/**
 * xvasprintf() - vasprintf() that exits when there is no memory
 * @fmt: format
 * @ap:  its arguments
 */
char *xvasprintf(const char *fmt, va_list ap)
{
	char *s;

	if (vasprintf(&s, fmt, ap) < 0)
		s = NULL;
	return check_alloc(s);
}

/**
 * xasprintf() - asprintf() that exits when there is no memory
 * @fmt: format
 */
char *xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = xvasprintf(fmt, ap);
	va_end(ap);
	return s;
}

/**
 * streq() - are both strings there and equal?
 * @a: string or NULL
 * @b: string or NULL
 */
bool streq(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

/**
 * or_dash() - the string for a table cell, "-" where there is none
 * @s: string or NULL
 */
const char *or_dash(const char *s)
{
	return s && *s ? s : "-";
}

/**
 * parse_uint() - parse an unsigned decimal number, nothing around it
 * @text:  what the user wrote
 * @max:   largest value allowed
 * @value: result
 *
 * Return: false if it is no number or too large.
 */
bool parse_uint(const char *text, unsigned long max, unsigned long *value)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	*value = strtoul(text, &end, 10);
	return !errno && !*end && *value <= max;
}

/**
 * format_ms() - a duration as people read it
 * @buf: where to put it
 * @ms:  milliseconds
 *
 * Return: @buf.
 */
const char *format_ms(char buf[DURATION_LEN], uint64_t ms)
{
	uint64_t s = ms / 1000, m = s / 60, h = m / 60, d = h / 24;

	if (ms < 1000)
		snprintf(buf, DURATION_LEN, "%" PRIu64 " ms", ms);
	else if (s < 60)
		snprintf(buf, DURATION_LEN, "%" PRIu64 ".%" PRIu64 " s", s,
			 ms % 1000 / 100);
	else if (m < 60)
		snprintf(buf, DURATION_LEN, "%" PRIu64 " min %02" PRIu64 " s",
			 m, s % 60);
	else if (h < 24)
		snprintf(buf, DURATION_LEN, "%" PRIu64 " h %02" PRIu64 " min",
			 h, m % 60);
	else
		snprintf(buf, DURATION_LEN, "%" PRIu64 " d %02" PRIu64 " h", d,
			 h % 24);
	return buf;
}
