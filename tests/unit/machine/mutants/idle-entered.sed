# SPDX-License-Identifier: GPL-2.0-only
# a device that nobody has open can be entered
# caught by: defined
/\[D3COLD_IDLE\] = {/,/^	},/s/\[D3COLD_EV_VMM_ENTRY\] = NO/[D3COLD_EV_VMM_ENTRY] = IS(ENTRY)/
