# SPDX-License-Identifier: GPL-2.0-only
# a veto moves the machine
# caught by: refused-unchanged
s/if (r.error \&\& r.error != -EIO)/if (r.error == -EINVAL)/
