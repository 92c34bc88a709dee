# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
#
# The packages are installed, upgraded, removed and purged. Sourced by run.

finds_it() { module "$1" filename | grep updates/dkms; }
has_version() { [[ $(module "$1" version) == "$2" ]] || { module "$1" version; return 1; }; }
dkms_says() { inside dkms status -m d3cold-vfio-pci | grep "$1.*: installed" && [[ $(inside dkms status -m d3cold-vfio-pci | wc -l) == "$2" ]]; }
no_module() { nothing find "$root/lib/modules" -name 'd3cold*'; }
verified() { nothing inside dpkg --verify d3cold-vfio-pci-dkms d3coldctl d3cold-vfio-pci-dev; }
has_examples() { (cd "$root/usr/share/doc/d3coldctl/examples/fleet" && diff -r . "$top/src/d3coldctl/fleet"); }
has_man_pages() { compgen -G "$root/usr/share/man/man8/d3coldctl*.8.gz"; }
not_reloaded() { grep -q depmod "$root/var/log/kmod-calls" && ! grep -E '(rmmod|modprobe|insmod)' "$root/var/log/kmod-calls"; }

# What an installation could leave; DKMS's own key, dpkg's and apt's books and
# what depmod makes are theirs
files() {
	(cd "$root" && find . -xdev \( -path ./proc -o -path ./dev -o -path ./tmp -o -path ./var/log \
		-o -path ./var/lib/dpkg -o -path ./var/cache -o -name 'modules.*' -o -name __pycache__ \
		-o -path './var/lib/dkms/mok.*' -o -path ./etc/ld.so.cache \) -prune -o -print | sort)
	(cd "$root/var/lib/dpkg/info" && find . -name '*d3cold*')
}
same_files() { diff "$work/before" <(files); }
only_debs() { # DIST GLOB
	cp "$work/debs/$1"/$2 "$root/tmp/"
	inside sh -c "dpkg -i /tmp/*.deb && rm /tmp/*.deb"
}

install_packages() {
	local dist=$1 kernel

	kernel=$(kernel_version "$dist")
	# Man pages and documents are to be seen here; who loads modules is written down
	rm -f "$root"/etc/dpkg/dpkg.cfg.d/*
	mv "$root/usr/bin/kmod" "$root/usr/bin/kmod.real"
	printf '#!/bin/bash\necho "$0 $*" >>/var/log/kmod-calls\nexec -a "$0" /usr/bin/kmod.real "$@"\n' >"$root/usr/bin/kmod"
	chmod 755 "$root/usr/bin/kmod"
	files >"$work/before"
	check "$dist: they install, from the files alone" only_debs "$dist" "d3cold*_${version}_*.deb"
	check "$dist: DKMS has built the module" dkms_says "$kernel" 1
	check "$dist: modprobe would find it" finds_it "$kernel"
	check "$dist: of this version" has_version "$kernel" "$version"
	check "$dist: every file is as it was packed" verified
	check "$dist: the tool runs" inside d3coldctl --version
	check "$dist: and has man pages" has_man_pages
	check "$dist: and examples, as they were tested" has_examples
	check "$dist: the header compiles" inside sh -c \
		'echo "#include <d3cold_vfio_pci.h>" | gcc -Wall -Wextra -Werror -pedantic -x c -fsyntax-only -'
	compile_example "$dist"
}

# docs/vmm-authors.md, with the header as installed
compile_example() {
	cp -r "$top/docs/examples" "$root/tmp/"
	check "$1: the example for VMMs compiles" nothing inside make -s -C /tmp/examples CFLAGS='-O2 -Wall -Wextra -Werror'
}

# The kernel's upgrade, with what its headers' package runs
new_kernel() {
	local dist=$1 kernel

	kernel=$(kernel_version backports)
	inside depmod "$kernel"
	check "$dist: new kernel headers, and DKMS builds" \
		inside run-parts --arg="$kernel" /etc/kernel/header_postinst.d
	check "$dist: for both kernels now" dkms_says "$kernel" 2
	check "$dist: modprobe would find that, too" finds_it "$kernel"
	compile_example "$dist"
}

upgrade_packages() {
	local dist=$1 kernel

	kernel=$(kernel_version "$dist")
	check "$dist: upgrade" only_debs "$dist" "d3cold-vfio-pci-dkms_${newer}_all.deb"
	check "$dist: the newer module has taken its place" has_version "$kernel" "$newer"
	check "$dist: alone" nothing find "$root/usr/src" "$root/var/lib/dkms/d3cold-vfio-pci" -maxdepth 1 -name "*$version"
}

remove_packages() {
	local dist=$1

	check "$dist: remove" inside dpkg --remove d3cold-vfio-pci-dkms d3coldctl d3cold-vfio-pci-dev
	check "$dist: no module is left" no_module
	# the folder of the kernel that came from another root
	rm -rf "$root/usr/lib/modules/$(kernel_version backports)"
	# as the tool writes it, and what another package has there
	local settings=$root/etc/d3cold.conf.d
	mkdir -p "$settings" "$root/var/lib/d3coldctl"
	sed 1d "$top/tests/unit/ctl/golden/persisted-file.txt" >"$settings/0000:01:00.0.conf"
	echo policy=off >"$settings/50-fleet.conf"
	touch "$root/var/lib/d3coldctl/counters.json"
	check "$dist: purge" inside dpkg --purge d3cold-vfio-pci-dkms d3coldctl d3cold-vfio-pci-dev
	check "$dist: another package's settings stay" rm "$settings/50-fleet.conf"
	check "$dist: and nothing but them" rmdir "$settings"
	check "$dist: no file is left behind" same_files
	check "$dist: nothing was loaded or unloaded meanwhile" not_reloaded
}

