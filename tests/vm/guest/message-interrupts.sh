# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
#
# What the cases of MSI and of MSI-X have in common.

# none WHAT: no vector
none() {
	local v

	for ((v = 0; v < vectors; v++)); do
		came 0 "$1: none of vector $v" $v
	done
}

each_works() {
	local v

	for ((v = 0; v < vectors; v++)); do
		program
		raise $v
		came 1 "$1: vector $v" $v
	done
	ack
}

message_round() {
	local last=$((vectors - 1))

	program
	raise 0
	vmm_is 0 "$kind $irq: enters" feature set low-power-entry
	came 1 "right before: vector 0" 0
	ack
	raise $last
	came 1 "entered: vector $last" $last
	ack
	cold "right before"
	none "cold"

	program
	raise $last
	came 1 "during: vector $last" $last
	cold "during"
	none "cold again"

	# raised the moment that the device is back
	vmm feature set d3cold-exit
	program
	raise 0
	came 1 "right after: vector 0" 0
	ack
	each_works "after"
	none "after"

	((round % 10 == 1)) || return 0
	# the depths of the kernel's interrupts are balanced
	vmm_is 0 "$kind $irq: disabled" irq disable $irq
	vmm_is 0 "$kind $irq: enabled" irq enable $irq $vectors
	each_works "enabled again"
	vmm feature set low-power-entry
	cold "before disabling"
	vmm_is 0 "$kind $irq: disabled while cold" irq disable $irq
	cold "disabled"
	vmm_is 0 "$kind $irq: enabled while cold" irq enable $irq $vectors
	each_works "enabled while cold"
	cold "enabled"
	vmm feature set d3cold-exit
	each_works "after that"
}

message_interrupts() { # VECTORS
	vectors=$1
	allow_d3cold
	works "$kind: the driver takes it" bind_to d3cold-vfio-pci
	ready explicit 150
	vmm_is 0 "$kind: opens" open "$bdf"
	enable_memory
	vmm_is 0 "$kind: $irq is enabled" irq enable $irq $vectors
	each_works "at first"
	in_a_row "$rounds" "$kind $irq: fired around D3cold" message_round
	is "$(vfio_lines)" "$vectors" "$kind: /proc/interrupts has the vectors"
	vmm feature set low-power-entry
	cold "before closing"
	vmm_is 0 "$kind: closes while cold, $irq enabled" close
	is "$(vfio_lines)" 0 "$kind: /proc/interrupts has none after closing"
	cold "closed"
	vmm_is 0 "$kind: opens again" open "$bdf"
	enable_memory
	vmm irq enable $irq $vectors
	each_works "opened again"
	vmm_is 0 "$kind: closes" close
}

modprobe d3cold_vfio_pci
