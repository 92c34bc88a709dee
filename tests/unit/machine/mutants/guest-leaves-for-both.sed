# SPDX-License-Identifier: GPL-2.0-only
# the guest's leave ends the VMM's entry too
# caught by: owners
s/leave(m, D3COLD_BY_GUEST, c);/leave(m, D3COLD_BY_GUEST | D3COLD_BY_VMM, c);/
