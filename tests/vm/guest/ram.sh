# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
#
# A case that survives system sleep. The machine's root and /mnt come over 9p,
# whose virtio device does not: every access hangs from the first sleep on, in
# pm_test, too. So such a case says, first of all,
#
#     [[ -n ${in_ram:-} ]] || move_to_ram MODULE ...
#
# and is run again with all that it needs in a tmpfs; another 9p device, which is
# bound anew after each sleep, carries the platform's power log in and the
# results out. There, commands other than d3cold-vmm are busybox's.

again=0000:00:12.0

move_to_ram() {
	local ram=/run/ram program file

	for file in vfio_iommu_type1 vfio_pci "$@"; do
		modprobe "$file"
	done
	mkdir -p $ram/{bin,mnt,again,proc,sys,dev,run,root,tmp}
	cp -L "$(type -P busybox)" $ram/bin/busybox
	for program in bash d3cold-vmm; do
		cp -L "$(type -P $program)" $ram/bin/
		while read -r file; do
			mkdir -p "$ram${file%/*}"
			cp -L "$file" "$ram$file"
		done < <(ldd "$ram/bin/$program" | grep -o '/[^ ]*')
	done
	chroot $ram /bin/busybox --install -s /bin
	cp -r /mnt/{guest,case,case.env,slots} $ram/mnt/
	echo in_ram=1 >>$ram/mnt/case.env
	ln -s /again/power.raw $ram/mnt/power.raw
	for file in proc sys dev; do
		busybox mount --rbind /$file $ram/$file
	done
	# the file systems that are dead by then need no sync
	echo 0 >/sys/power/sync_on_suspend
	echo 1 >/sys/module/suspend/parameters/pm_test_delay
	cd /
	exec chroot $ram /bin/bash /mnt/guest/in-ram >$ram/mnt/tap 2>$ram/mnt/stderr
}

attach_host() {
	local drivers=/sys/bus/pci/drivers/virtio-pci

	echo $again >$drivers/unbind
	echo $again >$drivers/bind
	mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,rw,cache=none again /again
}

detach_host() { umount /again; }

# system_sleep mem: S3, woken by the RTC; its exit code is 0 if it slept.
# system_sleep mem|freeze|disk platform: all but the last step of S3, s2idle or
# hibernation
system_sleep() {
	local rtc=/sys/class/rtc/rtc0/wakealarm code=0

	detach_host
	if [[ -n ${2:-} ]]; then
		echo "$2" >/sys/power/pm_test
	else
		echo none >/sys/power/pm_test
		echo 0 >$rtc
		echo +2 >$rtc
	fi
	echo "$1" >/sys/power/state || code=1
	attach_host
	return $code
}
