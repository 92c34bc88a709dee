#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# golden_check.sh TOOL: what check says of machines that let devices reach D3cold,
# and of those that do not, see harness.sh.
# shellcheck source=tests/unit/ctl/harness.sh
. "${0%/*}/harness.sh"
# shellcheck disable=SC2154 # dir and root are tree.sh's and harness.sh's

# What machine() of tree.sh leaves out: ports that sleep, and who cuts the power
machine() {
	mkdir -p "$root/sys/firmware/acpi" "$root/sys/power" "$root/dev" "$root/sys/bus/pci/drivers/d3cold-vfio-pci"
	put "$root/pci.ids" '10de  NVIDIA Corporation' '8086  Intel Corporation'
	put "$root/sys/class/dmi/id/bios_date" 03/14/2023
	put "$root/proc/cmdline" 'root=/dev/sda1 ro quiet'
	put "$root/proc/4242/comm" qemu-system-x86
	mkdir -p "$root/proc/4242/fd"
	ln -s /dev/vfio/19 "$root/proc/4242/fd/33"
	below=pci0000:00/0000:00:1c.

	# A laptop: the port has _PR3.
	port 1c.0
	power_resource
	pci "${below}0" 0000:01:00.0 8086 10c9 020000 d3cold-vfio-pci
	traps
	group 11
	ours idle D3cold auto

	# A server: nobody cuts the power.
	port 1c.1
	pci "${below}1" 0000:02:00.0 8086 10c9 020000 d3cold-vfio-pci
	traps
	group 12
	ours idle D3hot auto
	put "$dir/d3cold/blockers" \
		'platform: neither the device nor a port above it has a power resource (_PR3)'

	# A GPU whose audio function the host's sound driver keeps awake; a device link
	# goes from one to the other.
	port 1c.2
	power_resource
	pci "${below}2" 0000:03:00.0 10de 2684 030000 d3cold-vfio-pci
	traps
	group 13
	ours idle D3hot explicit
	put "$dir/d3cold/blockers" 'sibling: 0000:03:00.1 (snd_hda_intel) is awake'
	gpu=$dir
	pci "${below}2" 0000:03:00.1 10de 22ba 040300 snd_hda_intel
	traps
	group 13
	put "$dir/power/control" on
	link=$root/sys/devices/virtual/devlink/pci:0000:03:00.0--pci:0000:03:00.1
	put "$link/runtime_pm" 1
	ln -s "$dir" "$link/consumer"
	ln -s "$link" "$gpu/consumer:pci:0000:03:00.1"

	# A NIC with a virtual function.
	port 1c.3
	power_resource
	pci "${below}3" 0000:04:00.0 8086 10c9 020000 igb
	traps
	group 14
	put "$dir/sriov_numvfs" 1
	pci "${below}3" 0000:04:00.1 8086 10ca 020000
	traps
	group 15
	ln -s ../0000:04:00.0 "$dir/physfn"

	# No PM capability, under a bridge of a switch; the power resource is further up.
	port 1c.4
	power_resource
	pci "${below}4" 0000:05:00.0 8086 1234 060400 pcieport
	put "$dir/power/autosuspend_delay_ms" 100
	pci "${below}4/0000:05:00.0" 0000:06:00.0 8086 10c9 020000 d3cold-vfio-pci
	traps
	group 16
	ours idle D0 auto
	put "$dir/d3cold/blockers" 'device: no PM capability'
	pci "${below}4" 0000:05:01.0 8086 1235 020000 igb
	traps

	# Lost; its own power resource, that of a device which can be ejected.
	port 1c.5
	pci "${below}5" 0000:07:00.0 8086 10c9 020000 d3cold-vfio-pci
	traps
	group 17
	power_resource
	put "$dir/firmware_node/eject" ''
	ours lost D3cold off
	put "$dir/d3cold/blockers" \
		'lost: it did not come back from D3cold; write 1 to recover, or remove and rescan it' \
		'policy: "off" never powers the device off; write another to policy'
	put "$root/sys/bus/pci/devices/0000:00:1c.5/power/runtime_status" active

	# A hot-plug port that may not enter D3.
	port 1c.6
	rm "$dir/power/autosuspend_delay_ms"
	put "$dir/power/runtime_status" active
	mkdir "$dir/0000:00:1c.6:pcie004"
	power_resource
	pci "${below}6" 0000:08:00.0 8086 10c9 020000 vfio-pci
	traps
	group 18

	# In use and awake; everything that --fix can do is to be done.
	port 1c.7
	power_resource
	put "$dir/power/control" on
	put "$dir/d3cold_allowed" 0
	put "$dir/power/runtime_status" suspended
	pci "${below}7" 0000:09:00.0 8086 10c9 020000 d3cold-vfio-pci
	traps
	group 19
	ours active D0 auto
	put "$dir/d3cold_allowed" 0
	put "$dir/power/control" on
	put "$dir/d3cold/blockers" \
		'in use: it is open, and neither the guest nor the VMM has entered' \
		'power/control: "on" keeps the device in D0; write auto' \
		'd3cold_allowed: 0 forbids D3cold; write 1'

	# An older driver, and files that cannot be read.
	port 1d.0
	power_resource
	pci pci0000:00/0000:00:1d.0 0000:0a:00.0 8086 ffff 020000 d3cold-vfio-pci
	traps
	group 20
	put "$dir/d3cold/policy" idle
	for file in power_state power/control power/runtime_status d3cold_allowed; do
		rm "$dir/$file"
		ln -s loop "$dir/$file"
	done

	# It vanishes: the bus still names it.
	ln -s ../../../devices/gone "$root/sys/bus/pci/devices/0000:0b:00.0"
}

fresh
same_tree start
golden check-laptop check 01:00.0
golden check-laptop-json check 01:00.0 --json
golden check-server check 02:00.0
golden check-gpu-audio check 03:00.0
golden check-host-driver check 04:00.0
golden check-vf check 04:00.1
golden check-no-pm check 06:00.0
golden check-lost check 07:00.0
golden check-hotplug check 08:00.0
golden check-in-use check 09:00.0
golden check-in-use-json check 09:00.0 --json
golden check-old-driver check 0a:00.0
golden check-vanished check 0b:00.0
golden check-several check 01:00.0 55:00.0 02:00.0
sed_report='s/^kernel  .*/kernel/; s/^kernel build.*/kernel build/; s/^architecture.*/architecture/'
put "$root/sys/class/dmi/id/product_serial" SECRET
put "$root/proc/cmdline" 'root=UUID=SECRET pcie_aspm=off vfio-pci.ids=8086:10c9 user=SECRET'
{
	echo "\$ d3coldctl report 03:00.0"
	run report 03:00.0 | sed "$sed_report"
} >"$work/raw"
compare report
golden report-missing report 55:00.0
golden report-unwritable report 03:00.0 -o "$root/nowhere/report"
put "$root/proc/cmdline" 'root=/dev/sda1 ro quiet'
rm "$root/sys/class/dmi/id/product_serial"
golden check-usage check
golden check-usage-both check --all 01:00.0
put "$root/sys/class/dmi/id/bios_date" 11/02/2014
put "$root/proc/cmdline" 'root=/dev/sda1 pcie_port_pm=off'
golden check-old-firmware check 08:00.0
put "$root/sys/class/dmi/id/bios_date" 03/14/2023
put "$root/proc/cmdline" 'root=/dev/sda1 ro quiet'
same_tree "checking has changed nothing"

# Its power state does not follow in a fake tree: it is in D3cold already
put "$root/sys/bus/pci/devices/0000:09:00.0/power_state" D3cold
put "$root/sys/bus/pci/devices/0000:09:00.0/d3cold/state" idle
: >"$root/sys/bus/pci/devices/0000:09:00.0/d3cold/blockers"
rm "$root/proc/4242/fd/33"
golden check-fix check 09:00.0 --fix
golden check-fix-again check 09:00.0 --fix --json
golden check-all check --all
pci "${below}0" 0000:01:00.1 8086 10c9 020000 d3cold-vfio-pci
ours idle D3cold auto
put "$dir/d3cold_allowed" 0
is "$(run check --all --fix | grep ': wrote ')" \
	"0000:01:00.0: wrote 1 to /sys/bus/pci/devices/0000:01:00.1/d3cold_allowed" \
	"what was written for one function is not written again for the next"


# Each of known.h, and what is none of it
fresh
sys=$root/sys/bus/pci/devices
known() { # WHAT BDF
	echo "# $1"
	run check "$2" | sed -n '/^  ports/,/^  d3cold_allowed/{/^  d3cold_allowed/!p}; /^  known/,/^  driver says/{/^  driver says/!p}; $p'
}
cmdline() { put "$root/proc/cmdline" "root=/dev/sda1 $*"; }
board() { # VENDOR NAME VERSION
	put "$root/sys/class/dmi/id/board_vendor" "$1"
	put "$root/sys/class/dmi/id/board_name" "$2"
	put "$root/sys/class/dmi/id/board_version" "$3"
}
{
	cmdline pcie_aspm=off pci=noaer
	known 'nothing that matters' 08:00.0
	cmdline pcie_port_pm=off
	known pcie_port_pm=off 08:00.0
	cmdline pcie_ports=compat
	rm "$sys/0000:00:1c.6/driver"
	known pcie_ports=compat 08:00.0
	cmdline
	known 'the same without it' 08:00.0
	ln -s "$root/sys/bus/pci/drivers/pcieport" "$sys/0000:00:1c.6/driver"
	rmdir "$sys/0000:00:1c.6/0000:00:1c.6:pcie004"
	known 'a port that is not trusted' 08:00.0
	board 'Gigabyte Technology Co., Ltd.' 'X299 DESIGNARE EX-CF' x.x
	known 'a board' 08:00.0
	board 'Elo Touch Solutions' 'Geminilake' 'Continental Z2'
	known 'another' 08:00.0
	board 'Hewlett-Packard' 1972 95.33
	known 'a third' 08:00.0
	board 'Hewlett-Packard' 1972 95.34
	known 'of another version' 08:00.0
	put "$sys/0000:00:1c.0/vendor" 0x10b5
	put "$sys/0000:00:1c.0/device" 0x8548
	known 'a port of a PLX switch' 01:00.0
	put "$sys/0000:00:1c.0/device" 0x8747
	known 'of another' 01:00.0

	put "$root/sys/bus/pci/drivers/vfio-pci/module/parameters/disable_idle_d3" Y
	known disable_idle_d3=1 08:00.0
	put "$sys/0000:01:00.0/removable" removable
	known Thunderbolt 01:00.0
	put "$sys/0000:01:00.0/removable" fixed
	rm "$sys/0000:01:00.0/reset_method"
	known 'no reset' 01:00.0
	put "$sys/0000:09:00.0/class" 0x010802
	known 'NVMe in use' 09:00.0
	put "$sys/0000:09:00.0/d3cold/state" idle
	known 'NVMe not in use' 09:00.0
	put "$sys/0000:03:00.0/vendor" 0x1002
	known 'AMD GPU' 03:00.0
} >"$work/raw"
compare check-known
done_with_points
