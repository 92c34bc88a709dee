# SPDX-License-Identifier: GPL-2.0-only
# an entered device that sleeps is still called entered
# caught by: state
/\[D3COLD_ENTERED\] = {/,/^	},/s/\[D3COLD_EV_SUSPENDED\] = GO(SUSPENDED)/[D3COLD_EV_SUSPENDED] = STAY/
