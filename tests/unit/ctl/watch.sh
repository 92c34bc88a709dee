#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# watch.sh TOOL: "watch" sees changes of a fake machine, a device that goes and
# one that comes.
# shellcheck source=tests/unit/ctl/harness.sh
. "${0%/*}/harness.sh"
trap 'kill "$watcher" 2>/dev/null || true; rm -rf "$work"' EXIT
fresh
devices=$root/sys/bus/pci/devices

start() { # ARGUMENTS...
	"$tool" watch "$@" >"$work/said" 2>&1 &
	watcher=$!
}

# Waits for what will be said; only a hang ends it.
said() { # REGEX WHAT
	until_it grep -qE "$1" "$work/said"
	if grep -qE "$1" "$work/said"; then
		ok "$2"
	else
		not_ok "$2" "$work/said"
	fi
}

ended() { # CODE WHAT
	code=0
	kill -INT "$watcher"
	wait "$watcher" || code=$?
	is "$code" "$1" "$2"
}

start --json
said '"event": "added", "device": "0000:09:00.0", "driver": "d3cold-vfio-pci", "state": "suspended", "power_state": "D3cold"' \
	"starts with what is there"
put "$devices/0000:01:00.0/power_state" D0
put "$devices/0000:01:00.0/d3cold/state" active
said '"device": "0000:01:00.0", .*"state": "active", "power_state": "D0", .*"changed": \[ "state", "power_state" \]|"changed": \[ "power_state" \]' \
	"sees a device wake"
mv "$devices/0000:07:00.0" "$work/away"
said '"event": "removed", "device": "0000:07:00.0", "driver": null' "sees one go"
mv "$work/away" "$devices/0000:07:00.0"
said '"event": "added", "device": "0000:07:00.0".*"state": "lost"' "sees one come"
rm "$devices/0000:09:00.0/driver"
said '"event": "removed", "device": "0000:09:00.0"' "sees one lose its driver"
ended 0 "Ctrl-C ends it"
if python3 -c 'import json' 2>/dev/null; then
	is "$(python3 -c 'import json, sys
for line in sys.stdin: json.loads(line)' <"$work/said" 2>&1)" '' "every line is JSON"
fi

put "$devices/0000:07:00.0/power_state" D0
start 07:00.0 0000:99:00.0
said '^[0-9:.]+ 0000:07:00.0 added: ' "text: names the device"
said '0000:99:00.0: not there now; waiting for it' "says that one is missing"
put "$devices/0000:07:00.0/power_state" D3hot
said '0000:07:00.0 changed:  ?power_state D0 -> D3hot' "says what changed"
pci "$port"0 0000:99:00.0 144d a80a 010802
said '0000:99:00.0 added' "one that was waited for comes"
is "$(grep -c 0000:01:00.0 "$work/said")" 0 "no other device is named"
ended 0 "Ctrl-C ends it"

done_with_points
