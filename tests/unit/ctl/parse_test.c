// SPDX-License-Identifier: GPL-2.0-only
/*
 * Addresses, numbers, settings: what is accepted and how it is printed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "cmd.h"
#include "device.h"
#include "settings.h"
#include "sysfs.h"
#include "tree.h"
#include "util.h"

static void test_bdf(void **state)
{
	static const struct {
		const char *in;
		const char *out; /* NULL: refused */
	} cases[] = {
		{ "0000:01:00.0", "0000:01:00.0" },
		{ "01:00.0", "0000:01:00.0" },
		{ "1:0.7", "0000:01:00.7" },
		{ "ABCD:FF:1F.1", "abcd:ff:1f.1" },
		{ "10000:e1:00.0", "10000:e1:00.0" },
		{ "ffffffff:ff:1f.7", "ffffffff:ff:1f.7" },
		{ "", NULL },
		{ ":", NULL },
		{ "01:00", NULL },
		{ "01:00.8", NULL },
		{ "01:20.0", NULL },
		{ "100:00.0", NULL },
		{ "01:00.0 ", NULL },
		{ "01:00.0.0", NULL },
		{ "0000:01:00.0/..", NULL },
		{ "0:0:1:0.0", NULL },
		{ "123456789:01:00.0", NULL },
		{ "../../x:1.0", NULL },
		{ ":01:00.0", NULL },
	};
	char buf[BDF_LEN];
	struct bdf bdf;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(bdf_parse(cases[i].in, &bdf), !!cases[i].out);
		if (cases[i].out)
			assert_string_equal(bdf_format(buf, &bdf),
					    cases[i].out);
	}
}

static void test_order(void **state)
{
	static const char *const sorted[] = { "0000:00:00.0", "0000:00:00.1",
					      "0000:00:02.0", "0000:0a:01.0",
					      "0001:00:00.0", "10000:00:00.0" };
	struct bdf a, b;
	size_t i, k;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(sorted); i++) {
		for (k = 0; k < ARRAY_SIZE(sorted); k++) {
			int want = (i > k) - (i < k);

			assert_true(bdf_parse(sorted[i], &a));
			assert_true(bdf_parse(sorted[k], &b));
			assert_int_equal(bdf_compare(&a, &b), want);
		}
	}
}

static void test_duration(void **state)
{
	static const struct {
		uint64_t ms;
		const char *text;
	} cases[] = {
		{ 0, "0 ms" },
		{ 999, "999 ms" },
		{ 1000, "1.0 s" },
		{ 59999, "59.9 s" },
		{ 60000, "1 min 00 s" },
		{ 3599999, "59 min 59 s" },
		{ 3600000, "1 h 00 min" },
		{ 86399999, "23 h 59 min" },
		{ 86400000, "1 d 00 h" },
		{ UINT64_MAX, "213503982334 d 14 h" },
	};
	char buf[DURATION_LEN];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		assert_string_equal(format_ms(buf, cases[i].ms), cases[i].text);
}

static void check_value(const char *key, const char *value, bool good)
{
	const struct setting *setting = setting_find(key);
	char *wrong;

	assert_non_null(setting);
	wrong = setting_check(setting, value);
	assert_int_equal(!wrong, good);
	free(wrong);
}

static void test_settings(void **state)
{
	(void)state;
	check_value("policy", "guest", true);
	check_value("policy", "Guest", false);
	check_value("policy", "", false);
	check_value("rearm", "hold", true);
	check_value("on_lost", "error", true);
	check_value("delay", "0", true);
	check_value("delay", "2147483647", true);
	check_value("delay", "2147483648", false);
	check_value("delay", "-1", false);
	check_value("delay", "1s", false);
	check_value("delay", " 1", false);
	check_value("max_wake_ms", "99999999999999999999", false);
	check_value("qualified", "1", true);
	check_value("qualified", "2", false);
	assert_null(setting_find("pol"));
}

/* The files which wake a device are refused even if somebody asks for them. */
static void test_never_wakes(void **state)
{
	static const char *const names[] = { "config",
					     "rom",
					     "vpd",
					     "resource",
					     "resource0",
					     "resource0_wc",
					     "max_link_speed",
					     "max_link_width",
					     "current_link_speed",
					     "current_link_width" };
	size_t i;
	char *s;
	int fd;

	(void)state;
	tree_create();
	setenv("D3COLD_SYSFS", tree_root, 1);
	for (i = 0; i < ARRAY_SIZE(names); i++)
		tree_file("x", "%s", names[i]);
	tree_file("D3cold \n\n", "power_state");
	fd = sysfs_open_dir(".");
	assert_true(fd >= 0);
	for (i = 0; i < ARRAY_SIZE(names); i++)
		assert_null(attr_read(fd, names[i]));
	s = attr_read(fd, "power_state");
	assert_string_equal(s, "D3cold");
	free(s);
	close(fd);
	tree_destroy();
}

static void test_long_file(void **state)
{
	char *big = malloc(20001), *s;
	int fd;

	(void)state;
	tree_create();
	setenv("D3COLD_SYSFS", tree_root, 1);
	memset(big, 'a', 20000);
	big[20000] = '\0';
	tree_file(big, "big");
	tree_file("", "empty");
	fd = sysfs_open_dir(".");
	s = attr_read(fd, "big");
	assert_string_equal(s, big);
	free(s);
	s = attr_read(fd, "empty");
	assert_string_equal(s, "");
	free(s);
	assert_null(attr_read(fd, "missing"));
	close(fd);
	free(big);
	tree_destroy();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bdf),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_duration),
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_never_wakes),
		cmocka_unit_test(test_long_file),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("d3coldctl parsing", tests, NULL,
					   NULL);
}
