# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2054,SC2154
#
# A machine that starts as Debian does with UEFI Secure Boot: OVMF with Microsoft's
# keys, shim, GRUB and the kernel, each as its maker has signed it. Sourced by
# `machine`, whose variables work and dir it uses, and qemu.sh's.

# secure_boot: adds to $qemu a firmware with a memory of its own, and the disk that it
# boots from. Its secure variables are in SMM's hands.
secure_boot() {
	local layer firmware=$work/firmware share=$work/firmware/usr/share/OVMF

	layer=$("$vm/layer" trixie firmware grub-efi-amd64-signed mtools ovmf shim-signed)
	use_root trixie
	mkdir "$firmware"
	mount -t overlay -o ro,lowerdir="$layer:$(root_dir trixie)" firmware "$firmware"
	cp "$share/OVMF_VARS_4M.ms.fd" "$dir/firmware-variables"
	boot_disk "$firmware"
	qemu+=(
		-machine smm=on -global driver=cfi.pflash01,property=secure,value=on
		-drive "if=pflash,unit=0,format=raw,readonly=on,file=$share/OVMF_CODE_4M.secboot.fd"
		-drive "if=pflash,unit=1,format=raw,file=$work/run/firmware-variables"
		-drive "if=none,id=boot,format=raw,file=$work/run/disks/boot"
		-device virtio-blk-pci,drive=boot,addr=14,romfile=,bootindex=0
	)
}

# boot_disk FIRMWARE: an EFI system partition without a partition table
boot_disk() {
	local efi=$dir/efi

	mkdir "$efi"
	cp "$1/usr/lib/shim/shimx64.efi.signed" "$efi/bootx64.efi"
	cp "$1/usr/lib/shim/mmx64.efi.signed" "$efi/mmx64.efi"
	cp "$1/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed" "$efi/grubx64.efi"
	cp "$vmlinuz" "$efi/vmlinuz"
	cp "$initrd" "$efi/initrd"
	printf '%s\n' "linux /EFI/BOOT/vmlinuz $arguments" "initrd /EFI/BOOT/initrd" boot >"$efi/grub.cfg"
	mount --bind "$dir" "$1/mnt"
	chroot "$1" sh -ec '
		cd /mnt
		truncate -s 128M disks/boot
		mformat -F -i disks/boot ::
		mmd -i disks/boot ::/EFI ::/EFI/BOOT ::/EFI/debian
		mcopy -i disks/boot efi/* ::/EFI/BOOT
		mcopy -i disks/boot efi/grub.cfg ::/EFI/debian'
	umount "$1/mnt"
	rm -r "$efi"
}

# shows TEXT: waits until the console has it, behind what was waited for before
shows() {
	local found

	until found=$(tail -c "+$console_at" "$dir/console" 2>/dev/null | grep -abom 1 -- "$1"); do
		sleep 0.2
	done
	console_at=$((console_at + ${found%%:*} + ${#1}))
}

# enrol_key: shim's MokManager, at the reboot after `mokutil --import`, as the person at the
# machine does it; the password is what the case has left in its folder
enrol_key() {
	local console_at=1 down=$'\e[B' enter=$'\r'

	shows "Press any key to perform MOK management"
	printf %s "$enter" >&"$keys"
	shows "Enroll MOK"
	printf %s "$down$enter" >&"$keys"
	shows "View key 0"
	printf %s "$down$enter" >&"$keys"
	shows "Enroll the key(s)?"
	printf %s "$down$enter" >&"$keys"
	shows "Password:"
	printf %s "$(<"$dir/password")$enter" >&"$keys"
	shows "Reboot"
	printf %s "$enter" >&"$keys"
}
