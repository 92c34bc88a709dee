# SPDX-License-Identifier: GPL-2.0-only
# a wake never holds
# caught by: state
s/else if (c->hold || /else if (/
