# SPDX-License-Identifier: GPL-2.0-only
# EXIT without entry is an error
# caught by: exit-idempotent
/\[D3COLD_ACTIVE\] = {/,/^	},/s/\[D3COLD_EV_VMM_LEAVE\] = STAY/[D3COLD_EV_VMM_LEAVE] = NO/
