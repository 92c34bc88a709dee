# SPDX-License-Identifier: GPL-2.0-only
# nothing recovers a lost device
# caught by: state
/\[D3COLD_LOST\] = {/,/^	},/s/\[D3COLD_EV_RECOVERED\] = IS(RECOVER)/[D3COLD_EV_RECOVERED] = STAY/
