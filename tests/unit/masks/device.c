// SPDX-License-Identifier: GPL-2.0-only
/*
 * Made-up devices. Capabilities lie one after the other, abutting or with gaps
 * of unassigned registers, and are linked in any order. Read-only is what the
 * specification makes so: headers, and fields that a capability's length or
 * layout follows from. All other bits read at random, and most can be written.
 */
#include "device.h"

static u64 state;

void seed(u64 value)
{
	state = value * 0x9e3779b97f4a7c15ull + 1;
}

u32 chance(u32 n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (u32)(state >> 32) % n;
}

bool odds(u32 n)
{
	return !chance(n);
}

static void put(struct pci_dev *pdev, int pos, u32 value, int width)
{
	value = htole32(value);
	memcpy(pdev->config + pos, &value, width);
	memset(pdev->writable + pos, 0, width);
}

static u32 get(const struct pci_dev *pdev, int pos, int width)
{
	u32 value = 0;

	memcpy(&value, pdev->config + pos, width);
	return le32toh(value);
}

/* Only these bits of @pos can be written. */
static void limit(struct pci_dev *pdev, int pos, u32 mask, int width)
{
	u32 old;

	memcpy(&old, pdev->writable + pos, width);
	mask = htole32(mask) & old;
	memcpy(pdev->writable + pos, &mask, width);
}

/*
 * Put capability @id at @pos; @word and @more are what lengths and layouts need
 * to know. Return how many bytes it takes.
 */
static int put_std(struct pci_dev *pdev, int pos, u8 id, u32 word, u32 more)
{
	int length = 4;

	put(pdev, pos, id, 2);
	switch (id) {
	case PCI_CAP_ID_PM:
		put(pdev, pos + 2, get(pdev, pos + 2, 2), 2);
		put(pdev, pos + 4, get(pdev, pos + 4, 1) & 0xfc, 1);
		limit(pdev, pos + 4, 0x9f00, 2);
		return 8;
	case PCI_CAP_ID_VPD:
		return 8;
	case PCI_CAP_ID_AGP:
	case PCI_CAP_ID_MSIX:
		return 12;
	case PCI_CAP_ID_AF:
		limit(pdev, pos + 2, 0x10000, 4);
		return 8;
	case PCI_CAP_ID_MSI:
		put(pdev, pos + 2, word, 2);
		pdev->writable[pos + 2] = 0x71;
		length = word & PCI_MSI_FLAGS_64BIT ? 14 : 10;
		return word & PCI_MSI_FLAGS_MASKBIT ? length + 10 : length;
	case PCI_CAP_ID_PCIX:
		limit(pdev, pos + 2, 0x7f, 2);
		pdev->config[pos + 3] = (u8)(word ? 0x10 : 0);
		return word ? 24 : 8;
	case PCI_CAP_ID_HT:
		put(pdev, pos + 2, word, 2);
		return word & 0xe000 ? 24 : 28;
	case PCI_CAP_ID_VNDR:
		put(pdev, pos + 2, word, word & 0xff ? 2 : 1);
		return word & 0xff;
	case PCI_CAP_ID_EXP:
		put(pdev, pos + 2, word, 2);
		put(pdev, pos + 4, get(pdev, pos + 4, 4), 4);
		/* A maximum payload that the control register can have. */
		limit(pdev, pos + 8, ~0xe0u, 4);
		pdev->config[pos + 8] &= 0x3f;
		if ((word & 15) == 1)
			return word >> 4 == PCI_EXP_TYPE_RC_END ? 12 : 20;
		return 0x34;
	case PCI_CAP_ID_SATA:
		put(pdev, pos + 4, word, 4);
		return (word & 15) == 15 ? 16 : 8;
	}
	(void)more;
	return length + (int)chance(3) * 4;
}

/* Bytes of a virtual channel's arbitration table. */
static int table_length(u32 more)
{
	return more & 8 ? 64 : more & 4 ? 32 : 16;
}

static int put_ext(struct pci_dev *pdev, int pos, u16 id, u32 word, u32 more)
{
	int length;

	put(pdev, pos, id | (1 + chance(2)) << 16, 4);
	switch (id) {
	case PCI_EXT_CAP_ID_ERR:
		return 0x2c;
	case PCI_EXT_CAP_ID_VC:
	case PCI_EXT_CAP_ID_VC9:
	case PCI_EXT_CAP_ID_MFVC:
		put(pdev, pos + 4, word, 4);
		put(pdev, pos + 8, more, 4);
		length = 16 + 12 * (1 + (word & 7));
		if (more & 0xe)
			length = round_up(length, 16) + table_length(more);
		return length;
	case PCI_EXT_CAP_ID_DSN:
		return 12;
	case PCI_EXT_CAP_ID_PWR:
	case PCI_EXT_CAP_ID_PRI:
		return 16;
	case PCI_EXT_CAP_ID_DVSEC:
	case PCI_EXT_CAP_ID_VNDR:
		put(pdev, pos + 4, word, 4);
		return (int)(word >> 20);
	case PCI_EXT_CAP_ID_ACS:
		put(pdev, pos + 4, word, 2);
		if (!(word & PCI_ACS_EC))
			return 8;
		word = word >> 8 & 0xff;
		return 8 + (word ? round_up((int)word, 32) / 8 : 32);
	case PCI_EXT_CAP_ID_ARI:
	case PCI_EXT_CAP_ID_ATS:
	case PCI_EXT_CAP_ID_LTR:
		return 8;
	case PCI_EXT_CAP_ID_SRIOV:
		return 64;
	case PCI_EXT_CAP_ID_MCAST:
		return 40;
	case PCI_EXT_CAP_ID_REBAR:
		put(pdev, pos + 8, word << 5, 1);
		return 4 + 8 * (int)word;
	case PCI_EXT_CAP_ID_DPA:
		put(pdev, pos + 4, word, 4);
		return 17 + (word & 31);
	case PCI_EXT_CAP_ID_TPH:
		put(pdev, pos + 4, word, 4);
		if ((word & PCI_TPH_CAP_LOC_MASK) != PCI_TPH_LOC_CAP)
			return 12;
		return 14 + 2 * (int)(word >> 16 & 0x7ff);
	}
	return 4 + (int)chance(5) * 4;
}

static void blank(struct pci_dev *pdev, int size)
{
	int i;

	memset(pdev, 0, sizeof(*pdev));
	pdev->cfg_size = size;
	pdev->irq = odds(4) ? 0 : 17;
	for (i = 0; i < size; i++) {
		pdev->config[i] = (u8)chance(256);
		pdev->writable[i] = odds(4) ? (u8)chance(256) : 0xff;
	}
	put(pdev, 0, get(pdev, 0, 4), 4);
	put(pdev, PCI_CLASS_REVISION, get(pdev, PCI_CLASS_REVISION, 4), 4);
	put(pdev, PCI_STATUS, get(pdev, PCI_STATUS, 2) & ~0x10u, 2);
	put(pdev, PCI_HEADER_TYPE, 0, 1);
	put(pdev, PCI_CAPABILITY_LIST, 0, 4);
	pdev->vendor = (u16)get(pdev, PCI_VENDOR_ID, 2);
	pdev->device = (u16)get(pdev, PCI_DEVICE_ID, 2);
}

/* BARs of every kind, mapped by the host or not, and what a ROM may be. */
static void add_bars(struct pci_dev *pdev)
{
	struct resource *res = pdev->resource;
	int i;

	for (i = 0; i < PCI_STD_NUM_BARS; i++) {
		res[i].start = odds(3) ? 0 : 0x1000 + chance(1 << 30);
		res[i].len = 4ull << chance(28);
		res[i].flags = odds(4) ? IORESOURCE_IO : IORESOURCE_MEM;
		if (res[i].flags & IORESOURCE_IO)
			continue;
		if (odds(2))
			res[i].flags |= IORESOURCE_PREFETCH;
		if (i < 5 && odds(2)) {
			res[i].flags |= IORESOURCE_MEM_64;
			res[i].len <<= chance(12);
			i++;
		}
	}
	if (odds(2)) {
		res[6].start = 0xc0000;
		res[6].len = 0x800ull << chance(12);
	}
	if (odds(3)) {
		pdev->rom = 0x1000;
		pdev->romlen = 1 + chance(1 << 20);
	}
}

static u32 std_word(u8 id)
{
	static const u16 msi[] = { 0, 0x80, 0x100, 0x180 };
	static const u16 express[] = { 0x0001, 0x0002, 0x0091,
				       0x0092, 0x0011, 0x0012 };

	switch (id) {
	case PCI_CAP_ID_MSI:
		return msi[chance(4)] | chance(6) << 1;
	case PCI_CAP_ID_PCIX:
		return chance(2);
	case PCI_CAP_ID_HT:
		return chance(0x10000);
	case PCI_CAP_ID_VNDR:
		return (3 + chance(30)) | chance(8) << 8;
	case PCI_CAP_ID_EXP:
		return express[chance(6)];
	case PCI_CAP_ID_SATA:
		return odds(2) ? 0x1f : 0x14;
	}
	return 0;
}

static u32 ext_word(u16 id)
{
	switch (id) {
	case PCI_EXT_CAP_ID_DVSEC:
	case PCI_EXT_CAP_ID_VNDR:
		return (12 + chance(60)) << 20 | chance(0x100000);
	case PCI_EXT_CAP_ID_REBAR:
		return 1 + chance(6);
	case PCI_EXT_CAP_ID_TPH:
		return chance(3) << 9 | chance(40) << 16;
	}
	return chance(0x10000) << 16 | chance(0x10000);
}

/* Of most capabilities there is one at most: two that abut would be one. */
static void add_std(struct pci_dev *pdev)
{
	/* clang-format off */
	static const u8 ids[] = {
		PCI_CAP_ID_PM,	 PCI_CAP_ID_PM,	  PCI_CAP_ID_AGP,
		PCI_CAP_ID_VPD,	 PCI_CAP_ID_MSI,  PCI_CAP_ID_MSI,
		PCI_CAP_ID_PCIX, PCI_CAP_ID_HT,	  PCI_CAP_ID_VNDR,
		PCI_CAP_ID_VNDR, PCI_CAP_ID_EXP,  PCI_CAP_ID_EXP,
		PCI_CAP_ID_MSIX, PCI_CAP_ID_SATA, PCI_CAP_ID_AF,
		PCI_CAP_ID_SSVID, PCI_CAP_ID_EA,  0, /* hidden, these three */
		0x30, /* unknown: hidden too */
	};
	/* clang-format on */
	/* One in eight devices has nothing that the core shows. */
	int first = odds(8) ? 15 : 0, n = 0, at[24], pos = 64, i, length;
	u32 seen = 0;
	u8 id;

	while (n < 24 && pos <= 256 - 0x34 - 8 && !odds(10)) {
		id = ids[first + (int)chance((u32)sizeof(ids) - first)];
		if (seen >> (id & 31) & 1 && id != PCI_CAP_ID_VNDR &&
		    id != PCI_CAP_ID_HT)
			continue;
		seen |= 1u << (id & 31);
		length = put_std(pdev, pos, id, std_word(id), 0);
		at[n++] = pos;
		pos += round_up(length, 4);
		pos += odds(3) ? (int)chance(4) * 4 : 0;
	}
	if (!n)
		return;

	for (i = n - 1; i > 0; i--) {
		int other = (int)chance((u32)i + 1), swap = at[i];

		at[i] = at[other];
		at[other] = swap;
	}
	put(pdev, PCI_STATUS, get(pdev, PCI_STATUS, 2) | 0x10, 2);
	put(pdev, PCI_CAPABILITY_LIST, (u32)at[0], 1);
	for (i = 0; i < n; i++)
		put(pdev, at[i] + 1, i + 1 < n ? (u32)at[i + 1] : 0, 1);
}

static void add_ext(struct pci_dev *pdev)
{
	/* clang-format off */
	static const u16 ids[] = {
		0x01, 0x02, 0x03, 0x04, 0x08, 0x09, 0x0b, 0x0b, 0x0d, 0x0e,
		0x0f, 0x10, 0x12, 0x13, 0x15, 0x16, 0x17, 0x18, 0x23, 0x23,
		/* hidden, from here on */
		0x05, 0x0a, 0x0c, 0x14, 0x19, 0x1b, 0x1e, 0x1f, 0x25, 0x2e,
		/* unknown; as the first of the list they are odd */
		0x00, 0x35, 0xfd, 0x101, 0x1ff,
	};
	/* clang-format on */
	int first = odds(8) ? 20 : 0, n = 0, at[64], pos = 256, i, length;
	const int count = sizeof(ids) / sizeof(*ids);
	u32 seen = 0, header;
	u16 id;

	if (odds(5)) {
		put(pdev, 256, 0, 4); /* there is no list */
		return;
	}
	while (n < 64 && pos <= 4096 - 300 && !odds(12)) {
		id = ids[first + (int)chance(count - first)];
		if ((id == 0x101 || id == 0x1ff) && n)
			continue;
		if (id < 32 && seen >> id & 1 && id != PCI_EXT_CAP_ID_VNDR)
			continue;
		if (id == 0x101)
			seen |= 2;
		if (id < 32)
			seen |= 1u << id;
		length = put_ext(pdev, pos, id, ext_word(id), ext_word(id));
		at[n++] = pos;
		pos += round_up(length, 4);
		pos += odds(3) ? (int)chance(16) * 4 : 0;
		pos += odds(40) ? 1024 : 0;
	}
	for (i = n - 1; i > 1; i--) {
		int other = 1 + (int)chance((u32)i), swap = at[i];

		at[i] = at[other];
		at[other] = swap;
	}
	for (i = 0; i < n; i++) {
		header = get(pdev, at[i], 4) & 0xfffff;
		header |= i + 1 < n ? (u32)at[i + 1] << 20 : 0;
		put(pdev, at[i], header, 4);
	}
	if (!n)
		put(pdev, 256, 0, 4);
}

/**
 * device_random() - make up a device
 * @pdev: overwritten
 */
void device_random(struct pci_dev *pdev)
{
	static const u16 ids[][2] = { { 0x8086, 0x56a0 },
				      { 0x1af4, 0x1041 },
				      { 0x1af4, 0x1110 } };
	const u16 *known;

	blank(pdev, odds(3) ? 256 : 4096);
	if (odds(2)) {
		known = ids[chance(3)];
		pdev->vendor = known[0];
		pdev->device = known[1];
		put(pdev, 0, known[0] | (u32)known[1] << 16, 4);
	}
	if (odds(6)) {
		pdev->is_virtfn = true;
		put(pdev, 0, 0xffffffff, 4);
	}
	pdev->no_command_memory = pdev->is_virtfn || odds(10);
	if (pdev->no_command_memory) {
		limit(pdev, PCI_COMMAND, 0xfd, 1);
		pdev->config[PCI_COMMAND] &= 0xfd;
	}
	add_bars(pdev);
	add_std(pdev);
	if (pdev->cfg_size > 256)
		add_ext(pdev);
}

/**
 * device_make() - a device with the capabilities given, in their order
 * @pdev: overwritten
 * @std: capabilities, linked as they come
 * @ext: extended ones, the first at 0x100; NULL for conventional PCI
 */
void device_make(struct pci_dev *pdev, const struct cap *std,
		 const struct cap *ext)
{
	u32 header;

	blank(pdev, ext ? 4096 : 256);
	pdev->irq = 17;
	if (std->offset) {
		pdev->config[PCI_STATUS] |= 0x10;
		put(pdev, PCI_CAPABILITY_LIST, std->offset, 1);
	}
	for (; std->offset; std++) {
		put_std(pdev, std->offset, (u8)std->id, std->word, std->more);
		put(pdev, std->offset + 1, std[1].offset, 1);
	}
	if (!ext)
		return;
	if (!ext->offset)
		put(pdev, 256, 0, 4);
	for (; ext->offset; ext++) {
		put_ext(pdev, ext->offset, ext->id, ext->word, ext->more);
		header = get(pdev, ext->offset, 4) & 0xfffff;
		put(pdev, ext->offset, header | (u32)ext[1].offset << 20, 4);
	}
}

/**
 * device_drift() - change some of what may change by itself
 * @pdev: device
 */
void device_drift(struct pci_dev *pdev)
{
	int i, pos;

	for (i = 0; i < 20; i++) {
		pos = (int)chance(odds(2) ? 256 : (u32)pdev->cfg_size);
		pdev->config[pos] ^= (u8)chance(256) & pdev->writable[pos];
	}
}
