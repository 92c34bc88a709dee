# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2054,SC2154
#
# A guest in the machine: an unmodified QEMU with KVM that owns devices by
# vfio-pci, with the machine's own kernel and inner-init. The N-th device is N:00.0
# there. `inner COMMAND` runs a line of shell in it, `qmp COMMAND` one of its QEMU's;
# both leave the answer in $reply.

inner_dir=/run/inner

# as_it_comes: the device taken is bound to our driver; nothing is set
as_it_comes() {
	allow_d3cold
	works "$kind: the driver takes it" bind_to d3cold-vfio-pci
	wait_for 15 is_qualified || not_ok "$kind: qualifies" "$(d3cold qualified)"
	wait_state D3cold 15 "$kind: idle in D3cold"
}

# inner_qemu ARGUMENT ...: Debian's newest QEMU, from the root that has it
inner_qemu() {
	local r=/run/qemu

	[[ -d $r ]] || {
		mkdir $r
		busybox mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,ro,cache=loose qemu $r
	}
	QEMU_MODULE_DIR=$r/usr/lib/x86_64-linux-gnu/qemu exec $r/lib64/ld-linux-x86-64.so.2 --library-path $r/usr/lib/x86_64-linux-gnu \
		$r/usr/bin/qemu-system-x86_64 -L $r/usr/share/seabios -L $r/usr/share/qemu "$@"
}

# inner_start BDF ...: QEMU with these devices; a point. The guest's kernel gets
# $inner_append, too.
inner_start() {
	local b n=0 qemu

	modprobe -a kvm_amd vfio_iommu_type1
	qemu=(
		-nodefaults -no-user-config -display none
		-machine q35,accel=kvm -cpu host -m 192
		-kernel "/boot/vmlinuz-$(uname -r)" -initrd /mnt/inner-initrd
		-append "console=ttyS0 quiet panic=1 mitigations=off audit=0 no_timer_check tsc=reliable ${inner_append:-}"
		-serial file:/mnt/inner-console -serial "pipe:$inner_dir/serial"
		-qmp "pipe:$inner_dir/monitor"
	)
	for b; do
		n=$((n + 1))
		qemu+=(-device "pcie-root-port,id=port$n,chassis=$n"
			-device "vfio-pci,host=$b,id=dev$n,bus=port$n")
	done
	for n in 1 2 3; do
		inner_pipes
		inner_qemu "${qemu[@]}" >/mnt/inner-qemu 2>&1 &
		inner_pid=$!
		inner_connect
		exec {qmp_in}>$inner_dir/monitor.in {qmp_out}<$inner_dir/monitor.out
		if qmp qmp_capabilities && inner_answer; then
			ok "QEMU starts, and its guest"
			return
		fi
		inner_gave_up || break
		note "start $n of the guest: KVM on emulated SVM gave up while its kernel booted"
		inner_stop
	done
	bail "QEMU or its guest do not start: $reply $(</mnt/inner-qemu)"
}

# The guest's second serial port, and QEMU's monitor, as pipes
inner_pipes() {
	rm -rf $inner_dir
	mkdir -p $inner_dir
	mkfifo $inner_dir/{serial,monitor}.{in,out}
}
inner_connect() { exec {inner_in}>$inner_dir/serial.in {inner_out}<$inner_dir/serial.out; }

# inner_gave_up: has KVM failed to go on with a guest? An event in delivery at an
# access that must be emulated, seen under emulated SVM alone.
inner_gave_up() { grep -q 'KVM internal error. Suberror: 3' "${inner_log:-/mnt/inner-qemu}"; }

# inner_stop: its QEMU is killed
inner_stop() {
	kill -KILL "$inner_pid"
	wait "$inner_pid" 2>/dev/null
	exec {inner_in}>&- {inner_out}<&- {qmp_in}>&- {qmp_out}<&-
}

# inner_answer: what comes up to the next exit code, which is its own
inner_answer() {
	local word code part='' until=$((SECONDS + ${inner_patience:-120}))

	reply=
	while ((SECONDS < until)) && ! inner_gave_up; do
		code=0
		read -r -t 5 -u "$inner_out" word || code=$?
		part+=$word	# what came before the time was over is kept
		((code <= 128)) || continue
		((code == 0)) || break
		word=$part part=
		[[ ! $word =~ ^=([0-9]+)$ ]] || return "${BASH_REMATCH[1]}"
		reply+=${reply:+$'\n'}$word
		until=$((SECONDS + ${inner_patience:-120}))
	done
	reply="no answer: $reply $(grep -m 1 'KVM internal error' "${inner_log:-/mnt/inner-qemu}")"
	return 255
}

# inner_tell COMMAND ...: without waiting for the answer
inner_tell() { echo "$*" >&"$inner_in"; }

inner() {
	inner_tell "$@"
	inner_answer
}

# inner_works WHAT COMMAND ...: a point
inner_works() {
	local what=$1

	shift
	if inner "$@"; then
		ok "$what"
	else
		not_ok "$what" "exit code $? of: $*" "$reply"
		return 1
	fi
}

# qmp COMMAND [JSON-ARGUMENTS]: its error code is whether QEMU refuses
qmp() {
	printf '{"execute":"%s"%s}\n' "$1" "${2:+,\"arguments\":$2}" >&"$qmp_in"
	while read -r -t 120 -u "$qmp_out" reply; do
		[[ $reply != '{"return":'* ]] || return 0
		[[ $reply != '{"error":'* ]] || return 1
	done
	reply="no answer"
	return 2
}

# sample_start FILE BDF ...: the power states of devices, ten times a second
sample_start() {
	(
		while :; do
			for b in "${@:2}"; do
				read_file "$pci/$b/power_state"
				echo "$EPOCHREALTIME $b $line"
			done
			nap 0.1
		done
	) >"$1" &
	sampler=$!
}

sample_stop() {
	kill $sampler
	wait $sampler 2>/dev/null
}

# cold_percent FILE BDF: of the samples from the first one in D3cold
cold_percent() {
	awk -v b="$2" '$2 == b { n += n || $3 == "D3cold"; cold += $3 == "D3cold" }
		END { print n ? int(100 * cold / n) : 0 }' "$1"
}

# cold_after FILE BDF: ms from the first sample in D3hot to the first one in D3cold
cold_after() {
	awk -v b="$2" '$2 == b { if (!start && $3 != "D0") start = $1
		if ($3 == "D3cold") { print int(($1 - start) * 1000); exit } }' "$1"
}
