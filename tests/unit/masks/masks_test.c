// SPDX-License-Identifier: GPL-2.0-only
/*
 * The composed config space against what the core answers, and what of it can
 * be answered while the device is off.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core.h"
#include "device.h"
#include "masks.h"

#define ALL 0xff

static struct pci_dev pdev;
static struct vfio_pci_core_device vdev;

static void open_device(const struct core *core)
{
	memset(&vdev, 0, sizeof(vdev));
	vdev.pdev = &pdev;
	vdev.msi_qmax = 5;
	assert_int_equal(core->open(&vdev), 0);
}

/* As the driver does it; the buffers are as long as config space. */
static struct d3cold_config snapshot(void)
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

static u8 *compose(const struct d3cold_config *c)
{
	u8 *out = malloc(c->size);

	d3cold_compose(c, out);
	return out;
}

static u8 *servable(const struct d3cold_config *c)
{
	u8 *bits = malloc(D3COLD_SERVABLE_SIZE(c->size));
	struct d3cold_config blind = *c;

	blind.phys = NULL;
	d3cold_servable_init(&blind, bits);
	return bits;
}

/*
 * Reading
 */

static void read_live(const struct core *core, int pos, void *buf, int width)
{
	loff_t ppos = pos;

	assert_int_equal(core->rw(&vdev, buf, width, &ppos, false), width);
}

static bool rom_differs(const struct d3cold_config *c)
{
	return c->bardirty && !c->rom_size && c->rom_image;
}

static void check_read(const struct core *core, const struct d3cold_config *c,
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
static void check_blind(const struct d3cold_config *c, const u8 *out,
			const u8 *bits)
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

/*
 * What lspci -vvv reads (pciutils 3.14, ls-caps.c, ls-caps-vendor.c and
 * ls-ecaps.c), but for CXL's DVSECs and the data of virtio's config window.
 */

struct fetch {
	u8 id;
	u8 from;
	u8 length;
};

/* clang-format off */
static const struct fetch std_fetches[] = {
	{ PCI_CAP_ID_PM, 4, 4 },   { PCI_CAP_ID_AGP, 4, 8 },
	{ PCI_CAP_ID_PCIX, 4, 4 }, { PCI_CAP_ID_MSIX, 4, 8 },
	{ PCI_CAP_ID_SATA, 4, 4 }, { PCI_CAP_ID_AF, 3, 3 },
};

static const struct fetch ext_fetches[] = {
	{ PCI_EXT_CAP_ID_ERR, 4, 40 },	{ PCI_EXT_CAP_ID_VC, 4, 24 },
	{ PCI_EXT_CAP_ID_VC9, 4, 24 },	{ PCI_EXT_CAP_ID_DSN, 4, 8 },
	{ PCI_EXT_CAP_ID_VNDR, 4, 4 },	{ PCI_EXT_CAP_ID_ACS, 4, 4 },
	{ PCI_EXT_CAP_ID_ARI, 4, 4 },	{ PCI_EXT_CAP_ID_ATS, 4, 4 },
	{ PCI_EXT_CAP_ID_SRIOV, 4, 60 }, { PCI_EXT_CAP_ID_MCAST, 4, 48 },
	{ PCI_EXT_CAP_ID_PRI, 4, 12 },	{ PCI_EXT_CAP_ID_TPH, 4, 4 },
	{ PCI_EXT_CAP_ID_LTR, 4, 4 },	{ PCI_EXT_CAP_ID_DVSEC, 4, 8 },
};
/* clang-format on */

struct lspci {
	const struct d3cold_config *c;
	const u8 *out;
	const u8 *bits;
};

/* Another capability may begin where one is shorter than lspci thinks. */
static void fetch(const struct lspci *l, int cap, int from, int length)
{
	int pos, other;

	for (pos = cap + from; length; pos++, length--) {
		if (d3cold_servable(l->bits, pos, 1))
			continue;
		for (other = pos; other > cap; other--)
			if (l->c->map[other] != PCI_CAP_ID_INVALID &&
			    l->c->map[other] != l->c->map[cap])
				return;
		fail_msg("lspci wakes at %#x, +%#x of %#x", pos, pos - cap,
			 l->c->map[cap]);
	}
}

static u32 word(const struct lspci *l, int pos)
{
	return l->out[pos] | l->out[pos + 1] << 8;
}

static void lspci_vndr(const struct lspci *l, int pos)
{
	int length = l->out[pos + 2], type = l->out[pos + 3];

	if (length < 4)
		return;
	if (word(l, 0) == 0x8086 && type == 1)
		fetch(l, pos, 0, length);
	if (word(l, 0) == 0x1af4 && word(l, 2) >= 0x1000 &&
	    word(l, 2) <= 0x107f && length >= 16) {
		if ((type >= 1 && type <= 4) || type == 8)
			fetch(l, pos, 0, length);
		else if (type == 5)
			fetch(l, pos, 0, 16);
	}
}

static void lspci_std(const struct lspci *l, int pos)
{
	u32 flags = word(l, pos + 2);
	size_t i;

	fetch(l, pos, 0,
	      l->out[pos] == PCI_CAP_ID_VNDR && l->out[pos + 2] == 3 ? 3 : 4);
	for (i = 0; i < sizeof(std_fetches) / sizeof(*std_fetches); i++)
		if (std_fetches[i].id == l->out[pos])
			fetch(l, pos, std_fetches[i].from,
			      std_fetches[i].length);
	switch (l->out[pos]) {
	case PCI_CAP_ID_VPD:
		fetch(l, pos, 2, 6);
		break;
	case PCI_CAP_ID_HT:
		if (!(flags & 0xe000))
			fetch(l, pos, 4, 24);
		else if ((flags & 0xe000) == 0x2000)
			fetch(l, pos, 4, 20);
		else
			fetch(l, pos, 4, 8);
		break;
	case PCI_CAP_ID_MSI:
		if (l->c->phys[pos + 2] & 0x80)
			fetch(l, pos, 4, flags & 0x100 ? 20 : 10);
		else
			fetch(l, pos, 4, flags & 0x100 ? 16 : 6);
		break;
	case PCI_CAP_ID_EXP:
		fetch(l, pos, 4, 16);
		if ((flags & 15) >= 2)
			fetch(l, pos, 0x24, 16);
		break;
	case PCI_CAP_ID_VNDR:
		lspci_vndr(l, pos);
		break;
	}
}

static void lspci_ext(const struct lspci *l, int pos)
{
	size_t i;

	for (i = 0; i < sizeof(ext_fetches) / sizeof(*ext_fetches); i++)
		if (ext_fetches[i].id == word(l, pos))
			fetch(l, pos, ext_fetches[i].from,
			      ext_fetches[i].length);
	switch (word(l, pos)) {
	case PCI_EXT_CAP_ID_VC:
	case PCI_EXT_CAP_ID_VC9:
		fetch(l, pos, 16, 12 * (1 + (l->out[pos + 4] & 7)));
		break;
	case PCI_EXT_CAP_ID_REBAR:
		fetch(l, pos, 4, 8 * (l->out[pos + 8] >> 5));
		break;
	}
}

static void lspci(const struct d3cold_config *c, const u8 *out, const u8 *bits)
{
	struct lspci l = { c, out, bits };
	bool express = false;
	int pos, loops;

	fetch(&l, 0, 0, PCI_ROM_ADDRESS);
	if (!rom_differs(c))
		fetch(&l, 0, PCI_ROM_ADDRESS, 4);
	fetch(&l, 0, PCI_CAPABILITY_LIST, 12);
	pos = out[PCI_STATUS] & 0x10 ? out[PCI_CAPABILITY_LIST] & 0xfc : 0;
	for (loops = 48; pos && loops--; pos = out[pos + 1] & 0xfc) {
		/* Hidden, but an abutting capability's raw pointer leads on. */
		if (c->map[pos] == PCI_CAP_ID_INVALID)
			break;
		if (out[pos] == PCI_CAP_ID_EXP || out[pos] == PCI_CAP_ID_PCIX)
			express = true;
		lspci_std(&l, pos);
	}
	if (!express || c->size == 256)
		return;
	for (pos = 256, loops = 960; pos >= 256 && loops--;
	     pos = (word(&l, pos + 2) >> 4) & 0xffc) {
		if (pos > 256 && c->map[pos] == PCI_CAP_ID_INVALID)
			break;
		fetch(&l, pos, 0, 4);
		if (!word(&l, pos) && !word(&l, pos + 2))
			break;
		/* Not one of those that the core knows. */
		if (c->map[pos] == PCI_CAP_ID_INVALID ||
		    c->map[pos] != out[pos])
			continue;
		lspci_ext(&l, pos);
	}
}

/*
 * Random devices and guests
 */

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

static void test_model(void **state)
{
	(void)state;
	run_sequences(&model_core, 0, sequences());
}

static void test_kernel(void **state)
{
	(void)state;
	run_sequences(&kernel_core, 0, sequences());
}

/* The model answers every guest as the kernel does. */
static void test_model_is_kernel(void **state)
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

/*
 * Each capability: the bits that come from vconfig
 */

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

static void test_header(void **state)
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

static void test_std(void **state)
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

static void test_ext(void **state)
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
static void test_abutting(void **state)
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
static void test_boundary(void **state)
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

static void test_base_registers(void **state)
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

/*
 * What must be answered without waking
 */

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

static void test_lspci(void **state)
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
static void test_served(void **state)
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
static void test_ranges(void **state)
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
static void test_garbage(void **state)
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

int main(void)
{
	const struct CMUnitTest own[] = {
		cmocka_unit_test(test_kernel),
		cmocka_unit_test(test_model_is_kernel),
	};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_std),
		cmocka_unit_test(test_ext),
		cmocka_unit_test(test_abutting),
		cmocka_unit_test(test_boundary),
		cmocka_unit_test(test_base_registers),
		cmocka_unit_test(test_lspci),
		cmocka_unit_test(test_served),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_model),
	};

	seed(1);
	model_core.init();
	cmocka_set_message_output(CM_OUTPUT_TAP);
	if (&kernel_core) {
		kernel_core.init();
		return cmocka_run_group_tests_name("config shadow, the kernel",
						   own, NULL, NULL);
	}
	return cmocka_run_group_tests_name("config shadow", tests, NULL, NULL);
}
