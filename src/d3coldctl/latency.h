/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A distribution of times.
 */
#ifndef D3COLDCTL_LATENCY_H
#define D3COLDCTL_LATENCY_H

#include <stddef.h>
#include <stdint.h>

#define LATENCY_BUCKETS 8

struct latency {
	uint64_t *us;
	size_t n;
};

struct latency_bucket {
	uint64_t from_us; /* included */
	uint64_t to_us; /* excluded, but in the last one */
	size_t count;
};

void latency_add(struct latency *l, uint64_t us);
void latency_sort(struct latency *l);
uint64_t latency_percentile(const struct latency *l, unsigned int percent);
size_t latency_histogram(const struct latency *l,
			 struct latency_bucket buckets[LATENCY_BUCKETS]);
void latency_free(struct latency *l);

#endif
