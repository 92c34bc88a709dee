# SPDX-License-Identifier: GPL-2.0-only
# the core is not engaged
# caught by: usage-count
s/actions |= D3COLD_DO_ENTRY;/;/
