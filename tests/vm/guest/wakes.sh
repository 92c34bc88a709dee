# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154
#
# The guest's own writes, without a read before them that would wake the device,
# and who the driver says woke it.

# find_pmcsr: sets $pmcsr for guest_writes; the device is open and awake
find_pmcsr() { vmm pm offset; pmcsr=$((reply + 4)); }

# guest_writes D0|D1|D2|D3hot [LENGTH]: the power state, by one write
guest_writes() {
	local -A states=([D0]=0 [D1]=1 [D2]=2 [D3hot]=3)

	vmm config write "$pmcsr" "${2:-2}" "${states[$1]}"
}

# guest_sees STATE WHAT: a point
guest_sees() { vmm_is "$1" "$2" pm; }

# capability ID: sets $capability to its offset; fails if there is none
capability() {
	vmm config read 0x34 1
	capability=$((reply))
	while ((capability >= 0x40)); do
		vmm config read $capability 1
		((reply != $1)) || return 0
		vmm config read $((capability + 1)) 1
		capability=$((reply))
	done
	return 1
}

declare -A wakes_before=()

# from here on wakes_say counts
mark_wakes() {
	local f

	for f in "$sys"/d3cold/stats/wakes_*; do
		read_file "$f"
		wakes_before[${f##*_}]=$line
	done
}

# wakes_say: since the mark, as in "host=1 vmm=2"
wakes_say() {
	local f said=() cause

	for f in "$sys"/d3cold/stats/wakes_*; do
		read_file "$f"
		cause=${f##*_}
		((line == ${wakes_before[$cause]:-0})) ||
			said+=("$cause=$((line - ${wakes_before[$cause]:-0}))")
	done
	echo "${said[*]}"
}

# last_waker: cause and task of the last wake, as in "host lspci[123]"
last_waker() { read_file "$sys/d3cold/last_wake"; echo "${line% *}"; }

# by_host COMMAND ...: in a process of its own, whose id is then $host_pid
by_host() {
	"$@" >/dev/null 2>&1 &
	host_pid=$!
	wait $host_pid
}
