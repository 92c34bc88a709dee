/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A fake sysfs tree in a temporary directory, and catching what the tool says.
 */
#ifndef CTL_TREE_H
#define CTL_TREE_H

#include <stdbool.h>

extern char tree_root[];

void tree_create(void);
void tree_destroy(void);
void tree_dir(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void tree_file(const char *text, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void tree_link(const char *target, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void tree_unlink(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *tree_read(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *tree_readlink(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Runs a command with its output caught in *text, to be freed. */
int run_caught(int (*run)(int, char **), char **argv, char **text);

#endif
