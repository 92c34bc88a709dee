# SPDX-License-Identifier: GPL-2.0-only
# the VMM's leave ends the guest's entry too
# caught by: owners
s/leave(m, D3COLD_BY_VMM, c);/leave(m, D3COLD_BY_GUEST | D3COLD_BY_VMM, c);/
