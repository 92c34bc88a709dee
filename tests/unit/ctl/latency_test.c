// SPDX-License-Identifier: GPL-2.0-only
/*
 * Percentiles and histograms of the wakes that "cycle" measures.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "latency.h"

static void fill(struct latency *l, uint64_t first, uint64_t step, size_t n)
{
	size_t i;

	for (i = n; i; i--)
		latency_add(l, first + step * (i - 1));
	latency_sort(l);
}

static void test_percentiles(void **state)
{
	struct latency l = { 0 };

	(void)state;
	fill(&l, 1, 1, 200);
	assert_int_equal(latency_percentile(&l, 0), 1);
	assert_int_equal(latency_percentile(&l, 50), 100);
	assert_int_equal(latency_percentile(&l, 99), 198);
	assert_int_equal(latency_percentile(&l, 100), 200);
	latency_free(&l);
	fill(&l, 7, 0, 1);
	assert_int_equal(latency_percentile(&l, 0), 7);
	assert_int_equal(latency_percentile(&l, 99), 7);
	latency_free(&l);
	fill(&l, 10, 10, 2);
	assert_int_equal(latency_percentile(&l, 50), 10);
	assert_int_equal(latency_percentile(&l, 99), 20);
	latency_free(&l);
}

static void check_histogram(uint64_t first, uint64_t step, size_t n)
{
	struct latency_bucket buckets[LATENCY_BUCKETS];
	struct latency l = { 0 };
	size_t i, used, sum = 0;

	fill(&l, first, step, n);
	used = latency_histogram(&l, buckets);
	assert_in_range(used, 1, LATENCY_BUCKETS);
	assert_int_equal(buckets[0].from_us, first);
	assert_true(buckets[used - 1].count);
	assert_true(buckets[used - 1].to_us > l.us[n - 1]);
	for (i = 0; i < used; i++) {
		sum += buckets[i].count;
		assert_true(!i || buckets[i].from_us == buckets[i - 1].to_us);
	}
	assert_int_equal(sum, n);
	latency_free(&l);
}

static void test_histogram(void **state)
{
	(void)state;
	check_histogram(5, 0, 1);
	check_histogram(5, 0, 3);
	check_histogram(0, 1, 8);
	check_histogram(0, 1, 9);
	check_histogram(1000, 7, 200);
	check_histogram(0, UINT64_MAX / 4, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_percentiles),
		cmocka_unit_test(test_histogram),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
