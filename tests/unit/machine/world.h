/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A world of the exploration (explore.c), and what its parts share.
 */
#ifndef WORLD_H
#define WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine.h"

/* Where runtime PM is. POWERLESS() says when the device may be without power. */
enum phase {
	AWAKE,
	SUSP_ASK, /* suspend callback begun, nobody asked yet */
	SUSP_BUS, /* accepted: the bus suspends the device */
	SUSP_TELL, /* suspended, callback not finished */
	SUSP_BACK, /* refused, or the bus failed; callback not finished */
	ASLEEP,
	RES_BUS, /* resume begun, the bus powers the device up */
	RES_TELL, /* resumed; callback not finished */
	SYS_TELL, /* back from system sleep; not finished, users are frozen */
};

#define POWERLESS(w)                                          \
	((w)->phase == SUSP_BUS || (w)->phase == SUSP_TELL || \
	 (w)->phase == ASLEEP || (w)->phase == RES_BUS)

enum ref {
	NO_REF,
	WAITING,
	HAS_REF
};
enum who {
	NOBODY,
	USER,
	WORKER,
	POLICY_SETTER
};

/* What ought to be, from the events alone. */
struct truth {
	uint8_t open;
	uint8_t guest; /* has entered */
	uint8_t vmm;
	uint8_t lost;
	uint8_t held;
	uint8_t quiet; /* a suspend was accepted and is not over */
	uint8_t asleep;
};

struct world {
	struct d3cold_machine m;
	struct truth t;
	int8_t usage; /* runtime PM's usage count */
	uint8_t phase;
	uint8_t level; /* how much the policy allows: 0 off ... 3 guest */
	uint8_t policy_pending; /* policy set, its event not fed yet */
	uint16_t todo; /* actions of who holds the ops_lock */
	uint16_t cb_todo; /* actions of a PM callback */
	uint8_t todo_by;
	uint8_t ref; /* a user's PM reference */
	uint8_t probing; /* probe holds a PM reference */
	uint8_t one_shot; /* the VMM entered WITH_WAKEUP */
	uint8_t core_open; /* vfio-pci-core is enabled: one reference */
	uint8_t core_engaged; /* its low-power mode: one reference less */
	uint8_t closing; /* CLOSE was fed, the core is still open */
	uint8_t mapped; /* a BAR is mapped into the VMM */
	uint8_t irqs_off;
	uint8_t zero; /* compared as bytes: no padding */
};

_Static_assert(sizeof(struct world) == 32, "padding in struct world");

enum invariant {
	I_USAGE,
	I_NEGATIVE,
	I_ALTERNATE,
	I_IRQS,
	I_MAPPING,
	I_ENGAGED,
	I_PINNED,
	I_ALLOWED,
	I_IDLE_PIN,
	I_INVARIANT,
	I_STATE,
	I_OWNERS,
	I_RESULT,
	I_ENTER,
	I_DOUBLE,
	I_IDEMPOTENT,
	I_REFUSED,
	I_IMPOSSIBLE,
	I_DEFINED,
	I_CALLBACK,
	I_SIGNALS,
	I_BUSY,
	I_FORBIDDEN,
	I_CLOSE,
	I_SLEEPS,
	I_TO_IDLE,
	NR_INVARIANTS
};

/* How a world was reached from the one before it. */
struct label {
	const char *text;
	int8_t event; /* -1: no event */
	uint16_t context;
	uint8_t level;
};

#define C_HOLD 1u
#define C_BLOCKED 2u
#define C_UNSUPPORTED 4u
#define C_NOT_D3HOT 8u
#define C_BAD_FD 16u
#define C_OWN_WAKE 32u
#define C_ONE_SHOT 64u
#define C_INTERNAL 128u
#define C_VMM_HOLD 256u
#define C_ALL 511u

struct node {
	struct world w;
	uint32_t from;
	struct label by;
};

struct edge {
	uint32_t from, to;
};

/* graph.c: all worlds that were reached, and who follows whom */
extern struct node *nodes;
extern size_t nr_nodes;
extern struct edge *edges;
extern size_t nr_edges;
extern uint32_t current; /* the node being expanded */
extern struct label doing; /* from there */

void graph_begin(void);
void graph_end(void);
struct world begin(const char *text);
void emit(const struct world *w);

/* report.c */
extern const char *const phase_names[];
extern const char *const level_names[];
const char *event_name(unsigned int event); /* "?" if there is none */
extern const struct invariant_text {
	const char *name, *text;
} invariants[NR_INVARIANTS];
extern unsigned int violations[NR_INVARIANTS];
extern bool bad; /* this step violated something */

void violate(enum invariant i, const char *fmt, ...)
	__attribute__((__format__(printf, 2, 3)));

/* truth.c: what ought to happen at an event that can happen */
struct d3cold_context context(unsigned int level, unsigned int bits);
bool may_sleep(const struct truth *t, const struct d3cold_context *c);
bool unnoticed(const struct truth *t, const struct d3cold_context *c);
int reference(struct truth *t, enum d3cold_event event,
	      const struct d3cold_context *c);
enum d3cold_state ref_state(const struct truth *t);

/* feed.c: an event, its actions, and what must hold then */
extern unsigned long nr_steps;

void act(struct world *w, unsigned int action);
int feed(struct world *w, enum d3cold_event event, unsigned int bits,
	 bool callback);
void check_world(const struct world *w);

/* expand.c: the worlds that follow one, each emitted */
void expand_runtime_pm(const struct world *now);
void expand_ops(const struct world *now);
void expand_rest(const struct world *now);

/* whole.c: properties of all that was reached */
void check_path_to_idle(void);
void check_sleeps(void);
unsigned int check_raw(void);
void list_impossible(void);

#endif
