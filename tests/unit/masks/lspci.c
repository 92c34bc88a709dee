// SPDX-License-Identifier: GPL-2.0-only
/*
 * What lspci -vvv reads (pciutils 3.14, ls-caps.c, ls-caps-vendor.c and
 * ls-ecaps.c), but for CXL's DVSECs and the data of virtio's config window.
 */
#include "shadow.h"

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

void lspci(const struct d3cold_config *c, const u8 *out, const u8 *bits)
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
