/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small helpers: allocation that cannot fail, and numbers made readable.
 */
#ifndef D3COLDCTL_UTIL_H
#define D3COLDCTL_UTIL_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

void *xrealloc(void *p, size_t n, size_t size);
char *xstrdup(const char *s);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *xvasprintf(const char *fmt, va_list ap)
	__attribute__((format(printf, 1, 0)));

char *visible(char *s);
bool streq(const char *a, const char *b);
const char *or_dash(const char *s);
bool parse_uint(const char *text, unsigned long max, unsigned long *value);

#define DURATION_LEN 32
const char *format_ms(char buf[DURATION_LEN], uint64_t ms);

#endif
