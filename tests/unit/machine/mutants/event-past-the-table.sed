# SPDX-License-Identifier: GPL-2.0-only
# one event too many is looked up
# caught by: defined
s/event >= D3COLD_NR_EVENTS)/event > D3COLD_NR_EVENTS)/
