// SPDX-License-Identifier: GPL-2.0-only
#include "shadow.h"

struct pci_dev pdev;
struct vfio_pci_core_device vdev;

void open_device(const struct core *core)
{
	memset(&vdev, 0, sizeof(vdev));
	vdev.pdev = &pdev;
	vdev.msi_qmax = 5;
	assert_int_equal(core->open(&vdev), 0);
}

/* As the driver does it; the buffers are as long as config space. */
struct d3cold_config snapshot(void)
{
	struct d3cold_config c = {
		.phys = memcpy(malloc(pdev.cfg_size), pdev.config,
			       pdev.cfg_size),
		.vconfig = vdev.vconfig,
		.map = vdev.pci_config_map,
		.size = pdev.cfg_size,
		.bardirty = vdev.bardirty,
		.no_command_memory = pdev.no_command_memory,
	};
	int i;

	for (i = 0; i < PCI_STD_NUM_BARS; i++) {
		c.bar[i].size = pci_resource_start(&pdev, i) ?
					pci_resource_len(&pdev, i) :
					0;
		c.bar[i].io = pci_resource_flags(&pdev, i) & IORESOURCE_IO;
		c.bar[i].prefetch = pci_resource_flags(&pdev, i) &
				    IORESOURCE_PREFETCH;
		c.bar[i].mem64 = pci_resource_flags(&pdev, i) &
				 IORESOURCE_MEM_64;
	}
	if (pci_resource_start(&pdev, PCI_ROM_RESOURCE))
		c.rom_size = pci_resource_len(&pdev, PCI_ROM_RESOURCE);
	c.rom_image = pdev.rom ? pdev.romlen : 0;
	return c;
}

u8 *compose(const struct d3cold_config *c)
{
	u8 *out = malloc(c->size);

	d3cold_compose(c, out);
	return out;
}

u8 *servable(const struct d3cold_config *c)
{
	u8 *bits = malloc(D3COLD_SERVABLE_SIZE(c->size));
	struct d3cold_config blind = *c;

	blind.phys = NULL;
	d3cold_servable_init(&blind, bits);
	return bits;
}

void read_live(const struct core *core, int pos, void *buf, int width)
{
	loff_t ppos = pos;

	assert_int_equal(core->rw(&vdev, buf, width, &ppos, false), width);
}

bool rom_differs(const struct d3cold_config *c)
{
	return c->bardirty && !c->rom_size && c->rom_image;
}

void check_read(const struct core *core, const struct d3cold_config *c,
		const u8 *out, const u8 *bits, int pos, int width)
{
	u8 live[4];
	int i;

	read_live(core, pos, live, width);
	for (i = 0; i < width; i++) {
		if (live[i] == out[pos + i])
			continue;
		/* Kernels differ here: the driver has to ask the core. */
		if (rom_differs(c) && pos + i >= PCI_ROM_ADDRESS &&
		    pos + i < PCI_ROM_ADDRESS + 4 &&
		    !d3cold_servable(bits, pos + i, 1))
			continue;
		fail_msg("%#x (capability %#x): %#x instead of %#x in a read "
			 "of %d at %#x",
			 pos + i, c->map[pos + i], out[pos + i], live[i], width,
			 pos);
	}
}

/* What is servable follows from the dwords that have a servable byte. */
void check_blind(const struct d3cold_config *c, const u8 *out, const u8 *bits)
{
	u8 *phys = malloc(c->size), *again;
	struct d3cold_config partial = *c;
	unsigned int pos;

	memcpy(phys, c->phys, c->size);
	for (pos = 0; pos < c->size; pos += 4)
		if (!(bits[pos / 8] >> pos % 8 & 0xf))
			memset(phys + pos, 0x5a, 4);
	partial.phys = phys;
	again = compose(&partial);
	for (pos = 0; pos < c->size; pos++)
		if (d3cold_servable(bits, pos, 1))
			assert_int_equal(again[pos], out[pos]);
	free(again);
	free(phys);
}
