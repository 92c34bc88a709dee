#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# golden.sh TOOL: run the tool on a fake machine and compare what it says and
# its exit code with golden/*.txt. With UPDATE=1 these are rewritten.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
tool=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck source=tests/unit/ctl/tree.sh
. "$here/tree.sh"

number=0
failed=0

result() { # OK|NOT NAME
	number=$((number + 1))
	if [ "$1" = ok ]; then
		echo "ok $number - $2"
	else
		echo "not ok $number - $2"
		failed=$((failed + 1))
	fi
}

fresh() {
	rm -rf "$work/m"
	root=$work/m
	machine
}

run() { # ARGUMENTS...: output and exit code
	code=0
	D3COLD_SYSFS=$root/sys D3COLD_PROC=$root/proc D3COLD_DEV=$root/dev \
		D3COLD_PCIIDS=$root/pci.ids LC_ALL=C TERM=dumb \
		timeout 20 "$tool" "$@" 2>&1 || code=$?
	echo "exit $code"
}

golden() { # NAME ARGUMENTS...
	name=$1
	shift
	{
		echo "\$ d3coldctl $*"
		run "$@"
	} >"$work/raw"
	# Versions of json-c differ in how they print what is empty.
	sed -E -e ':a' -e 'N' -e '$!ba' -e 's/([[{])\n *([]}])/\1\2/g' \
		-e "s/$(uname -r)/RELEASE/g" "$work/raw" >"$work/out"
	if [ -n "${UPDATE:-}" ]; then
		mkdir -p "$here/golden"
		cp "$work/out" "$here/golden/$name.txt"
	fi
	if diff -u "$here/golden/$name.txt" "$work/out" >"$work/diff" 2>&1; then
		result ok "$name"
	else
		result not "$name"
		sed 's/^/# /' "$work/diff"
	fi
}

same_tree() { # NAME: did the commands since snapshot leave all as it was?
	(cd "$root" && find . -type f -o -type l | sort |
		xargs ls -l --time-style=+ && find . -type f | sort |
		xargs md5sum) >"$work/now"
	if [ ! -e "$work/before" ]; then
		mv "$work/now" "$work/before"
	elif diff "$work/before" "$work/now" >"$work/diff"; then
		result ok "$1"
	else
		result not "$1"
		sed 's/^/# /' "$work/diff"
	fi
}

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
golden set set 01:00.0 policy=explicit rearm=hold delay=250 max_wake_ms=800
golden set-json set 01:00.0 on_lost=error qualified=1 --json
golden set-old-driver set 06:00.0 policy=off rearm=hold delay=1
golden unbind-stuck unbind 01:00.0
golden recover-lost recover 07:00.0
golden recover-not-lost recover 01:00.0
golden recover-old-driver recover 06:00.0
golden recover-not-ours recover 02:00.0 --json
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
number=$((number + 1))
if D3COLD_SYSFS=$root/sys "$tool" list --all >/dev/full 2>"$work/out"; then
	echo "not ok $number - a full disk is an error"
	failed=$((failed + 1))
else
	echo "ok $number - a full disk is an error"
fi

echo "1..$number"
[ "$failed" -eq 0 ]
