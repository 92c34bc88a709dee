#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# probe.sh OUTPUT COMPILER [FLAG...]
#
# Compile each file of probes/ against the kernel that the flags name, and write
# a header that defines D3COLD_HAVE_<NAME> for each one that compiles. Version
# numbers lie where distributions backport; a compiler does not.

set -eu

out=$1
shift
probes=$(dirname "$0")/probes
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for probe in "$probes"/*.c; do
	name=$(basename "$probe" .c)
	(
		if "$@" -Werror -Wno-unused-function -Wno-missing-prototypes \
			-Wno-missing-declarations -c -o "$work/$name.o" \
			"$probe" >"$work/$name.log" 2>&1; then
			echo "#define D3COLD_HAVE_$(echo "$name" | tr a-z- A-Z_) 1"
		fi >"$work/$name.h"
	) &
done
wait

# The base probe must compile, or the flags are wrong and all would seem missing.
if ! [ -s "$work/base.h" ]; then
	echo "d3cold-vfio-pci: cannot compile against this kernel:" >&2
	cat "$work/base.log" >&2
	exit 1
fi
{
	echo "/* Made by compat/probe.sh. */"
	cat "$work"/*.h
} >"$out"
