# SPDX-License-Identifier: GPL-2.0-only
# a device that sleeps is taken for awake
# caught by: state
s/m->asleep = true;/m->asleep = false;/
