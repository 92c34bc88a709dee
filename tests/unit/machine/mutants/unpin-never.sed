# SPDX-License-Identifier: GPL-2.0-only
# the reference is never dropped
# caught by: usage-count
s/actions |= D3COLD_DO_UNPIN;/;/
