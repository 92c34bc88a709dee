# SPDX-License-Identifier: GPL-2.0-only
# policy off does not pin a device that nobody uses
# caught by: idle-pinned
s/(m->state == D3COLD_IDLE \&\& !c->allow_idle)/false/
