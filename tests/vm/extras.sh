# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the tool links that the roots do not have. Kept apart from the roots, whose
# recipe another checkout may share: as packages, by the root that they are for.
extra_packages=(libtracefs-dev libtraceevent-dev)

extra_dir() {
	echo "$D3COLD_CACHE/extra-$1-$({ cat "$(root_dir "$1")/etc/d3cold-recipe"; echo "${extra_packages[@]}"; } |
		sha256sum | cut -c1-16)"
}

# over_root KERNEL WORK: a root that may be changed, in WORK/root
over_root() {
	umount --lazy "$2/root" 2>/dev/null || true
	rm -rf --one-file-system "$2"
	mkdir -p "$2"/{root,upper,overlay}
	mount -t overlay -o "lowerdir=$(root_dir "$1"),upperdir=$2/upper,workdir=$2/overlay" \
		stage "$2/root"
	mount -t proc proc "$2/root/proc"
	mount -t tmpfs tmpfs "$2/root/tmp"
}

fetch_extras() {
	local kernel=$1 dir work fd

	dir=$(extra_dir "$kernel")
	exec {fd}>"$D3COLD_CACHE/extra-$kernel.lock"
	flock "$fd"
	if [[ ! -d $dir ]]; then
		need_network
		say "Fetching for $kernel: ${extra_packages[*]}"
		rm -rf "$D3COLD_CACHE/extra-$kernel"-*
		work=$dir.work
		over_root "$kernel" "$work"
		cp --remove-destination /etc/resolv.conf "$work/root/etc/resolv.conf" 2>/dev/null || true
		{
			chroot "$work/root" apt-get -q update &&
				chroot "$work/root" apt-get -qy --no-install-recommends --download-only \
					install "${extra_packages[@]}"
		} </dev/null >"$D3COLD_CACHE/extra-$kernel.log" 2>&1 ||
			die "apt-get could not fetch ${extra_packages[*]} for $kernel (the whole log: $D3COLD_CACHE/extra-$kernel.log)"
		mkdir "$dir.new"
		mv "$work"/root/var/cache/apt/archives/*.deb "$dir.new/"
		umount --recursive --lazy "$work/root"
		rm -rf --one-file-system "$work"
		mv "$dir.new" "$dir"
	fi
	exec {fd}>&-
}

# install_extras KERNEL MOUNTED-ROOT: after fetch_extras
install_extras() {
	local to=$2/tmp/extra

	cp -r "$(extra_dir "$1")" "$to"
	chroot "$2" sh -c 'dpkg -i /tmp/extra/*.deb' </dev/null >"$to/log" 2>&1 || {
		tail -n 5 "$to/log" >&2
		die "could not install ${extra_packages[*]} for $1"
	}
}
