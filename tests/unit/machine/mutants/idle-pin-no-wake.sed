# SPDX-License-Identifier: GPL-2.0-only
# pinning does not wake a device that sleeps
# caught by: policy-wakes
/if (pin \&\& !m->pinned)/,/^	}/s/actions |= D3COLD_DO_WAKE;/;/
