# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154
#
# What the suite's parts share: points, and roots that forget. Sourced by run, which
# sets work and the counters.

# check WHAT COMMAND ...: a point; what the command prints explains its failure
check() {
	local what=$1 said

	shift
	if said=$("$@" 2>&1); then
		point_out ok "$what"
	else
		point_out "not ok" "$what"
		tail -n 20 <<<"$said" | sed 's/^/#   /'
	fi
}

# nothing COMMAND ...: it works and prints nothing
nothing() {
	local said

	said=$("$@" 2>&1) && [[ -z $said ]] || { echo "$said"; return 1; }
}

# says WANTED COMMAND ...: it works and prints just that
says() {
	local wanted=$1 said

	shift
	said=$("$@") && [[ $said == "$wanted" ]] || { echo "said: $said" "wanted: $wanted"; return 1; }
}

refuses() { # REGEX COMMAND ...: it fails, for that reason
	local why=$1 said

	shift
	! said=$("$@" 2>&1) && grep -E "$why" <<<"$said" || { echo "$said"; return 1; }
}

# open_root UPPER LOWER ...: a root in $root that keeps what is written in UPPER. Its
# /dev is the root's own: nothing of this host's is in reach of a clean-up.
open_root() {
	local upper=$1 lower

	shift
	lower=$(IFS=:; echo "$*")
	root=$work/root
	mkdir -p "$root" "$upper" "$upper.overlay"
	mount -t overlay -o "lowerdir=$lower,upperdir=$upper,workdir=$upper.overlay" packages "$root"
	mount -t proc proc "$root/proc"
	mount -t tmpfs tmpfs "$root/tmp"
}
close_root() { umount -R "$root"; }
inside() { chroot "$root" env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 DEB_BUILD_OPTIONS=noautodbgsym "$@"; }
sources() { (cd "$top" && git ls-files -co --exclude-standard -z | tar --null -T - -c) | tar -C "$1" -x; }
module() { inside modinfo -k "$1" -F "$2" "${3:-d3cold_vfio_pci}"; } # KERNEL FIELD [MODULE]

# boot CASE KERNEL UPPER [MACHINE-OPTION ...]: runs a case of ours in a machine that has
# UPPER, and its points
boot() {
	local name=$1 kernel=$2 upper=$3 layer=$build/packages/$1.layer dir=$build/packages/$1 code=0

	shift 3
	rm -rf --one-file-system "$dir" "$layer"
	mkdir -p "$dir"
	cp -a "$upper" "$layer"
	[[ ! -e $layer/usr/bin/kmod.real ]] || mv "$layer/usr/bin/kmod.real" "$layer/usr/bin/kmod"
	mkdir "$root/tmp/vmm"
	(cd "$top" && tar -c include src/driver tests/vm/vmm tests/fuzz) | tar -C "$root/tmp/vmm" -x
	inside bash -c 'cd /tmp/vmm && gcc -std=gnu11 -O2 -pthread -Iinclude -Isrc/driver \
		-o /tmp/d3cold-vmm tests/{vm/vmm,fuzz}/*.c src/driver/machine.c'
	install -D "$root/tmp/d3cold-vmm" "$layer/usr/bin/d3cold-vmm"
	[[ ! -e $root/tmp/examples/sleep ]] || cp "$root/tmp/examples/sleep" "$layer/usr/bin/d3cold-example"
	"$vm/machine" "$@" --layer "$layer" --case "$suite/$name.case" --dir "$dir/run" \
		--timeout 240 "$kernel" endpoint nvme >"$dir/run.machine" 2>&1 || code=$?
	judge "$dir/run" "boot, $name" "$code" ""
	rm -rf --one-file-system "$layer"
}
