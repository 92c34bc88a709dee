# SPDX-License-Identifier: GPL-2.0-only
# a second ENTRY is -EBUSY
# caught by: double-entry
/case V_ENTRY:/,/break;/s/-EINVAL/-EBUSY/
