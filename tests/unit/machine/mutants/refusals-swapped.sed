# SPDX-License-Identifier: GPL-2.0-only
# policy is looked at after the double entry
# caught by: enter-refusals
/^static int enter_refused/,/^}/{
s/if (!c->allow_vmm)/if (m->entered_by \& D3COLD_BY_VMM_)/
s/if (m->entered_by \& D3COLD_BY_VMM)/if (!c->allow_vmm)/
s/D3COLD_BY_VMM_/D3COLD_BY_VMM/
s/-EPERM/-E_/
s/-EALREADY/-EPERM/
s/-E_;/-EALREADY;/
}
