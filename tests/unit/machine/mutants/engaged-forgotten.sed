# SPDX-License-Identifier: GPL-2.0-only
# the machine forgets that the core is engaged
# caught by: inductive
s/m->engaged = engage;/m->engaged = false;/
