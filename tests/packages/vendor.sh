# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
#
# A vendor's package: made, and chosen by libvirt for its devices alone. Sourced by
# run.

vendor_of() { inside sh -c "cd /tmp/this/src && make -s vendor $1"; }
is_signed() { module "$1" signer "$2" | grep DKMS; }

# best_match ID WANTED: what libvirt itself says for a device of that ID
best_match() {
	local address=0000:01:00.0 dir=$root/sys/bus/pci/devices/0000:01:00.0 id=${1^^}

	mkdir -p "$dir"
	: >"$dir/config"
	echo "0x${1%:*}" >"$dir/vendor"
	echo "0x${1#*:}" >"$dir/device"
	echo "pci:v0000${id%:*}d0000${id#*:}sv00001AF4sd00001100bc01sc08i02" >"$dir/modalias"
	says "$2" inside /tmp/best-match "$address"
}

vendor() {
	local dist=$1 kernel ids="IDS=/tmp/ids"

	kernel=$(kernel_version "$dist")
	printf '# nvme\n1b36:0010\n8086:10c9:8086:a03c\n' >"$root/tmp/ids"
	printf '1b36:0010\n8086:10g9\n' >"$root/tmp/bad-ids"
	check "make vendor" vendor_of "NAME=acme-vfio-pci $ids VERSION=2.0"
	check "make vendor: a name that is ours" refuses "NAME=d3cold-vfio-pci is taken" vendor_of "NAME=d3cold-vfio-pci $ids"
	check "make vendor: a wrong line" refuses "line 2: '8086:10g9'" vendor_of "NAME=acme-vfio-pci IDS=/tmp/bad-ids"
	check "make vendor: no arguments" refuses "say: make vendor NAME=" vendor_of ""
	check "lintian has nothing to say to it" nothing inside sh -c \
		'lintian --allow-root --fail-on warning,error /tmp/this/src/build/vendor/*.changes'
	check "it installs beside ours" inside sh -c \
		'dpkg -i /tmp/this/src/build/vendor/*.deb /tmp/this/d3cold-vfio-pci-dkms_*.deb /tmp/this/d3coldctl_*.deb'
	check "its version" says 2.0 module "$kernel" version acme_vfio_pci
	check "its devices" says "vfio_pci:v00001B36d00000010sv*sd*bc*sc*i*
vfio_pci:v00008086d000010C9sv00008086sd0000A03Cbc*sc*i*" inside sh -c "modinfo -k $kernel -F alias acme_vfio_pci | sort"
	check "ours has none" says "" module "$kernel" alias
	check "DKMS has signed both" eval "is_signed $kernel acme_vfio_pci && is_signed $kernel d3cold_vfio_pci"

	# libvirt asks for the running kernel's aliases
	inside ln -sfn "$kernel" "/lib/modules/$(uname -r)"
	cp "$suite/best-match.c" "$root/tmp/"
	check "libvirt's own search can be called" inside gcc -Wall -Wextra -Werror -o /tmp/best-match /tmp/best-match.c -ldl
	check "libvirt takes the vendor's for its devices" best_match 1b36:0010 acme_vfio_pci
	check "and for others of the vendor vfio-pci, as ever" best_match 1b36:000d vfio_pci
	check "and for others of the subsystem" best_match 8086:10c9 vfio_pci
	# as on a kernel that has vfio-pci built in
	sed -i '/ vfio_pci$/d' "$root/lib/modules/$kernel/modules.alias"
	check "with vfio-pci built in no other driver gets them" best_match 8086:10c9 none
	inside depmod "$kernel"
	rm -rf "$root/sys/bus" "$root/lib/modules/$(uname -r)"
}
