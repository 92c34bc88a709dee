# SPDX-License-Identifier: GPL-2.0-only
# who never entered can end a hold
# caught by: exit-idempotent
s/if (!(m->entered_by \& who))/if (0)/
