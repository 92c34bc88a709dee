# SPDX-License-Identifier: GPL-2.0-only
# a stricter policy lets the device sleep on
# caught by: policy-wakes
/case V_ALLOWED:/,/m->state = D3COLD_HELD/s/r.actions = D3COLD_DO_WAKE;/r.actions = 0;/
