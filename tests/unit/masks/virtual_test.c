// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each capability: the bits that come from vconfig
 */
#include "shadow.h"

struct virt_byte {
	u16 offset;
	u8 bits;
};

/* Every bit differs: what is not the device's is vconfig's. */
static void check_virtual(const struct cap *std, const struct cap *ext,
			  int begin, int end, const struct virt_byte *want)
{
	struct d3cold_config c;
	int pos, offset;
	u8 *out, bits;

	device_make(&pdev, std, ext);
	open_device(&model_core);
	for (pos = 0; pos < pdev.cfg_size; pos++)
		vdev.vconfig[pos] = (u8)~pdev.config[pos];
	vdev.bardirty = false;
	c = snapshot();
	out = compose(&c);
	for (pos = begin; pos < end; pos++) {
		offset = pos - begin;
		bits = 0;
		if (want->bits && want->offset == offset)
			bits = (want++)->bits;
		if ((out[pos] ^ pdev.config[pos]) != bits)
			fail_msg("+%#x of %#x: virtual %#x, not %#x", offset,
				 c.map[begin], out[pos] ^ pdev.config[pos],
				 bits);
	}
	assert_int_equal(want->bits, 0);
	free(out);
	free((void *)c.phys);
	model_core.close(&vdev);
}

void test_header(void **state)
{
	static const struct cap none[] = { {} };
	/* clang-format off */
	static const struct virt_byte want[] = {
		{ 0x00, ALL }, { 0x01, ALL }, { 0x02, ALL }, { 0x03, ALL },
		{ 0x05, 0x04 }, { 0x06, 0x10 }, { 0x10, ALL }, { 0x11, ALL },
		{ 0x12, ALL }, { 0x13, ALL }, { 0x14, ALL }, { 0x15, ALL },
		{ 0x16, ALL }, { 0x17, ALL }, { 0x18, ALL }, { 0x19, ALL },
		{ 0x1a, ALL }, { 0x1b, ALL }, { 0x1c, ALL }, { 0x1d, ALL },
		{ 0x1e, ALL }, { 0x1f, ALL }, { 0x20, ALL }, { 0x21, ALL },
		{ 0x22, ALL }, { 0x23, ALL }, { 0x24, ALL }, { 0x25, ALL },
		{ 0x26, ALL }, { 0x27, ALL }, { 0x30, ALL }, { 0x31, ALL },
		{ 0x32, ALL }, { 0x33, ALL }, { 0x34, ALL }, { 0x3c, ALL },
		{ 0x3d, ALL }, {}
	};
	/* clang-format on */

	(void)state;
	check_virtual(none, NULL, 0, 256, want);
	check_virtual(none, none, 0, 4096, want);
}

void test_std(void **state)
{
	/* clang-format off */
	static const struct {
		u16 id;
		u16 word;
		struct virt_byte want[24];
	} cases[] = {
		{ PCI_CAP_ID_PM, 0,
		  { { 1, ALL }, { 3, 0xf8 }, { 5, 0x81 } } },
		{ PCI_CAP_ID_VPD, 0,
		  { { 1, ALL }, { 2, ALL }, { 3, ALL }, { 4, ALL }, { 5, ALL },
		    { 6, ALL }, { 7, ALL } } },
		{ PCI_CAP_ID_PCIX, 0, { { 1, ALL } } },
		{ PCI_CAP_ID_PCIX, 1, { { 1, ALL } } },
		{ PCI_CAP_ID_EXP, 0x0001,
		  { { 1, ALL }, { 8, 0xe0 }, { 9, 0xf0 } } },
		{ PCI_CAP_ID_EXP, 0x0002,
		  { { 1, ALL }, { 8, 0xe0 }, { 9, 0xf0 } } },
		{ PCI_CAP_ID_EXP, 0x0091,
		  { { 1, ALL }, { 8, 0xe0 }, { 9, 0xf0 } } },
		{ PCI_CAP_ID_EXP, 0x0092,
		  { { 1, ALL }, { 8, 0xe0 }, { 9, 0xf0 } } },
		{ PCI_CAP_ID_AF, 0, { { 1, ALL }, { 4, 0x01 } } },
		{ PCI_CAP_ID_MSI, 0x000,
		  { { 1, ALL }, { 2, ALL }, { 4, ALL }, { 5, ALL }, { 6, ALL },
		    { 7, ALL }, { 8, ALL }, { 9, ALL } } },
		{ PCI_CAP_ID_MSI, 0x100,
		  { { 1, ALL }, { 2, ALL }, { 4, ALL }, { 5, ALL }, { 6, ALL },
		    { 7, ALL }, { 8, ALL }, { 9, ALL } } },
		{ PCI_CAP_ID_MSI, 0x080,
		  { { 1, ALL }, { 2, ALL }, { 4, ALL }, { 5, ALL }, { 6, ALL },
		    { 7, ALL }, { 8, ALL }, { 9, ALL }, { 10, ALL },
		    { 11, ALL }, { 12, ALL }, { 13, ALL } } },
		{ PCI_CAP_ID_MSI, 0x180,
		  { { 1, ALL }, { 2, ALL }, { 4, ALL }, { 5, ALL }, { 6, ALL },
		    { 7, ALL }, { 8, ALL }, { 9, ALL }, { 10, ALL },
		    { 11, ALL }, { 12, ALL }, { 13, ALL } } },
		{ PCI_CAP_ID_AGP, 0, { { 0, ALL }, { 1, ALL } } },
		{ PCI_CAP_ID_HT, 0, { { 0, ALL }, { 1, ALL } } },
		{ PCI_CAP_ID_VNDR, 0x40, { { 0, ALL }, { 1, ALL } } },
		{ PCI_CAP_ID_MSIX, 0, { { 0, ALL }, { 1, ALL } } },
		{ PCI_CAP_ID_SATA, 0x1f, { { 0, ALL }, { 1, ALL } } },
		{ PCI_CAP_ID_SSVID, 0, {} },
		{ PCI_CAP_ID_EA, 0, {} },
	};
	/* clang-format on */
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct cap caps[] = { { 0x50, cases[i].id, cases[i].word, 0 },
				      {} };

		check_virtual(caps, NULL, 0x50, 0x100, cases[i].want);
	}
}

void test_ext(void **state)
{
	/* clang-format off */
	static const struct cap express[] = {
		{ 0x40, PCI_CAP_ID_EXP, 2, 0 }, {}
	};
	static const struct virt_byte head[] = {
		{ 0, ALL }, { 1, ALL }, { 2, ALL }, { 3, ALL }, {}
	};
	static const struct virt_byte nothing[] = { {} };
	/* clang-format on */
	int id;

	(void)state;
	/* As the second of the list: shown, or hidden and so unassigned. */
	for (id = 1; id <= 0x40; id++) {
		struct cap caps[] = { { 0x100, PCI_EXT_CAP_ID_DSN, 0, 0 },
				      { 0x200, (u16)id, 0x01000000, 0 },
				      {} };
		bool shown;

		device_make(&pdev, express, caps);
		open_device(&model_core);
		shown = vdev.pci_config_map[0x200] == id;
		model_core.close(&vdev);
		check_virtual(express, caps, 0x200, 0x1000,
			      shown ? head : nothing);
	}
}

/* Abutting capabilities of one id are one to the core. */
void test_abutting(void **state)
{
	/* clang-format off */
	static const struct cap virtio[] = {
		{ 0x98, PCI_CAP_ID_MSIX, 0, 0 },
		{ 0x84, PCI_CAP_ID_VNDR, 0x0514, 0 },
		{ 0x70, PCI_CAP_ID_VNDR, 0x0214, 0 },
		{ 0x60, PCI_CAP_ID_VNDR, 0x0410, 0 },
		{ 0x50, PCI_CAP_ID_VNDR, 0x0310, 0 },
		{ 0x40, PCI_CAP_ID_VNDR, 0x0110, 0 },
		{ 0xb0, PCI_CAP_ID_VNDR, 0x0818, 0 },
		{}
	};
	static const struct virt_byte want[] = {
		{ 0x00, ALL }, { 0x01, ALL }, { 0x58, ALL }, { 0x59, ALL },
		{ 0x70, ALL }, { 0x71, ALL }, {}
	};
	/* clang-format on */
	struct d3cold_config c;
	u8 *bits, *out;
	int i;

	(void)state;
	check_virtual(virtio, NULL, 0x40, 0x100, want);

	for (i = 0; i < 2; i++) {
		device_make(&pdev, virtio, NULL);
		memcpy(pdev.config, i ? "\xf4\x1a\x41\x10" : "\xf4\x1a\x10\x11",
		       4);
		open_device(&model_core);
		c = snapshot();
		bits = servable(&c);
		out = compose(&c);
		lspci(&c, out, bits);
		/* The heads always; more of virtio's, but the window's data. */
		assert_true(d3cold_servable(bits, 0x40, 4));
		assert_true(d3cold_servable(bits, 0x50, 4));
		assert_true(d3cold_servable(bits, 0x84, 4));
		assert_int_equal(d3cold_servable(bits, 0x40, 0x54), i);
		assert_int_equal(d3cold_servable(bits, 0x54, 1), i);
		assert_int_equal(d3cold_servable(bits, 0xb4, 0x14), i);
		assert_false(d3cold_servable(bits, 0x94, 1));
		free(out);
		free(bits);
		free((void *)c.phys);
		model_core.close(&vdev);
	}
}

/* One id at both sides of 0x100 is two capabilities. */
void test_boundary(void **state)
{
	/* clang-format off */
	static const struct cap std[] = {
		{ 0x40, PCI_CAP_ID_EXP, 2, 0 },
		{ 0xf0, PCI_CAP_ID_VNDR, 0x10, 0 },
		{}
	};
	static const struct cap ext[] = {
		{ 0x100, PCI_EXT_CAP_ID_VC9, 0, 0 }, {}
	};
	static const struct virt_byte want[] = {
		{ 0x00, ALL }, { 0x01, ALL }, { 0x10, ALL }, { 0x11, ALL },
		{ 0x12, ALL }, { 0x13, ALL }, {}
	};
	/* clang-format on */

	(void)state;
	check_virtual(std, ext, 0xf0, 0x1000, want);
}

void test_base_registers(void **state)
{
	static const struct cap none[] = { {} };
	struct d3cold_config c;
	u32 bar[6], rom;
	u8 *out, *bits;

	(void)state;
	device_make(&pdev, none, NULL);
	pdev.resource[0] =
		(struct resource){ 0x1000, 1ull << 33,
				   IORESOURCE_MEM_64 | IORESOURCE_PREFETCH };
	pdev.resource[2] = (struct resource){ 0x1000, 4, IORESOURCE_IO };
	pdev.resource[4] = (struct resource){ 0x1000, 0x4000, 0 };
	pdev.resource[6] = (struct resource){ 0x1000, 0x10000, 0 };
	open_device(&model_core);
	memset(vdev.vconfig + 0x10, 0xff, 24);
	memset(vdev.vconfig + PCI_ROM_ADDRESS, 0xff, 4);
	c = snapshot();
	out = compose(&c);
	memcpy(bar, out + 0x10, 24);
	memcpy(&rom, out + PCI_ROM_ADDRESS, 4);
	assert_int_equal(bar[0], 0x0000000c);
	assert_int_equal(bar[1], 0xfffffffe);
	/* Bit 2 of an I/O address is not the type of a BAR, but to the core. */
	assert_int_equal(bar[2], 0xfffffffd);
	assert_int_equal(bar[3], 0xffffffff);
	assert_int_equal(bar[4], 0xffffc000);
	assert_int_equal(bar[5], 0);
	assert_int_equal(rom, 0xffff0001);
	free(out);

	/* No ROM, and a firmware's image in its stead: only new kernels tell. */
	c.rom_size = 0;
	bits = servable(&c);
	assert_true(d3cold_servable(bits, 0, 64));
	out = compose(&c);
	memcpy(&rom, out + PCI_ROM_ADDRESS, 4);
	assert_int_equal(rom, 0);
	free(out);
	free(bits);
	c.rom_image = 0x8001;
	bits = servable(&c);
	assert_true(d3cold_servable(bits, 0, PCI_ROM_ADDRESS));
	assert_false(d3cold_servable(bits, PCI_ROM_ADDRESS, 1));
	assert_false(d3cold_servable(bits, PCI_ROM_ADDRESS + 3, 1));
	assert_true(d3cold_servable(bits, PCI_ROM_ADDRESS + 4, 12));
	free(bits);
	/* Less than its size was written: it reads 0 in any case. */
	memcpy(vdev.vconfig + PCI_ROM_ADDRESS, "\x00\x80\x00\x00", 4);
	bits = servable(&c);
	assert_true(d3cold_servable(bits, 0, 64));
	free(bits);
	memset(vdev.vconfig + PCI_ROM_ADDRESS, 0xff, 4);
	c.bardirty = false;
	bits = servable(&c);
	assert_true(d3cold_servable(bits, 0, 64));
	free(bits);
	free((void *)c.phys);
	model_core.close(&vdev);
}
