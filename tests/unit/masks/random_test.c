// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random devices and guests
 */
#include "shadow.h"

static void guest(const struct core *core)
{
	int i, n = (int)chance(60), pos, width, k;
	char data[8];
	loff_t ppos;

	for (i = 0; i < n; i++) {
		width = 1 << chance(3);
		if (odds(8))
			width = 1 + (int)chance(8);
		pos = (int)chance(odds(2) ? 64 :
				  odds(3) ? (u32)pdev.cfg_size :
					    256);
		if (!odds(4))
			pos &= -width;
		if (pos + width > pdev.cfg_size)
			continue;
		for (k = 0; k < width; k++)
			data[k] = (char)(odds(4) ? 0xff : chance(256));
		ppos = pos;
		assert_int_equal(core->rw(&vdev, data, width, &ppos, !odds(4)),
				 width);
		if (odds(8))
			device_drift(&pdev);
	}
}

static void check_device(const struct core *core, bool thorough)
{
	struct d3cold_config c = snapshot();
	u8 *out = compose(&c), *bits = servable(&c), *again;
	u8 *vconfig = memcpy(malloc(c.size), c.vconfig, c.size);
	int pos;

	again = compose(&c);
	assert_memory_equal(again, out, c.size);
	assert_memory_equal(vconfig, c.vconfig, c.size);
	assert_memory_equal(pdev.config, c.phys, c.size);
	free(again);

	check_blind(&c, out, bits);
	lspci(&c, out, bits);
	for (pos = 0; pos < (int)c.size; pos++) {
		if (thorough || pos < 64 || odds(16))
			check_read(core, &c, out, bits, pos, 1);
		if (pos + 2 <= (int)c.size && (thorough || odds(8)))
			check_read(core, &c, out, bits, pos, 2);
		if (pos + 4 <= (int)c.size && (thorough || pos % 4 == 0))
			check_read(core, &c, out, bits, pos, 4);
	}

	/* The core has fixed the BARs up by now; that shows the same. */
	c.bardirty = vdev.bardirty;
	assert_false(c.bardirty);
	again = compose(&c);
	for (pos = 0; pos < (int)c.size; pos++)
		if (d3cold_servable(bits, pos, 1))
			assert_int_equal(again[pos], out[pos]);
	free(again);
	free(vconfig);
	free(out);
	free(bits);
	free((void *)c.phys);
}

static void sequence(const struct core *core, u64 number)
{
	int pos;

	seed(number);
	device_random(&pdev);
	memset(&vdev, 0, sizeof(vdev));
	vdev.pdev = &pdev;
	vdev.msi_qmax = (u8)chance(6);
	vdev.nointx = odds(8);
	vdev.irq_type = (int)chance(3);
	assert_int_equal(core->open(&vdev), 0);
	/* As for Intel's OpRegion: an unassigned dword that is all virtual. */
	pos = 64 + (int)chance(48) * 4;
	if (odds(4) && vdev.pci_config_map[pos] == PCI_CAP_ID_INVALID &&
	    vdev.pci_config_map[pos + 3] == PCI_CAP_ID_INVALID) {
		memset(vdev.pci_config_map + pos, PCI_CAP_ID_INVALID_VIRT, 4);
		memset(vdev.vconfig + pos, 0x3c, 4);
	}
	guest(core);
	device_drift(&pdev);
	check_device(core, number % 16 == 0);
	core->close(&vdev);
}

static u64 sequences(void)
{
	const char *n = getenv("SEQUENCES");

	return n ? strtoull(n, NULL, 0) : 12000;
}

static void run_sequences(const struct core *core, u64 from, u64 to)
{
	u64 i;

	for (i = from; i < to; i++) {
		if (core == &model_core) {
			core->era->exp_v2 = i & 1 ? 0x34 : 0x32;
			core->era->dvsec = i & 2;
			core->era->rom_image = i & 4;
			core->era->irq_0 = i & 8;
		}
		sequence(core, i);
	}
}

void test_model(void **state)
{
	(void)state;
	run_sequences(&model_core, 0, sequences());
}

void test_kernel(void **state)
{
	(void)state;
	run_sequences(&kernel_core, 0, sequences());
}

/* The model answers every guest as the kernel does. */
void test_model_is_kernel(void **state)
{
	static u8 before[4096], live[2][4096];
	const struct core *cores[2] = { &model_core, &kernel_core };
	loff_t ppos;
	u64 i;
	int k;

	(void)state;
	*model_core.era = *kernel_core.era;
	for (i = 0; i < sequences() / 4; i++) {
		for (k = 0; k < 2; k++) {
			seed(i);
			device_random(&pdev);
			memset(&vdev, 0, sizeof(vdev));
			vdev.pdev = &pdev;
			vdev.msi_qmax = (u8)chance(6);
			assert_int_equal(cores[k]->open(&vdev), 0);
			if (k)
				assert_memory_equal(before, vdev.pci_config_map,
						    pdev.cfg_size);
			memcpy(before, vdev.pci_config_map, pdev.cfg_size);
			guest(cores[k]);
			ppos = 0;
			cores[k]->rw(&vdev, (char *)live[k], pdev.cfg_size,
				     &ppos, false);
			cores[k]->close(&vdev);
		}
		assert_memory_equal(live[0], live[1], pdev.cfg_size);
	}
}
