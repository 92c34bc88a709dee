/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a guest reads of config space, and what of it can be answered while the
 * device is off: pure C, no kernel call, no allocation, no lock. Compiled
 * unchanged into the module and into the user-space tests.
 */
#ifndef D3COLD_MASKS_H
#define D3COLD_MASKS_H

#include <linux/pci_regs.h>
#include <linux/types.h>

#ifndef __KERNEL__
#include <stdbool.h>
#include <stddef.h>
typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
#endif

/* Bytes of the bitmap that says which bytes are servable. */
#define D3COLD_SERVABLE_SIZE(cfg_size) ((cfg_size) / 8)

/**
 * struct d3cold_bar - what vfio_bar_fixup() asks of a BAR's resource
 * @size: its length; 0 if the host has not mapped it (pci_resource_start() 0)
 * @io: IORESOURCE_IO
 * @prefetch: IORESOURCE_PREFETCH
 * @mem64: IORESOURCE_MEM_64
 */
struct d3cold_bar {
	u64 size;
	bool io;
	bool prefetch;
	bool mem64;
};

/**
 * struct d3cold_config - a device's config space as the vfio-pci core has it
 * @phys: what the device itself reads; only d3cold_compose() looks at it
 * @vconfig: vfio_pci_core_device.vconfig
 * @map: vfio_pci_core_device.pci_config_map
 * @size: pci_dev.cfg_size, the length of each of them, a multiple of 8
 * @bardirty: vfio_pci_core_device.bardirty
 * @no_command_memory: pci_dev.no_command_memory
 * @bar: the BARs; looked at if @bardirty, as are the next two
 * @rom_size: as @bar.size, of the ROM
 * @rom_image: without @rom_size, pci_dev.romlen if pci_dev.rom is set, else 0
 */
struct d3cold_config {
	const u8 *phys;
	const u8 *vconfig;
	const u8 *map;
	unsigned int size;
	bool bardirty;
	bool no_command_memory;
	struct d3cold_bar bar[PCI_STD_NUM_BARS];
	u64 rom_size;
	u64 rom_image;
};

void d3cold_compose(const struct d3cold_config *c, u8 *out);
void d3cold_servable_init(const struct d3cold_config *c, u8 *servable);
bool d3cold_servable(const u8 *servable, unsigned int pos, size_t len);

#endif /* D3COLD_MASKS_H */
