# SPDX-License-Identifier: GPL-2.0-only
# a held device may sleep
# caught by: pinned-awake
/\[D3COLD_HELD\] = {/,/^	},/s/\[D3COLD_EV_SUSPENDING\] = IS(VETO)/[D3COLD_EV_SUSPENDING] = IS(SLEEP)/
