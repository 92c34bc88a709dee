# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Every step of the driver's machine, traced from a bind on, and done again in user space
# by the same machine.c (`replay` of the test VMM): fails if anything but d3cold_step()
# changes a machine.

replay_trace=/sys/kernel/tracing/instances/replay

# replay_begin: before the devices are bound
replay_begin() {
	if [[ ! -d $replay_trace ]]; then
		mkdir $replay_trace
		echo counter >$replay_trace/trace_clock	# in their order
		echo $((${#long} ? 32768 : 8192)) >$replay_trace/buffer_size_kb
	fi
	echo >$replay_trace/trace
	echo 1 >$replay_trace/events/d3cold_vfio_pci/d3cold_step/enable
}

# replay_end DEVICES WHAT: after they are unbound
replay_end() {
	local what=$2 wanted="^devices=$1 steps=[1-9][0-9]{2,} pairs=[0-9]+ unread=0 disagree=0\$" at

	echo 0 >$replay_trace/events/d3cold_vfio_pci/d3cold_step/enable
	is "$(awk '/^(overrun|dropped events):/ { n += $NF } END { print n }' $replay_trace/per_cpu/cpu*/stats)" 0 \
		"$what: no step is missing from the trace"
	cat $replay_trace/trace >/run/steps
	reply=$(tool replay /run/steps)
	note "$what: $reply, lost $(grep -cE ' from=[0-46-9] to=5 ' /run/steps) times"
	like "$reply" "$wanted" "$what: the machine, replayed in user space, does every step alike"
	# It would tell
	at=$(grep -nE 'from=[0-9]+ to=[0-9]+ .* error=0 ' /run/steps | grep -vE ' from=([0-9]+) to=\1 ' |
		sed -n '9s/:.*//p')
	sed "${at}s/ error=0 / error=-5 /" /run/steps >/run/other
	like "$(tool replay /run/other)" ' disagree=1 ' "$what: with another error in one step it would not agree"
	sed "${at}d" /run/steps >/run/other
	like "$(tool replay /run/other)" ' disagree=[1-9]' "$what: nor without that step"
}
