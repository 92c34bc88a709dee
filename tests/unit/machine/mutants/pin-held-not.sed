# SPDX-License-Identifier: GPL-2.0-only
# a held device is not pinned
# caught by: usage-count
s/m->state == D3COLD_HELD || m->state == D3COLD_LOST/m->state == D3COLD_LOST/
