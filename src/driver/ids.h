/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Devices for which libvirt takes this driver by itself, as entries
 * of the PCI device table, each with its comma. The project's own package names
 * none: an alias for all devices would be taken for everybody's on a kernel
 * with vfio-pci built in. A vendor's package has its own file, see make vendor.
 */
#ifndef D3COLD_IDS_H
#define D3COLD_IDS_H

#define D3COLD_IDS

#endif /* D3COLD_IDS_H */
