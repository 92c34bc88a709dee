# SPDX-License-Identifier: GPL-2.0-only
# a wake of the driver's own ends or holds the entry
# caught by: signals
s/if (c->internal && may_sleep(m->entered_by, c)) {/if (0) {/
