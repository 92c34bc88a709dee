# SPDX-License-Identifier: GPL-2.0-only
# a loss is told before what is not supported
# caught by: enter-refusals
/^static int enter_refused/,/^}/s/if (c->unsupported)/if (c->unsupported \&\& m->state != D3COLD_LOST)/
