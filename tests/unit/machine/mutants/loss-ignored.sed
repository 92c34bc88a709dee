# SPDX-License-Identifier: GPL-2.0-only
# a device lost in its sleep is not lost
# caught by: state
/\[D3COLD_SUSPENDED\] = {/,/^	},/s/\[D3COLD_EV_LOSS\] = GO(LOST)/[D3COLD_EV_LOSS] = IS(AWAKE)/
