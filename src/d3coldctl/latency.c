// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "latency.h"
#include "util.h"

/**
 * latency_add() - add a time
 * @l:  distribution
 * @us: microseconds
 */
void latency_add(struct latency *l, uint64_t us)
{
	l->us = xrealloc(l->us, l->n + 1, sizeof(*l->us));
	l->us[l->n++] = us;
}

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/**
 * latency_sort() - once all are there, before they are asked about
 * @l: distribution
 */
void latency_sort(struct latency *l)
{
	if (l->n)
		qsort(l->us, l->n, sizeof(*l->us), compare);
}

/**
 * latency_percentile() - the time that so many per cent do not exceed
 * @l:       distribution, sorted, not empty
 * @percent: 0 is the smallest, 50 the median, 100 the largest
 */
uint64_t latency_percentile(const struct latency *l, unsigned int percent)
{
	size_t rank = (l->n * percent + 99) / 100;

	return l->us[rank ? rank - 1 : 0];
}

/**
 * latency_histogram() - how often which times came
 * @l:       distribution, sorted, not empty
 * @buckets: result, of equal width
 *
 * Return: how many buckets are used.
 */
size_t latency_histogram(const struct latency *l,
			 struct latency_bucket buckets[LATENCY_BUCKETS])
{
	uint64_t min = l->us[0], span = l->us[l->n - 1] - min;
	uint64_t width = span / LATENCY_BUCKETS + 1;
	size_t i, used = 0;

	memset(buckets, 0, LATENCY_BUCKETS * sizeof(*buckets));
	for (i = 0; i < LATENCY_BUCKETS; i++) {
		buckets[i].from_us = min + i * width;
		buckets[i].to_us = min + (i + 1) * width;
	}
	for (i = 0; i < l->n; i++) {
		size_t k = (l->us[i] - min) / width;

		buckets[k].count++;
		if (k >= used)
			used = k + 1;
	}
	return used;
}

/**
 * latency_free() - free a distribution
 * @l: distribution
 */
void latency_free(struct latency *l)
{
	free(l->us);
	memset(l, 0, sizeof(*l));
}
