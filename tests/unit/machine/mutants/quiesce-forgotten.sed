# SPDX-License-Identifier: GPL-2.0-only
# interrupts are off, and the machine does not know
# caught by: interrupts
s/m->quiesced = true;/m->quiesced = false;/
