# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
#
# Thousands of cycles into D3cold and back. Each is a list of commands for the test VMM,
# which ends at the first wrong answer. A machine whose clock counts instructions is best:
# the cycles' sleeps take no time there.

# must ANSWER COMMAND ...
must() {
	local answer=$1

	shift
	echo "expect $answer $*"
}

# The ways into D3cold and back, each with one power cycle
by_enter() { # and its eventfd, new each time, hears nothing of the VMM's own EXIT
	must 0 eventfd new
	must 0 pm D3hot
	must 0 feature set d3cold-enter u32=2 fd=0
	asleep
	must 0 feature set d3cold-exit
	must 0 eventfd read 0
	must 0 eventfd close 0
	must 0 pm D0
}

by_low_power() {
	must 0 pm D3hot
	must 0 feature set low-power-entry
	asleep
	must 0 feature set low-power-exit
	must 0 pm D0
}

by_guest() {
	must 0 pm D3hot
	asleep
	must 0 pm D0
}

by_close() {
	must 0 close
	asleep
	opened
}

# A nap costs nothing, looking does
asleep() {
	must 0 sleep "$until_cold"
	must 0 cold "$bdf"
}
case $table in
endpoint) until_cold=60 ;;
port) until_cold=250 ;;
esac

opened() {
	must 0 open "$bdf"
	must 0 config write 4 2 6
	if [[ $kind == nvme ]]; then
		must 0 irq enable msix 2
	else
		must 0 irq enable intx
	fi
}

# What its driver does, from a reset on: registers that a loss of power has cleared, DMA
# both ways, interrupts. NVMe: the last cycle's block is still there
io() { # CYCLE
	local value at

	case $kind in
	nvme)
		must 0x00000000 bar read 0 0x14 4
		must 0 nvme start
		must "${slot}f0" nvme identify
		(($1 == 0)) || must 0 nvme read $((($1 - 1) % 100000)) $(($1 - 1))
		must 0 nvme write $(($1 % 100000)) "$1"
		must 0 nvme read $(($1 % 100000)) "$1"
		;;
	igb | e1000e)
		must 0x00000000 bar read 0 0x170 4
		printf -v value '0x%08x' $(($1 % 65535 + 1))
		must 0 bar write 0 0x170 4 "$value"
		must "$value" bar read 0 0x170 4
		at=0x4
		[[ $kind == igb ]] || at=0x40
		must 0 bar write 0 0xd0 4 $at	# IMS
		must 0 bar write 0 0xc8 4 $at	# ICS
		must 1 irq wait intx
		must 0 bar write 0 0xc0 4 0xffffffff	# ICR
		must 0 irq unmask intx
		;;
	esac
}

# life N: of a VMM, by turns in the ways of this device
life() {
	local i

	opened
	echo config dump "/run/config.$bdf"
	io 0
	for ((i = 1; i <= $1; i++)); do
		echo "# cycle $i: ${ways[i % ${#ways[@]}]}"
		"${ways[i % ${#ways[@]}]}"
		must same config compare "/run/config.$bdf"
		io "$i"
	done
	must 0 close
}

# NVMe's D3hot keeps its state, so it takes the VMM's word
take_ways() {
	take "$1"
	case $kind in
	nvme) ways=(by_enter by_low_power by_close) waker=vmm ;;
	*) ways=(by_guest by_close) waker=guest ;;
	esac
}

# all that the driver counts, but times and reads
counters() {
	local f

	for f in "$sys"/d3cold/stats/*; do
		case ${f##*/} in
		time_* | wake_latency_* | shadow_*) continue ;;
		esac
		read_file "$f"
		echo "${f##*/} $line"
	done
}

# counted FILE: since FILE, as in "d3cold=3 wakes_vmm=2"
counted() {
	counters | paste -d' ' "$1" - | awk '$4 != $2 { printf "%s%s=%d", n++ ? " " : "", $1, $4 - $2 }'
}

# power_times on|off: as power_count, of a log that has become long
power_times() { tail -n +$((power_mark + 1)) /mnt/power.raw | grep -cx "$slot $1"; }

notes() { while IFS= read -r line; do note "$line"; done }

# soak WHAT N SLOT ...: N cycles of each, all at once
soak() {
	local what=$1 n=$2 s i closes vmms=()

	shift 2
	mark_power
	for s; do
		take_ways "$s"
		counters >"/run/counters.$s"
		(
			set -o pipefail
			d3cold-vmm < <(life "$n") | tail -n 24 >"/run/said.$s"
		) &
		vmms+=($!)
	done
	for s; do
		take_ways "$s"
		wait "${vmms[0]}"
		is $? 0 "$what: $kind $s: every answer of $n cycles" || notes <"/run/said.$s"
		vmms=("${vmms[@]:1}")
	done
	for s; do
		take_ways "$s"
		at_rest "$what: $kind $s"
		# one more: that of its first open and last close
		is "$(power_times off) $(power_times on)" "$((n + 1)) $((n + 1))" \
			"$what: $kind $s: the platform took and gave its power once a cycle"
		closes=0
		for ((i = 1; i <= n; i++)); do
			[[ ${ways[i % ${#ways[@]}]} != by_close ]] || closes=$((closes + 1))
		done
		is "$(counted "/run/counters.$s")" \
			"d3cold=$((n + 1)) entries=$((n - closes)) suspends=$((n + 1)) $(
				printf 'wakes_%s\n' open=$((closes + 1)) $waker=$((n - closes)) | sort | paste -sd' '
			)" \
			"$what: $kind $s: the driver counted each, verified, and who woke it"
	done
}

# What a cycle may not leave behind. Caches of the file systems and of what processes map
# come and go
others='dentry|inode|radix_tree|buffer_head|maple_node|vm_area|vma_lock|vmap_area'
look() {
	echo 3 >/proc/sys/vm/drop_caches
	nap 3
	cat /proc/[0-9]*/comm | grep -v ^kworker | sort >/run/threads
	awk -v others="$others" '$2 ~ /^[0-9]+$/ && $1 !~ others { print $1, $2 }' /proc/slabinfo >/run/caches
	now=(
		[objects]=$(awk '{ n += $2 } END { print n }' /run/caches)
		[KiB]=$(awk '/^(SUnreclaim|KernelStack|VmallocUsed|Percpu):/ { n += $2 } END { print n }' /proc/meminfo)
		[files]=$(awk '{ print $1 }' /proc/sys/fs/file-nr)
		[interrupts]=$(ls /sys/kernel/irq | wc -l)
		[handlers]=$(grep -c : /proc/interrupts)
		[threads]=$(wc -l </run/threads)
	)
}

# flat WHAT CYCLES COMMAND ...: after so many cycles nothing is left of most of them
flat() {
	local what=$1 cycles=$2 name more limit
	local -A now=() before=()

	shift 2
	look
	for name in "${!now[@]}"; do before[$name]=${now[$name]}; done
	cat /run/caches /run/threads >/run/before
	"$@"
	look
	cat /run/caches /run/threads >/run/after
	for name in objects KiB files interrupts handlers threads; do
		more=$((now[$name] - before[$name]))
		note "$what: $name: ${before[$name]} before, ${now[$name]} after $cycles cycles"
		# pages come whole, and eight times
		limit=$((cycles / 6))
		[[ $name != KiB ]] || limit=$((256 + cycles / 16))
		at_most $((more > 0 ? more : 0)) $limit "$what: $name: flat" ||
			diff /run/before /run/after | notes
	done
}

# bound: takes the device for what follows; NVMe's D3hot keeps its state, so there the
# policy is the one by which the VMM's word counts alone
bound() {
	slots+=("$slot")
	allow_d3cold
	works "$kind $slot: the driver takes it" bind_to d3cold-vfio-pci
	if [[ $kind == nvme ]]; then ready explicit 0; else ready auto 0; fi
}

let_go() {
	works "$kind $slot: unbinds" unbind
	usage_is 1 "$kind $slot: only power/control holds it"
}
