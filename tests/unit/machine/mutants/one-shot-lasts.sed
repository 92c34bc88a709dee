# SPDX-License-Identifier: GPL-2.0-only
# ENTRY_WITH_WAKEUP's entry outlives the wake
# caught by: owners
/if (c->one_shot)/,/entered_by/s/m->entered_by \&= ~D3COLD_BY_VMM;/;/
