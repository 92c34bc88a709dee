# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What a case works with, beside case.env's kernel, table, rounds ...

. /mnt/guest/tap.sh
. /mnt/guest/device.sh
. /mnt/guest/power.sh
. /mnt/guest/client.sh
. /mnt/guest/registers.sh
. /mnt/guest/ram.sh
. /mnt/guest/wakes.sh
. /mnt/guest/replay.sh
. /mnt/guest/inner.sh
