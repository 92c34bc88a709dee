# SPDX-License-Identifier: GPL-2.0-only
# interrupts stay off
# caught by: interrupts
s/r.actions |= D3COLD_DO_RESTORE;/;/
