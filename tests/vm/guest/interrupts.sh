# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
#
# Real interrupts, raised by registers of BAR 0 that set their causes: the VMM is
# the guest's driver. The device forgets all of it with its power.

reg() { vmm bar write 0 "$1" 4 "$2"; }

# program: as the driver does after a loss of power; interrupt kind is $irq. The
# device stays awake, however slow we are, until `cold`
program() {
	delay 60000
	case $kind.$irq in
	igb.msix)
		reg 0x1514 0x10	# GPIE: a vector for each cause
		reg 0x1524 0x7	# EIMS
		;;
	igb.*) reg 0xd0 0x4 ;;	# IMS
	e1000e.*) reg 0xd0 0x40 ;;
	esac
}

# cold WHAT: a point
cold() {
	delay 50
	wait_state D3cold 10 "$kind $irq: $1: in D3cold"
}

# raise [VECTOR], and ack what the device remembers of it
raise() {
	case $kind.$irq in
	igb.msix) reg 0x1520 $((1 << ${1:-0})) ;;	# EICS
	igb.*) reg 0xc8 0x4 ;;	# ICS
	e1000e.*) reg 0xc8 0x40 ;;
	esac
}

ack() {
	case $kind.$irq in
	igb.msix) reg 0x1580 0x7 ;;	# EICR
	*) reg 0xc0 0xffffffff ;;	# ICR
	esac
}

# came N WHAT [VECTOR]: so many since the last look; waits for them, and a
# little for one too many
came() {
	local sum=0 tries=0

	while ((sum < $1 && tries < 50)); do
		vmm irq count "$irq" "${3:-0}"
		sum=$((sum + reply))
		((sum >= $1)) || nap 0.02
		tries=$((tries + 1))
	done
	(($1)) || nap 0.02
	vmm irq count "$irq" "${3:-0}"
	is $((sum + reply)) "$1" "$kind $irq: $2"
}

# The lines of /proc/interrupts that VFIO has
vfio_lines() { grep -c vfio- /proc/interrupts; }
