# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the scripts share that test the tool, $1: a fake machine in $root, which the
# tool finds by its environment, and points. Golden tests compare what the tool says
# and its exit code with golden/*.txt; with UPDATE=1 these are rewritten. Sourced.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
tool=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck source=tests/unit/ctl/tree.sh
. "$here/tree.sh"

root=$work/m
export D3COLD_SYSFS="$root/sys" D3COLD_PROC="$root/proc" D3COLD_DEV="$root/dev" D3COLD_ETC="$root/etc" \
	D3COLD_RUN="$root/run" D3COLD_STATE="$root/state" D3COLD_PCIIDS="$root/pci.ids" LC_ALL=C TERM=dumb

number=0
failed=0

ok() { # WHAT
	number=$((number + 1))
	echo "ok $number - $1"
}

not_ok() { # WHAT FILE-WITH-DETAILS
	number=$((number + 1))
	failed=$((failed + 1))
	echo "not ok $number - $1"
	sed 's/^/# /' "$2"
}

is() { # GOT WANTED WHAT
	if [ "$1" = "$2" ]; then
		ok "$3"
	else
		printf "got '%s'\nexpected '%s'\n" "$1" "$2" >"$work/why"
		not_ok "$3" "$work/why"
	fi
}

done_with_points() {
	echo "1..$number"
	[ "$failed" -eq 0 ]
}

# Waits until a command succeeds; only a hang ends it
until_it() {
	tries=0
	until "$@" || [ $tries -ge 200 ]; do
		sleep 0.1
		tries=$((tries + 1))
	done
}

fresh() {
	rm -rf "$root"
	machine
}

run() { # ARGUMENTS...: output and exit code
	code=0
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
	# Versions of json-c differ in how they print what is empty.
	sed -E -e ':a' -e 'N' -e '$!ba' -e 's/([[{])\n *([]}])/\1\2/g' \
		-e "s/$(uname -r)/RELEASE/g" -e "s|$root/|/|g" "$work/raw" >"$work/out"
	if [ -n "${UPDATE:-}" ]; then
		mkdir -p "$here/golden"
		cp "$work/out" "$here/golden/$1.txt"
	fi
	if diff -u "$here/golden/$1.txt" "$work/out" >"$work/diff" 2>&1; then
		ok "$1"
	else
		not_ok "$1" "$work/diff"
	fi
}

same_tree() { # NAME: did the commands since snapshot leave all as it was?
	(cd "$root" && find . -type f -o -type l | sort |
		xargs ls -l --time-style=+ && find . -type f | sort |
		xargs md5sum) >"$work/now"
	if [ ! -e "$work/before" ]; then
		mv "$work/now" "$work/before"
	elif diff "$work/before" "$work/now" >"$work/diff"; then
		ok "$1"
	else
		not_ok "$1" "$work/diff"
	fi
}
