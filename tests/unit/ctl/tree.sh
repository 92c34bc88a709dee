# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# A fake machine for golden.sh and speed.sh: functions that fill $root, laid out
# as the kernel does it. Whatever would wake a device is a FIFO here: opening it
# hangs, and the test's time limit ends it.

# root is set by whoever includes this file:
# shellcheck disable=SC2154

put() { # FILE TEXT...
	mkdir -p "${1%/*}"
	file=$1
	shift
	printf '%s\n' "$@" >"$file"
}

# pci PARENT BDF VENDOR DEVICE CLASS [DRIVER]
pci() {
	dir=$root/sys/devices/$1/$2
	put "$dir/vendor" "0x$3"
	put "$dir/device" "0x$4"
	put "$dir/class" "0x$5"
	put "$dir/driver_override" ''
	put "$dir/power_state" D0
	put "$dir/d3cold_allowed" 1
	put "$dir/ari_enabled" 0
	put "$dir/reset_method" flr
	put "$dir/power/control" auto
	put "$dir/power/runtime_status" active
	mkdir -p "$root/sys/bus/pci/devices"
	ln -s "../../../devices/$1/$2" "$root/sys/bus/pci/devices/$2"
	if [ -n "${6:-}" ]; then
		mkdir -p "$root/sys/bus/pci/drivers/$6"
		ln -s "$root/sys/bus/pci/drivers/$6" "$dir/driver"
	fi
}

# traps: what wakes a device, in the device made last
traps() {
	for trap in config rom vpd resource resource0 max_link_speed \
		max_link_width current_link_speed current_link_width; do
		mkfifo "$dir/$trap"
	done
}

group() { # NUMBER, for the device made last
	mkdir -p "$root/sys/kernel/iommu_groups/$1/devices"
	ln -s "$dir" "$root/sys/kernel/iommu_groups/$1/devices/${dir##*/}"
	ln -s "$root/sys/kernel/iommu_groups/$1" "$dir/iommu_group"
}

# ours STATE POWER POLICY: what our driver adds to the device made last
ours() {
	put "$dir/driver_override" d3cold-vfio-pci
	put "$dir/power_state" "$2"
	put "$dir/power/runtime_status" suspended
	put "$dir/power/autosuspend_delay_ms" 1000
	put "$dir/d3cold/state" "$1"
	put "$dir/d3cold/policy" "$3"
	put "$dir/d3cold/rearm" resuspend
	put "$dir/d3cold/on_lost" event
	put "$dir/d3cold/max_wake_ms" 0
	put "$dir/d3cold/max_cycles_per_min" 30
	put "$dir/d3cold/qualified" 1
	put "$dir/d3cold/guest_power_state" D0
	put "$dir/d3cold/no_soft_reset" 1
	put "$dir/d3cold/entered_by" none
	put "$dir/d3cold/last_wake" none
	put "$dir/d3cold/recover" ''
	: >"$dir/d3cold/blockers"
	for stat in entries suspends d3cold d3hot_only wakes_guest wakes_host \
		shadow_hits time_d0_ms time_d3hot_ms time_d3cold_ms; do
		put "$dir/d3cold/stats/$stat" 0
	done
}

# vendors_driver: one more device, of a driver made by make vendor
vendors_driver() {
	pci "${port}d" 0000:0d:00.0 144d a80a 010802 acme-vfio-pci
	traps
	group 24
	ours idle D3cold auto
	put "$dir/driver_override" acme-vfio-pci
}

# port SLOT: a root port that may enter D3
port() {
	pci pci0000:00 "0000:00:$1" 8086 7ab8 060400 pcieport
	traps
	put "$dir/power/autosuspend_delay_ms" 100
	put "$dir/power/runtime_status" suspended
}

# power_resource: the device made last has _PR3
power_resource() {
	mkdir -p "$root/sys/devices/LNXSYSTM:00/${dir##*/}/power_resources_D3hot/LNXPOWER:00"
	ln -s "$root/sys/devices/LNXSYSTM:00/${dir##*/}" "$dir/firmware_node"
}

# block NAME MAJOR:MINOR DIRECTORY: a disk or partition
block() {
	mkdir -p "$3" "$root/sys/class/block"
	put "$3/dev" "$2"
	ln -s "$3" "$root/sys/class/block/$1"
}

machine() {
	mkdir -p "$root/sys/bus/pci/drivers/d3cold-vfio-pci" "$root/dev"
	put "$root/pci.ids" '10de  NVIDIA Corporation' \
		'	2684  AD102 [GeForce RTX 4090]' \
		'	22ba  AD102 High Definition Audio Controller' \
		'144d  Samsung Electronics Co Ltd' \
		'	a80a  NVMe SSD Controller PM9A1/PM9A3/980PRO' \
		'8086  Intel Corporation' '	10c9  82576 Gigabit NIC' \
		'	10ca  82576 Virtual Function'
	put "$root/proc/swaps" 'Filename	Type	Size	Used	Priority'
	put "$root/proc/self/mountinfo" \
		'22 1 259:2 / /home\040of\040all rw - ext4 /dev/nvme1n1p2 rw' \
		"23 1 0:41 / /po$(printf '\033')ol rw - btrfs /dev/nvme2n1 rw" \
		'24 1 0:5 / /dev rw - devtmpfs udev rw'
	put "$root/proc/4242/comm" qemu-system-x86
	mkdir -p "$root/proc/4242/fd"
	ln -s /dev/null "$root/proc/4242/fd/0"
	ln -s /dev/vfio/20 "$root/proc/4242/fd/33"
	port=pci0000:00/0000:00:1c.
	put "$root/sys/bus/pci/slots/4-1/address" 0000:03:00
	put "$root/etc/d3cold.conf.d/0000:01:00.0.conf" 'policy=auto'
	put "$root/etc/d3cold.conf.d/0000:66:00.0.conf" '# taken out of the machine'

	pci pci0000:00 0000:00:1c.0 8086 7ab8 060400 pcieport
	traps

	# Asleep in D3cold.
	pci "${port}0" 0000:01:00.0 144d a80a 010802 d3cold-vfio-pci
	traps
	group 11
	ours idle D3cold auto
	put "$dir/d3cold/last_wake" 'host lspci[812] 1723.456012'
	put "$dir/d3cold/stats/time_d0_ms" 4210
	put "$dir/d3cold/stats/time_d3hot_ms" 980
	put "$dir/d3cold/stats/time_d3cold_ms" 7384000
	put "$dir/d3cold/stats/suspends" 3
	put "$dir/d3cold/stats/d3cold" 3
	put "$dir/d3cold/stats/wakes_host" 2
	put "$dir/d3cold/stats/shadow_hits" 18014398509481984

	# The host's disk.
	pci "${port}1" 0000:02:00.0 144d a80a 010802 nvme
	traps
	group 12
	block nvme1n1 259:0 "$dir/nvme/nvme1/nvme1n1"
	block nvme1n1p2 259:2 "$dir/nvme/nvme1/nvme1n1/nvme1n1p2"

	# A GPU that its audio function keeps awake.
	pci "${port}2" 0000:03:00.0 10de 2684 030000 d3cold-vfio-pci
	traps
	group 13
	ours suspended D3hot explicit
	put "$dir/d3cold/rearm" hold
	put "$dir/d3cold/guest_power_state" D3hot
	put "$dir/d3cold/entered_by" 'guest vmm'
	put "$dir/d3cold/qualified" '0 0000:03:00.1 is awake'
	put "$dir/d3cold/blockers" \
		'0000:03:00.1 is awake: bind it as well, or stop its user' \
		'not qualified: 0000:03:00.1 is awake'
	put "$dir/d3cold/max_wake_ms" 500
	pci "${port}2" 0000:03:00.1 10de 22ba 040300 snd_hda_intel
	traps
	group 13
	put "$dir/power/control" on

	# A NIC with a virtual function; the VF has no driver.
	pci "${port}3" 0000:04:00.0 8086 10c9 020000 igb
	traps
	group 14
	pci "${port}3" 0000:04:00.1 8086 10ca 020000
	traps
	group 15
	ln -s ../0000:04:00.0 "$dir/physfn"

	# It vanishes: the bus still names it.
	ln -s ../../../devices/gone "$root/sys/bus/pci/devices/0000:05:00.0"

	# An older driver, and files that cannot be read.
	pci "${port}4" 0000:06:00.0 8086 ffff 020000 d3cold-vfio-pci
	traps
	group 16
	put "$dir/driver_override" d3cold-vfio-pci
	put "$dir/d3cold/policy" idle
	ln -s loop "$dir/d3cold/loop"
	ln -s loop "$dir/d3cold/state"
	mkdir -p "$dir/d3cold/stats/strange" "$dir/d3cold/blockers"
	put "$dir/d3cold/stats/text" none
	rm "$dir/power_state"
	ln -s loop "$dir/power_state"

	# Lost.
	pci "${port}5" 0000:07:00.0 8086 10c9 020000 d3cold-vfio-pci
	traps
	group 17
	ours lost D3cold off
	put "$dir/d3cold/blockers" 'lost: write 1 to d3cold/recover'

	# Not in an IOMMU group; no driver.
	pci "${port}6" 0000:08:00.0 8086 10c9 020000
	traps

	# Asleep while its virtual machine runs.
	pci "${port}7" 0000:09:00.0 144d a80a 010802 d3cold-vfio-pci
	traps
	group 20
	mkdir -p "$dir/vfio-dev/vfio3"
	ours suspended D3cold guest

	# In use by a virtual machine through vfio-pci.
	pci "${port}8" 0000:0a:00.0 10de 2684 030000 vfio-pci
	traps
	group 20

	# Half of a multipath namespace which is mounted (btrfs).
	pci "${port}9" 0000:0b:00.0 144d a80a 010802 nvme
	traps
	group 21
	mkdir -p "$dir/nvme/nvme2"
	sub=$root/sys/devices/virtual/nvme-subsystem/nvme-subsys2
	block nvme2n1 259:7 "$sub/nvme2n1"
	ln -s "$dir/nvme/nvme2" "$sub/nvme2"

	# A disk that is part of a volume.
	pci "${port}a" 0000:0c:00.0 144d a80a 010802 nvme
	traps
	group 22
	block nvme3n1 259:9 "$dir/nvme/nvme3/nvme3n1"
	mkdir -p "$dir/nvme/nvme3/nvme3n1/holders/dm-4"

	# Behind a VMD: its domain has five digits. An idle disk.
	pci "${port}b" 10000:01:00.0 144d a80a 010802 nvme
	traps
	group 23
	block nvme4n1 259:11 "$dir/nvme/nvme4/nvme4n1"
}
