# SPDX-License-Identifier: GPL-2.0-only
# entries outlive the last close
# caught by: owners
/case V_CLOSE:/,/break;/s/m->entered_by = 0;/;/
