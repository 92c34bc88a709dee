# SPDX-License-Identifier: GPL-2.0-only
# a pinned device is pinned again
# caught by: usage-count
s/if (pin && !m->pinned)/if (pin)/
