# SPDX-License-Identifier: GPL-2.0-only
# VFs and ATS do not keep an entered device awake
# caught by: pinned-awake
s/may_sleep(m->entered_by, c) \&\& !c->blocked/may_sleep(m->entered_by, c)/
