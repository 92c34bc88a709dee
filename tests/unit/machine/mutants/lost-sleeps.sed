# SPDX-License-Identifier: GPL-2.0-only
# a lost device may sleep
# caught by: pinned-awake
/\[D3COLD_LOST\] = {/,/^	},/s/\[D3COLD_EV_SUSPENDING\] = IS(VETO)/[D3COLD_EV_SUSPENDING] = STAY/
