# SPDX-License-Identifier: GPL-2.0-only
# a second loss is signalled again
# caught by: signals
s/if (before != D3COLD_LOST)/if (1)/
