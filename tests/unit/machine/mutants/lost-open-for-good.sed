# SPDX-License-Identifier: GPL-2.0-only
# a lost device cannot be closed
# caught by: result
/\[D3COLD_LOST\] = {/,/^	},/s/\[D3COLD_EV_CLOSE\] = IS(CLOSE)/[D3COLD_EV_CLOSE] = IS(IO)/
