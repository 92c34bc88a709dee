// SPDX-License-Identifier: GPL-2.0-only
/*
 * The config masks of the driver, which read in the kernel what a device and
 * its guest put into config space: a legal device, opened, and then an input's
 * edits, 3 bytes each, of what it has, of what the core made of it, and of its
 * map.
 */
#include <string.h>

#include "core.h"
#include "device.h"
#include "fuzz.h"
#include "masks.h"

static struct pci_dev pdev;
static struct vfio_pci_core_device vdev;

/* Of exactly its size, so that ASan sees one byte too many */
static u8 *copy(const u8 *bytes)
{
	return memcpy(malloc(pdev.cfg_size), bytes, pdev.cfg_size);
}

static void check(const struct d3cold_config *c)
{
	u8 *out = malloc(c->size);
	u8 *servable = malloc(D3COLD_SERVABLE_SIZE(c->size));

	d3cold_servable_init(c, servable);
	d3cold_compose(c, out);
	/* What is servable as a whole is so in its parts */
	for (unsigned int pos = 0; pos + 4 <= c->size; pos += 4)
		must(d3cold_servable(servable, pos, 4) ==
		     (d3cold_servable(servable, pos, 2) &&
		      d3cold_servable(servable, pos + 2, 2)));
	free(servable);
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool ready;
	struct d3cold_config c = { 0 };
	u8 *bytes[3];

	if (size < 3)
		return 0;
	if (!ready)
		model_core.init();
	ready = true;
	seed(data[0] | data[1] << 8);
	memset(&pdev, 0, sizeof(pdev));
	device_random(&pdev);
	memset(&vdev, 0, sizeof(vdev));
	vdev.pdev = &pdev;
	vdev.msi_qmax = 5;
	must(!model_core.open(&vdev));

	c.phys = bytes[0] = copy(pdev.config);
	c.vconfig = bytes[1] = copy(vdev.vconfig);
	c.map = bytes[2] = copy(vdev.pci_config_map);
	c.size = pdev.cfg_size;
	c.bardirty = data[2] & 1;
	c.no_command_memory = data[2] & 2;
	c.rom_size = data[2] & 4 ? 0x10000 : 0;
	c.rom_image = data[2] & 8 ? 0x1234 : 0;
	for (int i = 0; i < PCI_STD_NUM_BARS; i++)
		c.bar[i] = (struct d3cold_bar){ .size = 1ULL << (data[2] >> 2),
						.io = i == data[2] >> 5,
						.mem64 = data[2] & 16 };
	for (data += 3, size -= 3; size >= 3; data += 3, size -= 3)
		bytes[data[0] % 3][(data[0] >> 2 << 8 | data[1]) % c.size] =
			data[2];
	check(&c);
	for (int i = 0; i < 3; i++)
		free(bytes[i]);
	model_core.close(&vdev);
	return 0;
}
