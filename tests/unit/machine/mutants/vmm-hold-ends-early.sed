# SPDX-License-Identifier: GPL-2.0-only
# the guest's leave ends the hold that the VMM asked for
# caught by: state
s/bool kept = m->state == D3COLD_HELD \&\& c->vmm_hold;/bool kept = false;/
