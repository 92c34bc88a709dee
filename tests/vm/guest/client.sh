# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The test VMM. `vmm COMMAND ...` gives one command to the one that runs all the
# time and leaves its answer in $reply; `tool` is a new one each time.

reply=
vmm_fds=()

tool() { d3cold-vmm <<<"$*"; }

vmm_start() {
	coproc VMM { exec d3cold-vmm; }
	# a copy each: bash closes its own when the process ends
	exec {vmm_in}>&"${VMM[1]}" {vmm_out}<&"${VMM[0]}"
	vmm_pid=$VMM_PID
}

# ends it as a crash does: the kernel closes everything
vmm_kill() {
	kill -KILL "$vmm_pid"
	wait "$vmm_pid" 2>/dev/null
	exec {vmm_in}>&- {vmm_out}<&-
	vmm_pid=
}

vmm_stop() {
	echo quit >&"$vmm_in"
	wait "$vmm_pid" 2>/dev/null
	exec {vmm_in}>&- {vmm_out}<&-
	vmm_pid=
}

vmm() {
	[[ -n ${vmm_pid:-} ]] || vmm_start
	reply=dead
	echo "$*" >&"$vmm_in" && read -r -t "${vmm_patience:-120}" -u "$vmm_out" reply
}

# records PID: that "d3coldctl timeline" has begun; the clock is set last, and empties
# the buffer
records() { grep -q '\[mono\]' "/sys/kernel/tracing/instances/d3coldctl-$1/trace_clock"; }

# vmm_is ANSWER WHAT COMMAND ...: a point
vmm_is() {
	local wanted=$1 what=$2

	shift 2
	vmm "$@"
	is "$reply" "$wanted" "$what"
}
