// SPDX-License-Identifier: GPL-2.0-only
/*
 * The reference: what ought to happen at an event that can happen.
 */
#include <errno.h>

#include "world.h"

struct d3cold_context context(unsigned int level, unsigned int bits)
{
	return (struct d3cold_context){
		.allow_idle = level >= 1,
		.allow_vmm = level >= 2,
		.allow_guest = level >= 3,
		.hold = bits & C_HOLD,
		.blocked = bits & C_BLOCKED,
		.unsupported = bits & C_UNSUPPORTED,
		.guest_d3hot = !(bits & C_NOT_D3HOT),
		.bad_fd = bits & C_BAD_FD,
		.own_wake = bits & C_OWN_WAKE,
		.one_shot = bits & C_ONE_SHOT,
		.internal = bits & C_INTERNAL,
		.vmm_hold = bits & C_VMM_HOLD,
	};
}

bool may_sleep(const struct truth *t, const struct d3cold_context *c)
{
	if (!t->open)
		return c->allow_idle;
	return (t->vmm && c->allow_vmm) || (t->guest && c->allow_guest);
}

static void ref_enter(struct truth *t, uint8_t *owner,
		      const struct d3cold_context *c)
{
	*owner = 1;
	if (!t->held && !t->quiet)
		t->held = !may_sleep(t, c);
}

static int ref_leave(struct truth *t, uint8_t *owner,
		     const struct d3cold_context *c)
{
	if (t->lost) {
		/* Each ends its own entry, also in a device that is not there. */
		*owner = 0;
		return -EIO;
	}
	if (*owner) {
		*owner = 0;
		t->held = (t->guest || t->vmm) &&
			  (!may_sleep(t, c) ||
			   (t->held && t->vmm && c->vmm_hold));
	}
	return 0;
}

/* In the order of the table of refusals in the user API. */
static int ref_refusal(const struct truth *t, const struct d3cold_context *c)
{
	const struct {
		bool holds;
		int error;
	} order[] = {
		{ c->unsupported, -EOPNOTSUPP }, { t->lost, -EIO },
		{ !c->allow_vmm, -EPERM },	 { t->vmm, -EALREADY },
		{ !c->guest_d3hot, -EINVAL },	 { c->bad_fd, -EBADF },
		{ c->blocked, -EBUSY },
	};
	unsigned int i;

	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (order[i].holds)
			return order[i].error;
	return 0;
}

/* A wake of the driver's own, which nobody but a stricter policy shall feel. */
bool unnoticed(const struct truth *t, const struct d3cold_context *c)
{
	return c->internal && may_sleep(t, c);
}

int reference(struct truth *t, enum d3cold_event event,
	      const struct d3cold_context *c)
{
	int error;

	switch (event) {
	case D3COLD_EV_OPEN:
		t->open = 1;
		return 0;
	case D3COLD_EV_CLOSE:
		t->open = 0;
		t->guest = 0;
		t->vmm = 0;
		t->held = 0;
		return 0;
	case D3COLD_EV_GUEST_ENTER:
		if (t->lost)
			return -EIO;
		if (c->allow_guest && !t->guest)
			ref_enter(t, &t->guest, c);
		return 0;
	case D3COLD_EV_GUEST_LEAVE:
	case D3COLD_EV_RESET:
		return ref_leave(t, &t->guest, c);
	case D3COLD_EV_VMM_ENTER:
		error = ref_refusal(t, c);
		if (!error)
			ref_enter(t, &t->vmm, c);
		return error;
	case D3COLD_EV_VMM_ENTRY:
		if (t->lost)
			return -EIO;
		if (t->vmm)
			return -EINVAL;
		ref_enter(t, &t->vmm, c);
		return 0;
	case D3COLD_EV_VMM_LEAVE:
		return ref_leave(t, &t->vmm, c);
	case D3COLD_EV_POLICY:
		if ((t->guest || t->vmm) && !t->lost && !t->quiet &&
		    !may_sleep(t, c))
			t->held = 1;
		return 0;
	case D3COLD_EV_SUSPENDING:
		if (t->lost || t->held || c->blocked || !may_sleep(t, c))
			return -EBUSY;
		t->quiet = 1;
		return 0;
	case D3COLD_EV_SUSPENDED:
		t->asleep = 1;
		return 0;
	case D3COLD_EV_SUSPEND_FAILED:
		t->quiet = 0;
		return 0;
	case D3COLD_EV_RESUMED:
		t->quiet = 0;
		t->asleep = 0;
		if (t->lost || t->held || unnoticed(t, c))
			return 0;
		if (c->one_shot)
			t->vmm = 0;
		if (t->guest || t->vmm)
			t->held = c->hold || !may_sleep(t, c);
		return 0;
	case D3COLD_EV_LOSS:
		t->quiet = 0;
		t->asleep = 0;
		t->held = 0;
		t->lost = 1;
		return 0;
	case D3COLD_EV_RECOVERED:
		t->lost = 0;
		t->held = t->guest || t->vmm;
		return 0;
	default:
		return -EINVAL;
	}
}

enum d3cold_state ref_state(const struct truth *t)
{
	if (t->lost)
		return D3COLD_LOST;
	if (!t->open)
		return D3COLD_IDLE;
	if (!t->guest && !t->vmm)
		return D3COLD_ACTIVE;
	if (t->held)
		return D3COLD_HELD;
	return t->asleep ? D3COLD_SUSPENDED : D3COLD_ENTERED;
}
