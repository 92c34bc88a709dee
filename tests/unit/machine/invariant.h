/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is always true of a machine, and which events can happen to it: checked
 * of all that the exploration reaches, proved inductive by CBMC.
 */
#ifndef D3COLD_TEST_INVARIANT_H
#define D3COLD_TEST_INVARIANT_H

#include "machine.h"

/*
 * As far as it holds whatever is fed, also by a caller in error: the owners,
 * the core's low-power mode and the PM reference follow from the state.
 */
static inline bool invariant_any(const struct d3cold_machine *m)
{
	if (m->state >= D3COLD_NR_STATES ||
	    m->entered_by & ~(D3COLD_BY_GUEST | D3COLD_BY_VMM))
		return false;
	if (m->engaged != (m->entered_by != 0))
		return false;
	if (m->entered_by && !m->open)
		return false;

	switch ((enum d3cold_state)m->state) {
	case D3COLD_IDLE: /* pinned or not, as the policy is */
		return !m->open;
	case D3COLD_ACTIVE:
		return m->open && !m->entered_by && !m->pinned;
	case D3COLD_ENTERED:
	case D3COLD_SUSPENDED:
		return m->open && m->entered_by && !m->pinned;
	case D3COLD_HELD:
		return m->open && m->entered_by && m->pinned;
	case D3COLD_LOST:
		return m->pinned;
	default:
		return false;
	}
}

/* All of it: interrupts are off on the way to sleep, and asleep, only. */
static inline bool invariant(const struct d3cold_machine *m)
{
	if (!invariant_any(m))
		return false;
	if (m->asleep && !m->quiesced)
		return false;
	switch ((enum d3cold_state)m->state) {
	case D3COLD_IDLE:
		return true;
	case D3COLD_ENTERED:
		return !m->asleep;
	case D3COLD_SUSPENDED:
		return m->asleep;
	default:
		return !m->quiesced;
	}
}

/*
 * Can a correct caller feed this? Between the suspend that was accepted and its
 * end nobody but runtime PM, and who sets the policy, is there; a user who
 * finds the device asleep is told to wake it.
 */
static inline bool possible(const struct d3cold_machine *m, unsigned int event)
{
	bool between = m->quiesced && !m->asleep;

	switch (event) {
	case D3COLD_EV_POLICY:
	case D3COLD_EV_RECOVERED:
		return true;
	case D3COLD_EV_OPEN:
	case D3COLD_EV_RESET:
		return !between;
	case D3COLD_EV_CLOSE:
	case D3COLD_EV_GUEST_ENTER:
	case D3COLD_EV_GUEST_LEAVE:
	case D3COLD_EV_VMM_ENTER:
	case D3COLD_EV_VMM_ENTRY:
	case D3COLD_EV_VMM_LEAVE:
		return m->open && !between;
	case D3COLD_EV_SUSPENDING:
		return !m->quiesced && !m->asleep;
	case D3COLD_EV_SUSPENDED:
	case D3COLD_EV_SUSPEND_FAILED:
		return between;
	case D3COLD_EV_RESUMED:
	case D3COLD_EV_LOSS:
		return !between;
	default:
		return false;
	}
}

static inline bool same(const struct d3cold_machine *a,
			const struct d3cold_machine *b)
{
	return a->state == b->state && a->entered_by == b->entered_by &&
	       a->open == b->open && a->asleep == b->asleep &&
	       a->engaged == b->engaged && a->pinned == b->pinned &&
	       a->quiesced == b->quiesced;
}

/* The same but for what follows from the policy, not from the event. */
static inline bool unchanged(const struct d3cold_machine *a,
			     const struct d3cold_machine *b)
{
	struct d3cold_machine c = *b;

	c.pinned = a->pinned;
	return same(a, &c);
}

#endif /* D3COLD_TEST_INVARIANT_H */
