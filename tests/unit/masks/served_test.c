// SPDX-License-Identifier: GPL-2.0-only
/*
 * What must be answered without waking
 */
#include "shadow.h"

/* The layouts of an NVMe drive, three graphics cards and two network cards. */
/* clang-format off */
static const struct machine {
	const char *name;
	u32 id;
	struct cap std[8];
	struct cap ext[16];
} machines[] = {
	{ "nvme", 0xa80a144d,
	  { { 0x40, PCI_CAP_ID_PM, 0, 0 },
	    { 0x50, PCI_CAP_ID_MSI, 0x8a, 0 },
	    { 0x70, PCI_CAP_ID_EXP, 2, 0 },
	    { 0xb0, PCI_CAP_ID_MSIX, 0, 0 } },
	  { { 0x100, PCI_EXT_CAP_ID_ERR, 0, 0 },
	    { 0x168, PCI_EXT_CAP_ID_ARI, 0, 0 },
	    { 0x178, PCI_EXT_CAP_ID_SECPCI, 0, 0 },
	    { 0x198, PCI_EXT_CAP_ID_LTR, 0, 0 },
	    { 0x1a0, 0x1e, 0, 0 },
	    { 0x1b0, PCI_EXT_CAP_ID_PWR, 0, 0 } } },
	{ "geforce", 0x220810de,
	  { { 0x60, PCI_CAP_ID_PM, 0, 0 },
	    { 0x68, PCI_CAP_ID_MSI, 0x80, 0 },
	    { 0x78, PCI_CAP_ID_EXP, 0x12, 0 },
	    { 0xb4, PCI_CAP_ID_VNDR, 0x14, 0 } },
	  { { 0x100, PCI_EXT_CAP_ID_VC, 0, 0 },
	    { 0x250, PCI_EXT_CAP_ID_LTR, 0, 0 },
	    { 0x258, 0x1e, 0, 0 },
	    { 0x128, PCI_EXT_CAP_ID_PWR, 0, 0 },
	    { 0x420, PCI_EXT_CAP_ID_ERR, 0, 0 },
	    { 0x600, PCI_EXT_CAP_ID_VNDR, 0x02410001, 0 },
	    { 0x900, PCI_EXT_CAP_ID_SECPCI, 0, 0 },
	    { 0xbb0, PCI_EXT_CAP_ID_REBAR, 1, 0 } } },
	{ "radeon", 0x73bf1002,
	  { { 0x48, PCI_CAP_ID_VNDR, 0x08, 0 },
	    { 0x50, PCI_CAP_ID_PM, 0, 0 },
	    { 0x64, PCI_CAP_ID_EXP, 0x12, 0 },
	    { 0xa0, PCI_CAP_ID_MSI, 0x80, 0 } },
	  { { 0x100, PCI_EXT_CAP_ID_VNDR, 0x01010001, 0 },
	    { 0x150, PCI_EXT_CAP_ID_ERR, 0, 0 },
	    { 0x200, PCI_EXT_CAP_ID_REBAR, 3, 0 },
	    { 0x240, PCI_EXT_CAP_ID_PWR, 0, 0 },
	    { 0x270, PCI_EXT_CAP_ID_SECPCI, 0, 0 },
	    { 0x2a0, PCI_EXT_CAP_ID_ACS, 0, 0 },
	    { 0x2d0, PCI_EXT_CAP_ID_PASID, 0, 0 },
	    { 0x320, PCI_EXT_CAP_ID_LTR, 0, 0 } } },
	{ "arc", 0x56a08086,
	  { { 0x40, PCI_CAP_ID_VNDR, 0x010c, 0 },
	    { 0x70, PCI_CAP_ID_EXP, 2, 0 },
	    { 0xac, PCI_CAP_ID_MSI, 0x180, 0 },
	    { 0xd0, PCI_CAP_ID_PM, 0, 0 } },
	  { { 0x100, PCI_EXT_CAP_ID_ARI, 0, 0 },
	    { 0x420, PCI_EXT_CAP_ID_REBAR, 1, 0 },
	    { 0x400, PCI_EXT_CAP_ID_LTR, 0, 0 } } },
	{ "connectx", 0x101715b3,
	  { { 0x60, PCI_CAP_ID_EXP, 2, 0 },
	    { 0x48, PCI_CAP_ID_VPD, 0, 0 },
	    { 0x9c, PCI_CAP_ID_MSIX, 0, 0 },
	    { 0xc0, PCI_CAP_ID_VNDR, 0x18, 0 },
	    { 0x40, PCI_CAP_ID_PM, 0, 0 } },
	  { { 0x100, PCI_EXT_CAP_ID_ERR, 0, 0 },
	    { 0x150, PCI_EXT_CAP_ID_ARI, 0, 0 },
	    { 0x180, PCI_EXT_CAP_ID_SRIOV, 0, 0 },
	    { 0x1c0, PCI_EXT_CAP_ID_SECPCI, 0, 0 },
	    { 0x230, PCI_EXT_CAP_ID_ACS, 0, 0 },
	    { 0x320, 0x27, 0, 0 },
	    { 0x370, 0x26, 0, 0 } } },
	{ "e1000e", 0x10d38086,
	  { { 0xc8, PCI_CAP_ID_PM, 0, 0 },
	    { 0xd0, PCI_CAP_ID_MSI, 0x80, 0 },
	    { 0xe0, PCI_CAP_ID_EXP, 1, 0 },
	    { 0xa0, PCI_CAP_ID_MSIX, 0, 0 } },
	  { { 0x100, PCI_EXT_CAP_ID_ERR, 0, 0 },
	    { 0x140, PCI_EXT_CAP_ID_DSN, 0, 0 } } },
	{ "no extended capability", 0x12345678,
	  { { 0x40, PCI_CAP_ID_EXP, 0x92, 0 } },
	  { {} } },
};
/* clang-format on */

void test_lspci(void **state)
{
	struct d3cold_config c;
	u8 *out, *bits;
	size_t i;
	int era;

	(void)state;
	for (i = 0; i < 2 * sizeof(machines) / sizeof(*machines); i++) {
		const struct machine *m = &machines[i / 2];

		era = i & 1;
		model_core.era->exp_v2 = era ? 0x34 : 0x32;
		device_make(&pdev, m->std, m->ext);
		memcpy(pdev.config, &m->id, 4);
		open_device(&model_core);
		c = snapshot();
		bits = servable(&c);
		out = compose(&c);
		lspci(&c, out, bits);
		free(out);
		free(bits);
		free((void *)c.phys);
		model_core.close(&vdev);
	}
}

/* What is servable of a capability, to its last byte, and of what follows. */
void test_served(void **state)
{
	/* clang-format off */
	static const struct cap conventional[] = {
		{ 0x40, PCI_CAP_ID_EXP, 2, 0 }, {}
	};
	static const struct {
		bool ext;
		u16 id;
		u32 word;
		u32 more;
		u16 from, end; /* servable but for these */
		u16 total; /* up to here */
	} cases[] = {
		{ false, PCI_CAP_ID_PM, 0, 0, 0, 0, 8 },
		{ false, PCI_CAP_ID_AGP, 0, 0, 0, 0, 12 },
		{ false, PCI_CAP_ID_VPD, 0, 0, 0, 0, 8 },
		{ false, PCI_CAP_ID_MSI, 0x000, 0, 0, 0, 12 },
		{ false, PCI_CAP_ID_MSI, 0x080, 0, 0, 0, 16 },
		{ false, PCI_CAP_ID_MSI, 0x100, 0, 0, 0, 20 },
		{ false, PCI_CAP_ID_MSI, 0x180, 0, 0, 0, 24 },
		{ false, PCI_CAP_ID_PCIX, 0, 0, 0, 0, 8 },
		{ false, PCI_CAP_ID_PCIX, 1, 0, 0, 0, 24 },
		{ false, PCI_CAP_ID_HT, 0, 0, 0, 0, 28 },
		{ false, PCI_CAP_ID_HT, 0xa800, 0, 0, 0, 24 },
		{ false, PCI_CAP_ID_VNDR, 0x20, 0, 0, 0, 4 },
		{ false, PCI_CAP_ID_VNDR, 0x03, 0, 0, 0, 3 },
		{ false, PCI_CAP_ID_VNDR, 0x0120, 0, 0, 0, 4 },
		{ false, PCI_CAP_ID_EXP, 0x01, 0, 0, 0, 20 },
		{ false, PCI_CAP_ID_EXP, 0x91, 0, 0, 0, 20 },
		{ false, PCI_CAP_ID_EXP, 0x02, 0, 0, 0, 0x34 },
		{ false, PCI_CAP_ID_EXP, 0x92, 0, 0, 0, 0x34 },
		{ false, PCI_CAP_ID_MSIX, 0, 0, 0, 0, 12 },
		{ false, PCI_CAP_ID_SATA, 0x14, 0, 0, 0, 8 },
		{ false, PCI_CAP_ID_SATA, 0x1f, 0, 0, 0, 8 },
		{ false, PCI_CAP_ID_AF, 0, 0, 0, 0, 8 },
		{ false, PCI_CAP_ID_SSVID, 0, 0, 0, 0, 0 },
		{ true, PCI_EXT_CAP_ID_ERR, 0, 0, 0, 0, 0x2c },
		{ true, PCI_EXT_CAP_ID_VC, 0, 0, 0, 0, 28 },
		{ true, PCI_EXT_CAP_ID_VC, 2, 4, 0, 0, 64 + 32 },
		{ true, PCI_EXT_CAP_ID_VC9, 1, 0, 0, 0, 40 },
		{ true, PCI_EXT_CAP_ID_MFVC, 0, 0, 0, 0, 28 },
		{ true, PCI_EXT_CAP_ID_DSN, 0, 0, 0, 0, 12 },
		{ true, PCI_EXT_CAP_ID_PWR, 0, 0, 8, 12, 16 },
		{ true, PCI_EXT_CAP_ID_VNDR, 0x04010001, 0, 0, 0, 8 },
		{ true, PCI_EXT_CAP_ID_DVSEC, 0x04010001, 0, 0, 0, 12 },
		{ true, PCI_EXT_CAP_ID_ACS, 0, 0, 0, 0, 8 },
		{ true, PCI_EXT_CAP_ID_ACS, 0x2120, 0, 0, 0, 16 },
		{ true, PCI_EXT_CAP_ID_ARI, 0, 0, 0, 0, 8 },
		{ true, PCI_EXT_CAP_ID_ATS, 0, 0, 0, 0, 8 },
		{ true, PCI_EXT_CAP_ID_SRIOV, 0, 0, 0, 0, 64 },
		{ true, PCI_EXT_CAP_ID_MCAST, 0, 0, 0, 0, 0x34 },
		{ true, PCI_EXT_CAP_ID_PRI, 0, 0, 0, 0, 16 },
		{ true, PCI_EXT_CAP_ID_REBAR, 2, 0, 0, 0, 20 },
		{ true, PCI_EXT_CAP_ID_DPA, 2, 0, 0, 0, 20 },
		{ true, PCI_EXT_CAP_ID_TPH, 0x00030200, 0, 0, 0, 20 },
		{ true, PCI_EXT_CAP_ID_LTR, 0, 0, 0, 0, 8 },
		{ true, 0x2e, 0, 0, 0, 0, 0 }, /* DOE: hidden */
	};
	/* clang-format on */
	struct d3cold_config c;
	size_t i;
	u8 *bits;

	(void)state;
	*model_core.era = (struct era){ .exp_v2 = 0x32, .dvsec = true };
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int begin = cases[i].ext ? 0x200 : 0x80, offset;
		struct cap caps[] = {
			{ cases[i].ext ? 0x100 : 0x40,
			  cases[i].ext ? PCI_EXT_CAP_ID_DSN : PCI_CAP_ID_SSVID,
			  0, 0 },
			{ begin, cases[i].id, cases[i].word, cases[i].more },
			{},
		};

		if (cases[i].ext)
			device_make(&pdev, conventional, caps);
		else
			device_make(&pdev, caps, NULL);
		open_device(&model_core);
		c = snapshot();
		bits = servable(&c);
		for (offset = 0; offset < 0x60; offset++)
			if (d3cold_servable(bits, begin + offset, 1) !=
			    (offset < cases[i].total &&
			     !(offset >= cases[i].from &&
			       offset < cases[i].end)))
				fail_msg("+%#x of %#x", offset, cases[i].id);
		free(bits);
		free((void *)c.phys);
		model_core.close(&vdev);
	}
}

/* All of a read must be servable, at every width and alignment. */
void test_ranges(void **state)
{
	u8 bits[32] = { [2] = 0x3c };
	unsigned int pos, len;

	(void)state;
	for (pos = 0; pos < 200; pos++)
		for (len = 1; len < 20; len++)
			assert_int_equal(d3cold_servable(bits, pos, len),
					 pos >= 18 && pos + len <= 22);
	assert_true(d3cold_servable(bits, 0, 0));
}

/* Whatever a broken device made of the map: no byte outside is touched. */
void test_garbage(void **state)
{
	static const u8 common[] = { 0,	   1,	 4,    5,    9,	  0x0b,
				     0x10, 0x12, 0x23, 0xfe, 0xff };
	struct d3cold_config c;
	u8 *map, *vconfig, *phys, *out, *bits, id = 0;
	unsigned int pos, run;
	int i;

	(void)state;
	for (i = 0; i < 1500; i++) {
		memset(&c, 0, sizeof(c));
		seed(i);
		c.size = odds(2) ? 256 : 4096;
		map = malloc(c.size);
		vconfig = malloc(c.size);
		phys = malloc(c.size);
		for (pos = 0, run = 0; pos < c.size; pos++, run--) {
			if (!run) {
				run = 1 + chance(odds(4) ? 200 : 20);
				id = odds(3) ? (u8)chance(256) :
					       common[chance(sizeof(common))];
			}
			map[pos] = id;
			vconfig[pos] = odds(3) ? 0 : (u8)chance(256);
			phys[pos] = (u8)chance(256);
		}
		c.map = map;
		c.vconfig = vconfig;
		c.phys = phys;
		c.bardirty = true;
		for (pos = 0; pos < PCI_STD_NUM_BARS; pos++) {
			c.bar[pos].size = 1ull << chance(64);
			c.bar[pos].mem64 = odds(2);
		}
		c.rom_image = (u64)chance(~0u) << chance(33);
		out = compose(&c);
		bits = servable(&c);
		assert_true(d3cold_servable(bits, PCI_VENDOR_ID, 4));
		free(bits);
		free(out);
		free(phys);
		free(vconfig);
		free(map);
	}
}
