# SPDX-License-Identifier: GPL-2.0-only
# a lost device is not pinned
# caught by: usage-count
s/m->state == D3COLD_HELD || m->state == D3COLD_LOST/m->state == D3COLD_HELD/
