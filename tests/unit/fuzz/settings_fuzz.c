// SPDX-License-Identifier: GPL-2.0-only
/* Addresses, numbers, and the file of settings for a boot. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd.h"
#include "device.h"
#include "fuzz.h"
#include "persist.h"
#include "settings.h"
#include "tree.h"
#include "util.h"

static int own;

/* Its words are of no interest */
void __wrap_msg_error(const char *device, const char *hint, const char *fmt,
		      ...);
void __wrap_msg_error(const char *device, const char *hint, const char *fmt,
		      ...)
{
	(void)device, (void)hint, (void)fmt;
}

static void set_up(void)
{
	char path[128];

	tree_create();
	atexit(tree_destroy);
	setenv("D3COLD_ETC", tree_root, 1);
	tree_file("", "d3cold.conf.d/0000:01:00.0.conf");
	snprintf(path, sizeof(path), "%s/d3cold.conf.d/0000:01:00.0.conf",
		 tree_root);
	own = open(path, O_WRONLY | O_CLOEXEC);
	must(own >= 0);
}

static void words(const char *text)
{
	struct bdf bdf, again;
	unsigned long value;
	char buf[BDF_LEN];

	if (bdf_parse(text, &bdf)) {
		must(bdf_parse(bdf_format(buf, &bdf), &again));
		must(!bdf_compare(&bdf, &again));
	}
	if (parse_uint(text, 1000, &value))
		must(value <= 1000);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct bdf bdf = { .bus = 1 };
	struct wishes wishes = { 0 };
	char *text = strndup((const char *)data, size);

	if (!own)
		set_up();
	words(text);
	must(!ftruncate(own, 0) && pwrite(own, data, size, 0) == (ssize_t)size);
	if (persist_load(&bdf, &wishes))
		for (size_t i = 0; i < wishes.n; i++)
			must(!setting_check(wishes.v[i].setting,
					    wishes.v[i].value));
	wishes_free(&wishes);
	free(text);
	return 0;
}
