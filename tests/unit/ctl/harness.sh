# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the golden tests share: they run the tool on a fake machine and compare what
# it says and its exit code with golden/*.txt. With UPDATE=1 these are rewritten.
# Sourced; the tool is $1.
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
	D3COLD_SYSFS=$root/sys D3COLD_PROC=$root/proc D3COLD_DEV=$root/dev D3COLD_ETC=$root/etc \
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
	compare "$name"
}

compare() { # NAME: with what is in $work/raw
	name=$1
	# Versions of json-c differ in how they print what is empty.
	sed -E -e ':a' -e 'N' -e '$!ba' -e 's/([[{])\n *([]}])/\1\2/g' \
		-e "s/$(uname -r)/RELEASE/g" -e "s|$root/|/|g" "$work/raw" >"$work/out"
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

