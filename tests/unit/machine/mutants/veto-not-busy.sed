# SPDX-License-Identifier: GPL-2.0-only
# a veto does not mark last busy
# caught by: last-busy
/case V_VETO:/,/break;/s/r.actions = D3COLD_DO_BUSY;/;/
