# SPDX-License-Identifier: GPL-2.0-only
# a leave is taken from who found the device asleep
# caught by: result
/\[D3COLD_SUSPENDED\] = {/,/^	},/s/\[D3COLD_EV_VMM_LEAVE\] = IS(WAKE)/[D3COLD_EV_VMM_LEAVE] = IS(LEAVE_VMM)/
