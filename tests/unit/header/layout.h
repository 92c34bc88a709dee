/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What VMMs were compiled with stays where it is. An array of a negative size
 * is a check that every standard of C and C++ knows.
 */
#include "d3cold_vfio_pci.h"

#include <stddef.h>

#define IS(what, value) typedef char is_##what[(value) ? 1 : -1]
#define AT(member, at) \
	IS(at_##member, offsetof(struct vfio_d3cold_status, member) == (at))

IS(enter, sizeof(struct vfio_d3cold_enter) == 8);
IS(eventfd, sizeof(struct vfio_d3cold_eventfd) == 8);
IS(status, sizeof(struct vfio_d3cold_status) == 200);
AT(version, 0);
AT(size, 4);
AT(sequence, 8);
AT(state, 12);
AT(guest_state, 16);
AT(physical_state, 20);
AT(policy, 24);
AT(entered_by, 28);
AT(last_wake, 32);
AT(pending_events, 36);
AT(reserved, 40);
AT(last_wake_ns, 48);
AT(since_ns, 56);
AT(residency_ns, 64);
AT(entries, 88);
AT(suspends, 96);
AT(d3cold, 104);
AT(wakes, 112);
