# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034
#
# The devices of the machine. `take` sets, for the steps that follow: slot (S20),
# port and bdf (0000:00:04.0), kind (nvme), fault and slow (bytes of CMOS), and
# sys, the device's folder in sysfs.

pci=/sys/bus/pci/devices

# every function of the machine: "SLOT FUNCTION" each
all_devices() { awk '{ print $1, $3 }' /mnt/slots; }

# take SLOT [FUNCTION] | take KIND
take() {
	local s p f k a b found

	while read -r s p f k a b; do
		[[ ($s == "$1" && $f == "${2:-0}") || $k == "$1" ]] || continue
		found=("$pci/$p"/0000:*."$f")
		[[ -e ${found[0]} ]] || return 1
		slot=$s port=$p kind=$k fault=$a slow=$b
		sys=${found[0]}
		bdf=${sys##*/}
		return 0
	done </mnt/slots
	return 1
}

# for_each_device COMMAND ...: once for each function, after take
for_each_device() {
	local s f

	while read -r s f <&9; do
		take "$s" "$f" || { not_ok "$s.$f is there"; continue; }
		"$@"
	done 9< <(all_devices)
}

driver_of() { # BDF
	local link

	link=$(readlink "$pci/$1/driver") || return 1
	echo "${link##*/}"
}

# bind_to DRIVER [BDF]: by driver_override, as libvirt does
bind_to() {
	local driver=$1 b=${2:-$bdf}

	unbind "$b"
	echo "$driver" >"$pci/$b/driver_override" || return
	echo "$b" >/sys/bus/pci/drivers_probe || return
	[[ $(driver_of "$b") == "$driver" ]]
}

unbind() { # [BDF]
	local b=${1:-$bdf}

	[[ ! -e $pci/$b/driver ]] || echo "$b" >"$pci/$b/driver/unbind"
	echo >"$pci/$b/driver_override"
}

# QEMU's root ports have no PM capability, so theirs starts as 0
allow_d3cold() { echo 1 >"$pci/$port/d3cold_allowed"; }

# read_file FILE: its first line in $line, without a process
read_file() { line=; read -r line <"$1"; }

power_state() { read_file "$pci/${1:-$bdf}/power_state"; echo "$line"; }
in_state() { read_file "$sys/power_state"; [[ $line == "$1" ]]; }

# wait_state STATE [SECONDS] [WHAT]: a point
wait_state() {
	if wait_for "${2:-5}" in_state "$1"; then
		ok "${3:-$kind is in $1}"
	else
		not_ok "${3:-$kind is in $1}" "it is in $(power_state) after ${2:-5} s" \
			"port: $(power_state "$port") $(cat "$pci/$port/power/runtime_status")" \
			"device: $(cat "$sys/power/runtime_status") $(cat "$sys/power/control")" \
			"blockers: $(cat "$sys/d3cold/blockers" 2>/dev/null)"
		return 1
	fi
}

# The driver's own files
d3cold() { read_file "$sys/d3cold/$1"; echo "$line"; }
d3cold_set() { echo "$2" >"$sys/d3cold/$1"; }
counter() { read_file "$sys/d3cold/stats/$1"; echo "$line"; }

# counter_is NAME N WHAT: a point
counter_is() { is "$(counter "$1")" "$2" "$3"; }

# delay MILLISECONDS: how long the device stays awake for nothing
delay() { echo "$1" >"$sys/power/autosuspend_delay_ms"; }

is_qualified() { read_file "$sys/d3cold/qualified"; [[ $line == 1 ]]; }

# ready POLICY DELAY: a device just bound: as many power cycles as it likes, come
# back from D3cold once, and asleep
ready() {
	# on debug kernels the steps of a case take longer, too
	local slower=1

	[[ ! -e /sys/kernel/debug/kmemleak ]] || slower=4
	d3cold_set max_cycles_per_min 0
	d3cold_set policy "$1"
	delay $(($2 * slower))
	wait_for 15 is_qualified || not_ok "$kind qualifies" "qualified: $(d3cold qualified)"
	wait_state D3cold 15 "$kind: idle in D3cold"
}

# usage_is N WHAT: the references that keep it awake, where the kernel tells; a point
usage_is() {
	[[ -e $sys/power/runtime_usage ]] || { skip "$2" "no CONFIG_PM_ADVANCED_DEBUG"; return; }
	read_file "$sys/power/runtime_usage"
	is "$line" "$1" "$2"
}

# at_rest WHAT: three points: nobody uses it, it sleeps, and nothing is owed
at_rest() {
	is "$(d3cold state) $(d3cold entered_by)" "idle none" "$1: state idle, nobody has entered"
	wait_state D3cold 10 "$1: in D3cold"
	usage_is 0 "$1: no reference is left"
}

# active objects in the slab caches whose name matches REGEX
slab_objects() { awk -v re="$1" '$1 ~ re { n += $2 } END { print n + 0 }' /proc/slabinfo; }

# objects: those that a driver's life may leave. Exact only with slub_debug: else objects
# that processors keep for later count, by the hundred. maple and radix trees move with
# every process and file.
objects() {
	echo 3 >/proc/sys/vm/drop_caches
	nap 1.5
	slab_objects '^(kmalloc|kernfs|iommu)'
}

# no_object_lost BEFORE AFTER: a point, after $rounds
no_object_lost() {
	note "slab objects: $1 before, $2 after"
	if [[ $kernel == kasan ]]; then
		skip "no object a round is lost" "KASAN keeps for a while what is freed; kmemleak looks"
	else
		at_most $(($2 > $1 ? $2 - $1 : 0)) $((rounds / 2)) "no object a round is lost"
	fi
}
