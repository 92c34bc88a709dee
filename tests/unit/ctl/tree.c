// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tree.h"

char tree_root[64];

static void fail(const char *what, const char *path)
{
	fprintf(stderr, "test tree: %s %s: %s\n", what, path, strerror(errno));
	abort();
}

/* Below the root; all folders on the way are made. */
static char *full_path(const char *fmt, va_list ap)
{
	char *rel, *path, *s;

	if (vasprintf(&rel, fmt, ap) < 0 ||
	    asprintf(&path, "%s/%s", tree_root, rel) < 0)
		abort();
	free(rel);
	for (s = path + 1; (s = strchr(s, '/')); s++) {
		*s = '\0';
		if (mkdir(path, 0755) && errno != EEXIST)
			fail("mkdir", path);
		*s = '/';
	}
	return path;
}

#define PATH(path, fmt)                    \
	char *path;                        \
	do {                               \
		va_list ap;                \
		va_start(ap, fmt);         \
		path = full_path(fmt, ap); \
		va_end(ap);                \
	} while (0)

void tree_create(void)
{
	snprintf(tree_root, sizeof(tree_root), "/tmp/d3coldctl.XXXXXX");
	if (!mkdtemp(tree_root))
		fail("mkdtemp", tree_root);
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void tree_destroy(void)
{
	nftw(tree_root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void tree_dir(const char *fmt, ...)
{
	PATH(path, fmt);
	if (mkdir(path, 0755) && errno != EEXIST)
		fail("mkdir", path);
	free(path);
}

void tree_file(const char *text, const char *fmt, ...)
{
	FILE *f;

	PATH(path, fmt);
	f = fopen(path, "w");
	if (!f || fputs(text, f) < 0 || fclose(f))
		fail("write", path);
	free(path);
}

void tree_link(const char *target, const char *fmt, ...)
{
	PATH(path, fmt);
	unlink(path);
	if (symlink(target, path))
		fail("symlink", path);
	free(path);
}

void tree_unlink(const char *fmt, ...)
{
	PATH(path, fmt);
	remove(path);
	free(path);
}

char *tree_read(const char *fmt, ...)
{
	char buf[4096];
	size_t n;
	FILE *f;

	PATH(path, fmt);
	f = fopen(path, "r");
	free(path);
	if (!f)
		return NULL;
	n = fread(buf, 1, sizeof(buf) - 1, f);
	buf[n] = '\0';
	fclose(f);
	return strdup(buf);
}

char *tree_readlink(const char *fmt, ...)
{
	char buf[PATH_MAX];
	char *base;
	ssize_t n;

	PATH(path, fmt);
	n = readlink(path, buf, sizeof(buf) - 1);
	free(path);
	if (n < 0)
		return NULL;
	buf[n] = '\0';
	base = strrchr(buf, '/');
	return strdup(base ? base + 1 : buf);
}

int run_caught(int (*run)(int, char **), char **argv, char **text)
{
	int argc = 0, out = dup(1), err = dup(2), file, code;
	char buf[65536];
	ssize_t n;

	file = open("/tmp", O_TMPFILE | O_RDWR, 0600);
	if (file < 0)
		fail("open", "/tmp");
	while (argv[argc])
		argc++;
	fflush(stdout);
	dup2(file, 1);
	dup2(file, 2);
	code = run(argc, argv);
	fflush(stdout);
	dup2(out, 1);
	dup2(err, 2);
	close(out);
	close(err);
	n = pread(file, buf, sizeof(buf) - 1, 0);
	close(file);
	buf[n > 0 ? n : 0] = '\0';
	*text = strdup(buf);
	return code;
}
