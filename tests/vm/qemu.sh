# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2054,SC2154
#
# The machine as QEMU's arguments. Sourced by `machine`, whose variables kernel,
# table, devices, svm, full_speed, hotplug, external, ats, kexec, systemd, secure_boot, icount,
# firmware_year, cpus, append, initrd, linux, timeout, work and dir it uses.

power_port=0x4c0	# the isa-debugcon that tables/slot.dsl.in writes to
virtiofsd=''		# for a machine whose kernel has no 9p
declare -A served=()	# by it: tag -> folder

# slot_name N: ACPI's name for the N-th root port
slot_name() { printf 'S%02X' $(((4 + $1) << 3)); }

# One line for a function, as the guest's library reads it:
# slot, root port, function, device, fault byte and slow-wake byte in CMOS
describe_slots() {
	local n f functions

	for n in "${!devices[@]}"; do
		IFS=+ read -ra functions <<<"${devices[n]}"
		for f in "${!functions[@]}"; do
			printf '%s 0000:00:%02x.0 %d %s %d %d\n' "$(slot_name "$n")" $((4 + n)) \
				"$f" "${functions[f]}" $((0x50 + n)) $((0x60 + n))
		done
	done
}

acpi_tables() {
	acpi=()
	[[ $table != none && ${#devices[@]} -gt 0 ]] || return 0
	"$vm/tables/generate" ${external:+--external} "$table" "${devices[@]}" >"$dir/ssdt.dsl"
	from_qemu_root iasl -p "$dir/ssdt" "$dir/ssdt.dsl" >"$dir/iasl.log" ||
		die "iasl refuses the ACPI table: see $dir/iasl.log"
	acpi=(-acpitable file="$work/run/ssdt.aml")
}

# wire ID: a netdev ID, whose frames come to a virtio NIC of the machine
wire() {
	qemu+=(
		-netdev "hubport,id=$1,hubid=$wires"
		-netdev "hubport,id=wire-$1,hubid=$wires"
		-device "virtio-net-pci,netdev=wire-$1,addr=$(printf %x $((0x18 + wires))),romfile="
	)
	wires=$((wires + 1))
}

# add_device KIND BUS FUNCTION MULTIFUNCTION
add_device() {
	local id=$2f$3 at=bus=$2,addr=0.$3,multifunction=$4

	case $1 in
	nvme)
		truncate -s 64M "$dir/disks/$id"
		qemu+=(
			-drive "if=none,format=raw,id=disk-$id,file=$work/run/disks/$id"
			-device "nvme,serial=$id,drive=disk-$id,$at"
		)
		;;
	ivshmem)
		qemu+=(
			-object "memory-backend-ram,id=mem-$id,size=1M,share=on"
			-device "ivshmem-plain,memdev=mem-$id,$at"
		)
		;;
	igb | e1000e)
		[[ -z $svm ]] || wire "$id"
		qemu+=(-device "$1,$at${svm:+,netdev=$id}")
		;;
	*)
		qemu+=(-device "$1,$at")
		;;
	esac
}

# offer TAG PATH ADDR [readonly]: a folder that the machine can mount
offer() {
	if [[ -n $virtiofsd ]]; then
		served[$1]=$2
		qemu+=(
			-chardev "socket,id=$1,path=$work/$1.socket"
			-device "vhost-user-fs-pci,chardev=$1,tag=$1,addr=$3"
		)
	else
		qemu+=(
			-fsdev "local,id=$1,path=$2,security_model=none${4:+,readonly=on,multidevs=remap}"
			-device "virtio-9p-pci,fsdev=$1,mount_tag=$1,addr=$3"
		)
	fi
}

# What virtiofs needs: a server, and memory that it can reach
virtiofs() {
	virtiofsd=$("$vm/layer" "$qemu_root" virtiofsd virtiofsd)/usr/libexec/virtiofsd
	qemu+=(
		-object "memory-backend-memfd,id=memory,size=$memory,share=on"
		-machine memory-backend=memory
	)
}

# A server ends with its machine. Roots do not change, what is in the run's folder does.
serve() {
	local tag how

	for tag in "${!served[@]}"; do
		case $tag in
		root | qemu) how=(--readonly --cache always) ;;
		*) how=(--cache never) ;;
		esac
		rm -f "$work/$tag.socket"
		from_qemu_root "$virtiofsd" --socket-path "$work/$tag.socket" \
			--shared-dir "${served[$tag]}" --sandbox none "${how[@]}" &
		while [[ ! -S $work/$tag.socket ]] && kill -0 $! 2>/dev/null; do
			sleep 0.1
		done
	done
}

qemu_arguments() {
	local share vmlinuz n f name speed='' functions root_port multi wires=0
	local cpu=qemu64 memory=1G
	local arguments="console=ttyS0 loglevel=7 panic=-1 intel_iommu=on mitigations=off audit=0"

	# On a busy host the kernel's look at the timer panics: "timer doesn't work"
	arguments+=" no_timer_check"

	! is_debug "$kernel" || memory=2G
	# what KASAN would see, as far as it can be seen without
	[[ $kernel != lockdep ]] || arguments+=" slub_debug=FZPU"
	[[ -z $svm ]] || cpu=EPYC,+svm,+npt memory=3G
	[[ -z $icount ]] || cpus=1
	share=$(root_dir $qemu_root)/usr/share
	linux=${linux:-$(kernel_version "$kernel")}
	vmlinuz=$work/root/boot/vmlinuz-$linux
	initrd=${initrd:-$("$vm/initrd" "$kernel" machine "$work/root" "$linux")}
	[[ -z $systemd ]] || arguments+=" bed.systemd systemd.unit=multi-user.target"
	arguments+=" $append"
	qemu=(
		-L "$share/seabios" -L "$share/qemu"
		-no-user-config -nodefaults -display none
		-machine q35 -accel "tcg,thread=$([[ -n $icount ]] && echo single || echo multi)"
		-cpu "$cpu" -smp "$cpus" -m "$memory"
		-smbios "type=0,date=01/01/$firmware_year"
		-device "intel-iommu,intremap=on${ats:+,device-iotlb=on}"
		-chardev "file,id=power,path=$work/power,logfile=$work/run/power.raw"
		-device isa-debugcon,iobase="$power_port",chardev=power
		"${acpi[@]}"
	)
	! lacks_9p "$work/root" "$linux" || virtiofs
	offer root "$work/root" 10 readonly
	offer run "$work/run" 11
	offer again "$work/run" 12
	if [[ -n $secure_boot ]]; then
		secure_boot
	else
		qemu+=(-kernel "$vmlinuz" -initrd "$initrd" -append "$arguments")
	fi
	[[ -z $icount ]] || qemu+=(-icount shift=1,sleep=off)
	[[ -n $systemd || -n $secure_boot ]] || qemu+=(-no-reboot)
	if [[ -n $kexec ]]; then
		mkdir "$dir/boot"
		cp "$vmlinuz" "$dir/boot/kernel"
		cp "$initrd" "$dir/boot/initrd"
	fi
	[[ -z $svm ]] || offer qemu "$work/qemu" 13 readonly
	# Linux waits seconds for a link above 5 GT/s that goes down with the port
	[[ $table != port || -n $full_speed ]] || speed=,x-speed=5
	for n in "${!devices[@]}"; do
		name=$(slot_name "$n")
		root_port=pcie-root-port,id=$name,bus=pcie.0,chassis=$((n + 1)),slot=$((n + 1))
		qemu+=(-device "$root_port,addr=$(printf %x $((4 + n))),hotplug=$hotplug$speed")
		IFS=+ read -ra functions <<<"${devices[n]}"
		multi=off
		((${#functions[@]} == 1)) || multi=on
		for f in "${!functions[@]}"; do
			add_device "${functions[f]}" "$name" "$f" "$multi"
		done
	done
}

# It dies with us, and after the timeout if there is one
run_qemu() {
	local wrapper=(setpriv --pdeathsig KILL)

	serve
	[[ -n $shell ]] || wrapper+=(timeout --kill-after=5 "$timeout" setpriv --pdeathsig KILL)
	from_qemu_root qemu-system-x86_64 "${qemu[@]}" "$@"
}
