# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034
#
# Paths and names that the scripts of the test bed share. Sourced.

set -euo pipefail

vm=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
top=${vm%/tests/vm}
build=$top/build/vm

# shellcheck source=scripts/setup
source "$top/scripts/setup"

kernels=(bookworm trixie backports)	# each is a root of its own
debug_kernels=(lockdep kasan)		# likewise, with a kernel of debug/; only when asked for
tables=(endpoint port)
qemu_root=backports			# whose QEMU runs every machine

is_debug() { [[ " ${debug_kernels[*]} " == *" $1 "* ]]; }

root_dir() { echo "$D3COLD_CACHE/root-$1"; }

# The one kernel that a root holds
kernel_version() {
	local vmlinuz=("$(root_dir "$1")"/boot/vmlinuz-*)

	echo "${vmlinuz[0]##*/vmlinuz-}"
}

# lacks_9p ROOT RELEASE: then the machine has its folders over virtiofs
lacks_9p() { grep -q '^# CONFIG_NET_9P is not set' "$1/boot/config-$2"; }

# Runs a program of the QEMU root, or of a layer over it if it has a path, on this host,
# with the libraries of that root; $wrapper is a command that it runs under
from_qemu_root() {
	local r program=$1

	r=$(root_dir $qemu_root)
	[[ $program == /* ]] || program=$r/usr/bin/$program
	shift
	${wrapper[@]+"${wrapper[@]}"} env QEMU_MODULE_DIR="$r/usr/lib/x86_64-linux-gnu/qemu" \
		"$r/lib64/ld-linux-x86-64.so.2" --library-path "$r/usr/lib/x86_64-linux-gnu" \
		"$program" "$@"
}

# Goes on in a mount namespace of its own, so that every mount goes away with it
own_mounts() {
	[[ -n ${D3COLD_OWN_MOUNTS:-} ]] && return
	D3COLD_OWN_MOUNTS=1 exec unshare --mount --propagation private -- "$0" "$@"
}

# use_root NAME: keeps `roots` from replacing it while this process lives
use_root() {
	local fd

	exec {fd}>"$(root_dir "$1").lock"
	flock -s "$fd"
}

# over_root KERNEL WORK: that root, mounted in WORK/root; what is changed comes to
# lie in WORK/upper. Its /dev is the root's own, so that no clean-up can reach this
# host's.
over_root() {
	umount --recursive --lazy "$2/root" 2>/dev/null || true
	rm -rf --one-file-system "$2"
	mkdir -p "$2"/{root,upper,overlay}
	mount -t overlay -o "lowerdir=$(root_dir "$1"),upperdir=$2/upper,workdir=$2/overlay" \
		root "$2/root"
	mount -t proc proc "$2/root/proc"
	mount -t tmpfs tmpfs "$2/root/tmp"
}
