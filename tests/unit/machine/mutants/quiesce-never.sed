# SPDX-License-Identifier: GPL-2.0-only
# interrupts stay on
# caught by: interrupts
s/r.actions |= D3COLD_DO_QUIESCE;/;/
