# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
#
# Early binding: an initramfs of initramfs-tools' own making, with the hook of the
# package and the example of modprobe.d as it is shipped. Sourced by run.

# The bed's root is not one that initramfs-tools could mount: the rest of its init,
# udev with its cold plug before all, is its own
bed_root() {
	cat <<-'END'
	mountroot() {
		local options=trans=virtio,version=9p2000.L,msize=512000
		modprobe -a 9p 9pnet_virtio overlay
		mkdir -p /lower /rw
		mount -t 9p -o "$options,ro,cache=loose" root /lower
		mount -t tmpfs rw /rw
		mkdir /rw/upper /rw/work
		mount -t overlay -o lowerdir=/lower,upperdir=/rw/upper,workdir=/rw/work root "$rootmnt"
		mount -t 9p -o "$options,rw,cache=none" run "$rootmnt/mnt"
	}
	END
}

in_initrd() { inside sh -c "lsinitramfs /tmp/initrd" | grep -F "$1"; }

# early DIST: makes /tmp/initrd in the root that has the packages
early() {
	local dist=$1 kernel conf=$root/etc/initramfs-tools

	kernel=$(kernel_version "$dist")
	bed_root >"$conf/scripts/bed"
	printf '%s\n' virtio_pci 9p 9pnet_virtio overlay nvme >"$conf/modules"
	# the bed's modules and nothing else: it boots on an emulated processor
	sed -i 's/^MODULES=.*/MODULES=list/' "$conf/initramfs.conf"
	check "without a modprobe.d file" inside mkinitramfs -o /tmp/initrd "$kernel"
	check "the initramfs stays without the module" eval '! in_initrd d3cold'
	cp "$top/scripts/early/d3cold.conf" "$root/etc/modprobe.d/"
	check "with the example an initramfs is made" inside mkinitramfs -o /tmp/initrd "$kernel"
	check "with the module" in_initrd updates/dkms/d3cold-vfio-pci.ko
	check "and the file" in_initrd etc/modprobe.d/d3cold.conf
}
