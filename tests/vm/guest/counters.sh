# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# keep_counters DIR: what the driver counted of its lines and branches, on a kernel
# with CONFIG_GCOV_KERNEL, for tests/coverage. An unloaded module's are kept, too.
keep_counters() {
	local file

	[[ -d /sys/kernel/debug/gcov ]] || return 0
	mkdir -p "$1"
	busybox find /sys/kernel/debug/gcov -name '*.gcda' | while read -r file; do
		cat "$file" >"$1/${file##*/}"
	done
}
