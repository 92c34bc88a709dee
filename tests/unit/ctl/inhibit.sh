#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# inhibit.sh TOOL: power/control of a fake device is "on" exactly while the command
# runs, however it ends, and who keeps the device awake is named.
# shellcheck source=tests/unit/ctl/harness.sh
. "${0%/*}/harness.sh"
set +e
pci pci0000:00 0000:01:00.0 8086 10c9 020000 d3cold-vfio-pci
group 1
ours idle D3cold auto
mkdir "$root/run"
# The commands are real processes
unset D3COLD_PROC
control=$dir/power/control

control_is() { [[ $(<"$control") == "$1" ]]; }
becomes() { # VALUE WHAT
	until_it control_is "$1"
	is "$(<"$control")" "$1" "$2"
}
# holds NAME: keeps the device awake until $work/NAME exists; command's pid in $pid
holds() {
	# shellcheck disable=SC2016
	"$tool" inhibit 01:00.0 -- sh -c 'echo $$ >"$1.pid"
		until [ -e "$1" ]; do sleep 0.05; done; exit 7' sh "$work/$1" &
	inhibit=$!
	until [[ -s $work/$1.pid ]]; do sleep 0.05; done
	pid=$(<"$work/$1.pid")
}

is "$("$tool" inhibit 01:00.0 -- cat "$control")" on "on while the command runs"
becomes auto "as it was when it has ended"
is "$(stat -c %a "$root/run/d3coldctl/inhibit-0000:01:00.0")" 600 "nobody else can lock its file, and pin the device"

holds first
is "$("$tool" status 01:00.0 | grep -c "inhibited by .*sh (pid $pid)")" 1 "status names the command"
is "$("$tool" check 01:00.0 | grep -c "runtime PM .*BLOCKED  \"d3coldctl inhibit\" keeps it awake for sh (pid $pid)")" \
	1 "check names the command"
touch "$work/first"
wait $inhibit
is $? 7 "its exit code is the command's"
becomes auto "as it was"

holds second
kill -KILL $inhibit
wait $inhibit 2>/dev/null
sleep 0.3
is "$(<"$control")" on "the tool is killed: on while the command runs"
touch "$work/second"
becomes auto "as it was when that has ended"

holds third
kill -KILL "$pid"
wait $inhibit
is $? 137 "the command is killed: its signal is told"
becomes auto "as it was"

holds fourth
a=$inhibit
holds fifth
touch "$work/fourth"
wait $a
sleep 0.3
is "$(<"$control")" on "one of two has ended: on"
touch "$work/fifth"
wait $inhibit
becomes auto "the other, too: as it was"

echo on >"$control"
"$tool" inhibit 01:00.0 -- true
put_back() { [[ ! -s $root/run/d3coldctl/inhibit-0000:01:00.0 ]]; }
until_it put_back
is "$(<"$control")" on "what was on before stays on"
"$tool" inhibit 01:00.0 -- "$work/nothing" 2>/dev/null
is $? 127 "a command that is not there"
"$tool" inhibit 77:00.0 -- true 2>/dev/null
is $? 1 "a device that is not there"
"$tool" inhibit 01:00.0 2>/dev/null
is $? 2 "no command"
done_with_points
