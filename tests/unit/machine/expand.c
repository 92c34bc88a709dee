// SPDX-License-Identifier: GPL-2.0-only
/*
 * The worlds that follow one.
 */
#include "world.h"

/* After a world was built that needs no check of its own step. */
#define MOVE(text, ...)                       \
	do {                                  \
		struct world w = begin(text); \
		__VA_ARGS__;                  \
		emit(&w);                     \
	} while (0)

/* Which parts of the context are not told by the world, for an event. */
static unsigned int free_bits(enum d3cold_event event)
{
	unsigned int bits = C_HOLD | C_BLOCKED | C_UNSUPPORTED | C_NOT_D3HOT;

	if (event == D3COLD_EV_VMM_ENTER)
		bits |= C_BAD_FD;
	if (event == D3COLD_EV_RESUMED)
		bits |= C_OWN_WAKE | C_INTERNAL;
	if (event == D3COLD_EV_GUEST_LEAVE || event == D3COLD_EV_RESET)
		bits |= C_VMM_HOLD;
	return bits;
}

#define EACH_CONTEXT(bits, event)             \
	for (bits = 0; bits <= C_ALL; bits++) \
		if (!(bits & ~free_bits(event)))

static void feed_callback(const char *text, enum d3cold_event event,
			  enum phase done, enum phase refused)
{
	unsigned int bits;

	EACH_CONTEXT(bits, event)
	{
		struct world w = begin(text);

		w.phase = feed(&w, event, bits, true) ? refused : done;
		emit(&w);
	}
}

static void feed_user(const char *text, enum d3cold_event event, enum who who,
		      bool one_shot)
{
	unsigned int bits;

	EACH_CONTEXT(bits, event)
	{
		struct world w = begin(text);
		int error = feed(&w, event, bits, false);

		w.todo_by = w.todo ? who : NOBODY;
		if (event == D3COLD_EV_CLOSE)
			w.closing = 1;
		if (event == D3COLD_EV_VMM_ENTRY && !error)
			w.one_shot = one_shot;
		emit(&w);
	}
}

void expand_runtime_pm(const struct world *now)
{
	bool frozen = now->ref == NO_REF && !now->todo && !now->policy_pending;

	if (now->cb_todo) {
		struct world w = begin("callback: an action");
		unsigned int action = w.cb_todo & -w.cb_todo;

		w.cb_todo &= ~action;
		act(&w, action);
		emit(&w);
		return;
	}
	switch ((enum phase)now->phase) {
	case AWAKE:
		if (!now->usage)
			MOVE("runtime PM: the delay is over",
			     w.phase = SUSP_ASK);
		/* Works that are not frozen may be under way. */
		if (frozen || now->todo_by == WORKER) {
			feed_callback("system sleep is over:",
				      D3COLD_EV_RESUMED, SYS_TELL, SYS_TELL);
			feed_callback("system sleep is over:", D3COLD_EV_LOSS,
				      SYS_TELL, SYS_TELL);
		}
		break;
	case SUSP_ASK:
		feed_callback("runtime PM:", D3COLD_EV_SUSPENDING, SUSP_BUS,
			      SUSP_BACK);
		feed_callback("runtime PM, not the device that was:",
			      D3COLD_EV_LOSS, SUSP_BACK, SUSP_BACK);
		break;
	case SUSP_BUS:
		feed_callback("runtime PM:", D3COLD_EV_SUSPENDED, SUSP_TELL,
			      SUSP_TELL);
		feed_callback("runtime PM:", D3COLD_EV_SUSPEND_FAILED,
			      SUSP_BACK, SUSP_BACK);
		break;
	case SUSP_TELL:
		MOVE("runtime PM: suspended", w.phase = ASLEEP);
		break;
	case ASLEEP:
		MOVE("somebody resumes the device", w.phase = RES_BUS);
		break;
	case RES_BUS:
		/* max_wake_ms: known before the event, and no other follows. */
		if (now->level)
			MOVE("this wake was too slow", w.level = 0);
		feed_callback("runtime PM:", D3COLD_EV_RESUMED, RES_TELL,
			      RES_TELL);
		feed_callback("runtime PM:", D3COLD_EV_LOSS, RES_TELL,
			      RES_TELL);
		break;
	case SUSP_BACK:
	case RES_TELL:
	case SYS_TELL:
		MOVE("runtime PM: active", w.phase = AWAKE);
		break;
	}
}

/* Who holds the ops_lock goes on, or somebody takes it. */
void expand_ops(const struct world *now)
{
	bool awake = now->ref == HAS_REF && now->phase == AWAKE;
	unsigned int level, action = now->todo & -now->todo;

	if (action == D3COLD_DO_WAKE) {
		/* Waits; runtime PM does the rest. */
		if (now->phase == AWAKE)
			MOVE("an action: the resume is over", {
				w.todo &= ~D3COLD_DO_WAKE;
				w.todo_by = w.todo ? w.todo_by : NOBODY;
			});
		return;
	}
	if (action) {
		struct world w = begin("an action");

		w.todo &= ~action;
		w.todo_by = w.todo ? w.todo_by : NOBODY;
		act(&w, action);
		emit(&w);
		return;
	}
	if (now->policy_pending) {
		unsigned int bits;

		EACH_CONTEXT(bits, D3COLD_EV_POLICY)
		{
			struct world w = begin("policy:");

			w.policy_pending = 0;
			feed(&w, D3COLD_EV_POLICY, bits, false);
			w.todo_by = w.todo ? POLICY_SETTER : NOBODY;
			emit(&w);
		}
		return;
	}
	if (now->probing)
		MOVE("probe is over", {
			w.probing = 0;
			w.usage--;
		});

	for (level = 0; level <= 3 && !now->probing; level++) {
		struct world w = begin("the policy is set");

		w.level = level;
		w.policy_pending = 1;
		emit(&w);
	}

	/* Served from the shadow, with no wake. */
	if (now->m.asleep && now->t.open && !now->closing)
		feed_user("shadow:", D3COLD_EV_GUEST_ENTER, USER, false);

	/* Sets the policy to off, too. No reference but the machine's. */
	if (now->t.lost) {
		unsigned int bits;

		EACH_CONTEXT(bits, D3COLD_EV_RECOVERED)
		{
			struct world w = begin("root:");

			w.level = 0;
			feed(&w, D3COLD_EV_RECOVERED, bits, false);
			w.todo_by = w.todo ? POLICY_SETTER : NOBODY;
			emit(&w);
		}
	}

	if (!awake)
		return;
	if (now->core_open && !now->t.open && !now->closing)
		feed_user("user:", D3COLD_EV_OPEN, USER, false);
	if (now->closing) {
		struct world w = begin("user: the core closes");

		if (w.core_engaged)
			violate(I_CLOSE, "engaged");
		w.core_open = 0;
		w.closing = 0;
		w.usage--;
		emit(&w);
	}
	if (!now->t.open)
		return;
	/* A mapping keeps the file open. */
	if (!now->mapped)
		feed_user("user:", D3COLD_EV_CLOSE, USER, false);
	feed_user("user:", D3COLD_EV_GUEST_ENTER, USER, false);
	feed_user("user:", D3COLD_EV_GUEST_LEAVE, USER, false);
	feed_user("user:", D3COLD_EV_RESET, USER, false);
	feed_user("work:", D3COLD_EV_RESET, WORKER, false);
	feed_user("user:", D3COLD_EV_VMM_ENTER, USER, false);
	feed_user("user:", D3COLD_EV_VMM_ENTRY, USER, false);
	feed_user("user, with wakeup:", D3COLD_EV_VMM_ENTRY, USER, true);
	feed_user("user:", D3COLD_EV_VMM_LEAVE, USER, false);
}

/* What waits for no lock of ours. */
void expand_rest(const struct world *now)
{
	bool inside = now->core_open != now->t.open || now->closing ||
		      now->todo_by == USER || now->todo_by == WORKER;
	unsigned int level;

	/* A verified return qualifies the device: more is allowed, no event. */
	for (level = now->level + 1; now->level && level <= 3; level++) {
		struct world w = begin("the device is qualified");

		w.level = level;
		emit(&w);
	}
	if (now->ref == NO_REF && !now->probing)
		MOVE("user: wants the device awake", {
			w.ref = WAITING;
			w.usage++;
		});
	if (now->ref == WAITING && now->phase == AWAKE)
		MOVE("user: has it awake", w.ref = HAS_REF);
	if (now->ref == HAS_REF && !inside)
		MOVE("user: lets go", {
			w.ref = NO_REF;
			w.usage--;
		});
	if (now->ref == HAS_REF && !now->core_open && !now->t.lost)
		MOVE("user: the core opens", {
			w.core_open = 1;
			w.usage++;
		});
	/* The fault handler looks at nothing but this. */
	if (now->t.open && now->core_open && !now->core_engaged && !now->mapped)
		MOVE("user: touches a BAR", w.mapped = 1);
	if (now->mapped)
		MOVE("user: unmaps", w.mapped = 0);
}
