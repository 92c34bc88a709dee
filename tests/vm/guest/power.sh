# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
#
# The platform's own log of what it did to the power, and its faults.

power_mark=0

# from here on power_count counts
mark_power() {
	local lines

	mapfile -t lines </mnt/power.raw
	power_mark=${#lines[@]}
}

# power_says [SLOT]: what happened since the mark, in one line
power_says() {
	local lines line said=()

	mapfile -t -s "$power_mark" lines </mnt/power.raw
	for line in "${lines[@]}"; do
		[[ $line != "${1:-$slot} "* ]] || said+=("${line#* }")
	done
	echo "${said[*]}"
}

# power_count on|off|fault [SLOT]: how often since the mark
power_count() {
	local word n=0

	for word in $(power_says "${2:-$slot}"); do
		[[ $word != "$1" ]] || n=$((n + 1))
	done
	echo $n
}

power_saw() { (($(power_count "$1") >= $2)); }

# the next N times that the power should come it does not
inject_fault() { tool cmos "$fault" "$1" >/dev/null; }

# the power takes that many ms longer to come; 0 ends it
slow_wakes() { tool cmos "$slow" $(($1 / 10)) >/dev/null; }

# Slot Control's power bit, without waking the port: on or off
slot_power() {
	local word

	word=$(tool raw "$port" 0x6c)
	((word & 0x400)) && echo off || echo on
}
