# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
#
# A register in BAR 0 of each kind of device that software can write, and that a
# loss of power resets: how we see that the device really lost it.

# sets register and register_value, one that differs from the reset value
register_of() {
	case $1 in
	nvme) register=0x14 register_value=0x00460000 ;;	# CC: sizes of queue entries
	e1000e | igb) register=0x170 register_value=0x00001234 ;;	# FCTTV: flow control timer
	*) return 1 ;;
	esac
}

# enables memory and bus mastering, as a guest's driver does
enable_memory() { vmm config write 4 2 0x6; }
