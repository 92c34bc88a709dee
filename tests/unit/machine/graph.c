// SPDX-License-Identifier: GPL-2.0-only
/*
 * All worlds that were reached, each once, and who follows whom.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

struct node *nodes;
size_t nr_nodes;
static size_t max_nodes;
struct edge *edges;
size_t nr_edges;
static size_t max_edges;
uint32_t current;
struct label doing;

#define HASH_BITS 22
static uint32_t *hash;

static void *grow(void *p, size_t *max, size_t size)
{
	*max = *max ? 2 * *max : 1 << 16;
	p = realloc(p, *max * size);
	if (!p) {
		fprintf(stderr, "explore: out of memory\n");
		exit(2);
	}
	return p;
}

void emit(const struct world *w)
{
	const unsigned char *p = (const unsigned char *)w;
	uint32_t h = 2166136261u, i;
	size_t n;

	if (!bad)
		check_world(w);
	/* What follows a violation is not interesting any more. */
	if (bad) {
		bad = false;
		return;
	}
	for (n = 0; n < sizeof(*w); n++)
		h = (h ^ p[n]) * 16777619u;
	h ^= h >> 15;
	for (i = h & ((1u << HASH_BITS) - 1); hash[i];
	     i = (i + 1) & ((1u << HASH_BITS) - 1))
		if (!memcmp(&nodes[hash[i] - 1].w, w, sizeof(*w)))
			break;
	if (!hash[i]) {
		if (nr_nodes >= 3u << (HASH_BITS - 2)) {
			fprintf(stderr, "explore: too many states\n");
			exit(2);
		}
		if (nr_nodes == max_nodes)
			nodes = grow(nodes, &max_nodes, sizeof(*nodes));
		nodes[nr_nodes].w = *w;
		nodes[nr_nodes].from = nr_nodes ? current : 0;
		nodes[nr_nodes].by = doing;
		hash[i] = ++nr_nodes;
	}
	if (nr_edges == max_edges)
		edges = grow(edges, &max_edges, sizeof(*edges));
	edges[nr_edges].from = current;
	edges[nr_edges++].to = hash[i] - 1;
}

struct world begin(const char *text)
{
	doing = (struct label){ .text = text, .event = -1 };
	return nodes[current].w;
}

void graph_begin(void)
{
	hash = calloc(1u << HASH_BITS, sizeof(*hash));
	if (!hash)
		exit(2);
}

void graph_end(void)
{
	free(nodes);
	free(edges);
	free(hash);
}
