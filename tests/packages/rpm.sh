# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
#
# The RPMs, as far as Debian's rpm tools go: rpmbuild of the main spec from make
# dist's tarball (build dependencies have other names here: --nodeps), rpmlint of
# both. Installing them, and akmods, need a distribution with RPM. Sourced by run.

has_files() { # PACKAGE FILE ...
	local package=$1 file files

	shift
	files=$(inside sh -c "rpm -qpl /root/rpmbuild/RPMS/*/$package-[0-9]*.rpm")
	for file; do
		grep -qx "$file" <<<"$files" ||
			{ echo "$package has no $file"; return 1; }
	done
}
scripts_keep_module() { ! inside sh -c 'rpm -qp --scripts /root/rpmbuild/RPMS/*/*.rpm' | grep -E 'rmmod|modprobe|unbind'; }

rpms() {
	check "rpmbuild makes the RPMs" inside sh -c \
		"cd /tmp && mv first.tar.gz d3cold-vfio-pci-$version.tar.gz && HOME=/root \
		rpmbuild -bb --nodeps --define '_sourcedir /tmp' --define 'debug_package %{nil}' this/src/scripts/d3cold-vfio-pci.spec"
	check "the tool's" has_files d3coldctl /usr/sbin/d3coldctl /usr/share/man/man8/d3coldctl.8.gz
	check "the module's" has_files dkms-d3cold-vfio-pci "/usr/src/d3cold-vfio-pci-$version/dkms.conf" \
		"/usr/src/d3cold-vfio-pci-$version/src/driver/compat/probe.sh"
	check "the header's" has_files d3cold-vfio-pci-devel /usr/include/d3cold_vfio_pci.h
	check "none unloads a module or unbinds a device" scripts_keep_module
	check "rpmlint finds no error in the specs" inside sh -c \
		'rpmlint /tmp/this/src/scripts/*.spec | tee /dev/stderr | grep -q " 0 errors"'
}
