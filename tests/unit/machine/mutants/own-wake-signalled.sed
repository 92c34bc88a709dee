# SPDX-License-Identifier: GPL-2.0-only
# the VMM's own access signals a wake
# caught by: signals
s/if (!c->own_wake || c->one_shot)/if (1)/
