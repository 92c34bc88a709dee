#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# golden.sh TOOL: what the commands say, see harness.sh.
# shellcheck source=tests/unit/ctl/harness.sh
. "${0%/*}/harness.sh"
cd "$here"

fresh
same_tree start
golden list list
golden list-all list --all
golden list-json list --json
golden status-cold status 01:00.0
golden status-cold-json status 01:00.0 --json
golden status-sibling-awake status 0000:03:00.0
golden status-sibling-awake-json -j status 0000:03:00.0
golden status-old-driver status 06:00.0
golden status-old-driver-json status 06:00.0 --json
golden status-lost stat 07:00.0
golden status-host-driver status 0000:02:00.0
golden status-host-driver-json status 0000:02:00.0 --json
golden status-vanished status 0000:05:00.0
golden status-missing status 0000:55:00.0 --json
golden metrics metrics
golden timeline timeline --json --input recordings/three.txt
golden timeline-foreign timeline -j -i recordings/foreign.txt
golden usage-timeline timeline --input x
golden usage-timeline-output timeline --input x -o picture.png
golden usage-timeline-both timeline --input x --record 5 -o x.svg
golden cycle-old-driver cycle 06:00.0
golden cycle-in-use-by-nobody cycle 03:00.0 -n 5
golden cycle-in-use cycle 09:00.0 --json
golden cycle-lost cycle 07:00.0
golden cycle-not-ours cycle 02:00.0
golden usage-cycle cycle 01:00.0 -n 0
golden bind-bridge bind 00:1c.0
golden bind-mounted bind 02:00.0
golden bind-mounted-json bind 02:00.0 -j
golden bind-multipath bind 0b:00.0
golden bind-volume bind 0c:00.0
golden bind-in-use bind 0a:00.0
golden bind-no-group bind 08:00.0
golden bind-several-bad bind 0000:02:00.0 0a:00.0 77:00.0
golden bind-already bind 01:00.0
golden bind-already-json bind 01:00.0 --json
golden unbind-not-ours unbind 02:00.0
golden unbind-in-use unbind 09:00.0
golden unbind-missing unbind 55:00.0
golden unbind-gone-persistent unbind 66:00.0
golden bind-persisted-and-settings bind 01:00.0 --persisted --policy off
golden set-not-ours set 02:00.0 policy=off
golden usage-none
golden usage-empty ''
golden usage-abbreviated list --he --js
golden list-joined list -aj --jso
golden usage-command frobnicate
golden usage-ambiguous s
golden usage-option list --frobnicate
golden usage-option-json list --frobnicate --json
golden usage-bdf bind 0000:01:00.9
golden usage-bdf-json bind 0000:01:00.9 --json
golden usage-policy bind 01:00.0 --policy sometimes
golden usage-set set 01:00.0
golden usage-set-key set 01:00.0 colour=blue
golden usage-set-value set 01:00.0 max_wake_ms=long
golden help --help
golden help-set set --help
golden help-json --json bind --help
same_tree "nothing so far has changed the tree"

# A fake tree never gives a device to a driver: all must be undone.
golden bind-fails-no-driver bind 04:00.1
same_tree "bind undone: no driver"
golden bind-fails-host-driver bind 03:00.1 10000:01:00.0
same_tree "bind undone: host driver"

fresh
mkdir -p "$root/sys/module/vfio/parameters"
put "$root/sys/module/vfio/parameters/enable_unsafe_noiommu_mode" Y
golden bind-noiommu bind 08:00.0

fresh
rmdir "$root/sys/bus/pci/drivers/d3cold-vfio-pci"
golden bind-no-module bind 10000:01:00.0

fresh
vendors_driver
golden vendor-list list
golden vendor-status status 0d:00.0
golden vendor-bind bind 0d:00.0
golden vendor-set set 0d:00.0 policy=off
golden vendor-unbind unbind 0d:00.0

fresh
golden unbind-persist-gone unbind 66:00.0 --persist
golden unbind-persist-gone-again unbind 66:00.0 --persist
golden bind-persist bind 01:00.0 --persist --delay 50
{
	echo "\$ cat .../0000:01:00.0.conf"
	cat "$root/etc/d3cold.conf.d/0000:01:00.0.conf"
} >"$work/raw"
compare persisted-file
put "$root/etc/d3cold.conf.d/0000:01:00.0.conf" policy=explicit
put "$root/etc/d3cold.conf.d/10-fleet.conf" '# for all' 'rearm = hold'
golden bind-persisted-wrong bind 01:00.0 --persisted
put "$root/etc/d3cold.conf.d/10-fleet.conf" 'policy=off' '  rearm=hold' '' 'delay=never'
golden bind-persisted-wrong-value bind 01:00.0 --persisted
golden status-persisted status 01:00.0
rm -r "$root/etc/d3cold.conf.d"
: >"$root/etc/d3cold.conf.d"
golden bind-persist-fails bind 01:00.0 --persist

fresh
put "$root/sys/bus/pci/devices/0000:01:00.0/d3cold/blockers" \
	'power: another device that shares it keeps it on; see d3cold_allowed and power/control of the functions beside it'
golden status-kept status 01:00.0
golden list-kept list

fresh
golden set set 01:00.0 policy=explicit rearm=hold delay=250 max_wake_ms=800
golden set-json set 01:00.0 on_lost=error qualified=1 --json
golden set-old-driver set 06:00.0 policy=off rearm=hold delay=1
golden unbind-stuck unbind 01:00.0
golden recover-lost recover 07:00.0
golden recover-old-driver recover 06:00.0
golden recover-not-ours recover 02:00.0 --json
put "$root/sys/bus/pci/devices/0000:01:00.0/d3cold/qualified" '0 0000:01:00.1 is awake'
golden cycle-not-qualified cycle 01:00.0
put "$root/sys/bus/pci/devices/0000:01:00.0/d3cold/policy" idle
golden cycle-policy cycle 01:00.0
put "$root/proc/swaps" 'Filename Type Size Used Priority' \
	'/dev/nvme4n1                            partition	8	0	-2'
golden bind-swap bind 10000:01:00.0
golden bind-swap-forced bind 10000:01:00.0 --force

fresh
rm "$root/sys/bus/pci/devices/"*
golden list-empty list
golden list-empty-all list --all
rmdir "$root/sys/bus/pci/devices"
golden list-no-bus list --json

fresh
is "$("$tool" list --all 2>&1 >/dev/full || echo fails)" "d3coldctl: cannot write the output: No space left on device
fails" "a full disk is an error"
done_with_points
