#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A module of dracut: takes d3cold-vfio-pci along where /etc/modprobe.d asks for
# early binding; elsewhere the initramfs stays as it is.

check() {
	grep -qsE '^[^#]*d3cold[-_]vfio[-_]pci' /etc/modprobe.d/*.conf && return 0
	return 255
}

installkernel() {
	instmods d3cold_vfio_pci vfio_iommu_type1
}

install() {
	inst_multiple -o '/etc/modprobe.d/*.conf'
}
