# SPDX-License-Identifier: GPL-2.0-only
# the core is not disengaged
# caught by: entry-exit
s/actions |= D3COLD_DO_EXIT;/;/
