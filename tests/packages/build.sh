# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
#
# The packages are built, from the tree and from make dist's tarball. Sourced by run.

same_versions() {
	local spec

	says "$version" dpkg-parsechangelog -l "$top/debian/changelog" -S Version || return
	for spec in "$top"/scripts/*.spec; do
		says "$version" sed -n 's/^Version: *//p' "$spec" || return
	done
}

# Twice from one commit, in different folders and at different times
same_tarball() {
	inside sh -ec '
		cd /tmp && git config --global user.name x && git config --global user.email x@x.invalid
		cd /tmp/this/src && git init -q . && git add -A && git commit -qm x
		make -s dist && cp build/*.tar.gz /tmp/first.tar.gz
		cp -r /tmp/this/src /tmp/second && cd /tmp/second && touch README.md && umask 077
		TZ=Asia/Tokyo make -s dist && cmp build/*.tar.gz /tmp/first.tar.gz'
}

# build DIST: the .debs of this version and the module's of a newer one
build_packages() {
	local dist=$1

	mkdir -p "$root"/tmp/{this,newer}/src "$work/debs/$dist"
	sources "$root/tmp/this/src"
	sources "$root/tmp/newer/src"
	sed -i "1s/($version)/($newer)/" "$root/tmp/newer/src/debian/changelog"
	sed -i "s/^PACKAGE_VERSION=.*/PACKAGE_VERSION=\"$newer\"/" "$root/tmp/newer/src/dkms.conf"
	check "$dist: changelog and specs have the version of dkms.conf" same_versions
	check "$dist: make dist gives the same bytes again" same_tarball
	check "$dist: the packages build" inside sh -c "cd /tmp/this/src && dpkg-buildpackage -us -uc"
	check "$dist: lintian has nothing to say" nothing inside sh -c \
		'lintian --allow-root --fail-on info,warning,error /tmp/this/*.changes'
	check "$dist: a newer version builds" inside sh -c "cd /tmp/newer/src && dpkg-buildpackage -us -uc -A"
	cp "$root"/tmp/this/*.deb "$root"/tmp/newer/*.deb "$work/debs/$dist/"
}
