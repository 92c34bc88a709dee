# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154
#
# Debian's libvirt in the machine, as it is but for what needs systemd, and a guest of its own
# with the device taken; its serial port obeys `inner`. Sourced by the case.

inner_log=/var/log/libvirt/qemu/guest.log
node() { echo "pci_${bdf//[:.]/_}"; }

start_libvirtd() {
	local d

	/usr/lib/systemd/systemd-udevd --daemon
	udevadm control --ping
	modprobe -a kvm_amd vfio_iommu_type1 virtio_net igb
	# of bookworm's package for systemd
	if ! getent passwd libvirt-qemu >/dev/null; then
		echo libvirt-qemu:x:64055:64055::/var/lib/libvirt:/usr/sbin/nologin >>/etc/passwd
		echo libvirt-qemu:x:64055: >>/etc/group
	fi
	# 9p has no locks and no ownership for it
	for d in lib cache log; do
		mkdir -p /var/$d/libvirt
		busybox mount -t tmpfs tmpfs /var/$d/libvirt
	done
	cat >>/etc/libvirt/qemu.conf <<-'END'
		security_driver = "none"
		user = "root"
		group = "root"
		dynamic_ownership = 0
		remember_owner = 0
		stdio_handler = "file"
		namespaces = [ ]
		cgroup_controllers = [ ]
	END
	mkdir -p ${inner_log%/*}
	: >$inner_log
	libvirtd --daemon
	wait_for 60 virsh --quiet uri >/dev/null
}

# define_guest MANAGED [DRIVER-ELEMENT]: instead of the one before; a point
define_guest() {
	cat >/run/guest.xml <<-END
	<domain type='kvm'>
	  <name>guest</name>
	  <memory unit='MiB'>192</memory>
	  <os>
	    <type arch='x86_64' machine='q35'>hvm</type>
	    <kernel>/boot/vmlinuz-$(uname -r)</kernel>
	    <initrd>/mnt/inner-initrd</initrd>
	    <cmdline>console=ttyS0 quiet panic=1 mitigations=off audit=0 no_timer_check tsc=reliable</cmdline>
	  </os>
	  <features><acpi/></features>
	  <cpu mode='host-passthrough'/>
	  <devices>
	    <emulator>/usr/bin/qemu-system-x86_64</emulator>
	    <controller type='usb' model='none'/>
	    <serial type='file'><source path='/mnt/inner-console'/><target port='0'/></serial>
	    <serial type='pipe'><source path='$inner_dir/serial'/><target port='1'/></serial>
	    <memballoon model='none'/>
	    <hostdev mode='subsystem' type='pci' managed='$1'>
	      ${2:-}
	      <source>
	        <address domain='0x${bdf%%:*}' bus='0x${bdf:5:2}' slot='0x${bdf:8:2}' function='0x${bdf##*.}'/>
	      </source>
	      <address type='pci' domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>
	    </hostdev>
	  </devices>
	</domain>
	END
	virsh undefine guest &>/dev/null
	works "virsh define" virsh define /run/guest.xml
}

# start_guest: it runs; points, anew if KVM on emulated SVM gives up while it boots
start_guest() {
	local n

	for n in 1 2 3; do
		: >$inner_log
		inner_pipes
		works "virsh start" virsh start guest || return
		inner_connect
		! inner_answer || return 0
		inner_gave_up || return
		note "start $n: KVM on emulated SVM gave up while the guest's kernel booted"
		virsh destroy guest
		exec {inner_in}>&- {inner_out}<&-
	done
	return 1
}

# guest_sleeps: the guest sleeps the device and wakes it, watched by both sides' tools, and
# shuts down; points
guest_sleeps() {
	inner_works "the guest has it" 'load igb; link 01:00.0 10.0.0.2'
	inner_works "and lets it sleep" 'echo auto >${pci}01:00.0/power/control; ip link set $(nic 01:00.0) down; until_is suspended ${pci}01:00.0/power/runtime_status'
	wait_state D3cold 15 "the guest sleeps it: D3cold"
	is "$(slot_power)" off "the slot's power is off"
	mark_power
	inner_works "lspci in the guest" 'lspci -vvv -s 01:00.0'
	works "virsh domstats and dumpxml" eval 'virsh domstats guest && virsh dumpxml guest && virsh nodedev-dumpxml "$(node)"'
	is "$(power_says)" "" "wakes nothing"
	inner_works "the guest wakes it" 'ip link set $(nic 01:00.0) up'
	is "$(power_says)" on "by one power-on"

	inner_tell 'poweroff -f'
	works "the guest shuts down" wait_for 60 guest_is_off
}
guest_is_off() { [[ $(virsh domstate guest) == "shut off" ]]; }
