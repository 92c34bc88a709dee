# SPDX-License-Identifier: GPL-2.0-only
# each owner engages the core
# caught by: usage-count
s/if (engage \&\& !m->engaged)/if (engage)/
