# SPDX-License-Identifier: GPL-2.0-only
# an open device that nobody entered may sleep
# caught by: open-engaged
/\[D3COLD_ACTIVE\] = {/,/^	},/s/\[D3COLD_EV_SUSPENDING\] = IS(VETO)/[D3COLD_EV_SUSPENDING] = STAY/
