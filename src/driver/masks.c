// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's view of config space.
 *
 * The vfio-pci core answers a config read with the device's bits, but for those
 * that its permission tables call virtual: these come from vconfig. The tables
 * are static to drivers/vfio/pci/vfio_pci_config.c, so the first table here
 * repeats them, row by row and in their order; read it beside the functions
 * that its comments name. It is one table for all kernels: 6.1, 6.12 and 7.3 do
 * not differ in a virtual bit. Bits that a guest may write are of no concern:
 * only reads are answered here.
 *
 * The core finds a byte's permissions by pci_config_map, which names for each
 * byte the capability that it belongs to, and by the byte's offset in a run of
 * bytes of the same name. Two abutting capabilities with one id are therefore
 * one run, and the second one's header is not virtual. The same is done here.
 */
#include "masks.h"

#define STD 0 /* capability, and the header, which has the id BASIC */
#define EXT 1 /* extended capability */

/* Names of the core's, from vfio_pci_config.c and vfio_pci_priv.h. */
#define PCI_CAP_ID_BASIC 0
#define PCI_CAP_ID_INVALID 0xff /* unassigned: raw access */
#define PCI_CAP_ID_INVALID_VIRT 0xfe /* all of it from vconfig */
#define ALL_VIRT 0xffffffffu

/* Capabilities without a permission table: vfio_direct_config_read(). */
#define DIRECT 0x100

enum form {
	ANY,
	MSI_32, /* PCI_MSI_FLAGS_64BIT clear */
	MSI_64, /* PCI_MSI_FLAGS_64BIT set */
};

struct mask {
	u16 id;
	u8 space;
	u8 form;
	u8 offset; /* in the capability */
	u8 width; /* bytes */
	u32 virt; /* bits that come from vconfig */
};

/* clang-format off */
static const struct mask masks[] = {
	/* init_pci_cap_basic_perm() */
	{ PCI_CAP_ID_BASIC, STD, ANY, PCI_VENDOR_ID, 2, ALL_VIRT },
	{ PCI_CAP_ID_BASIC, STD, ANY, PCI_DEVICE_ID, 2, ALL_VIRT },
	{ PCI_CAP_ID_BASIC, STD, ANY, PCI_COMMAND, 2, PCI_COMMAND_INTX_DISABLE },
	{ PCI_CAP_ID_BASIC, STD, ANY, PCI_STATUS, 2, PCI_STATUS_CAP_LIST },
	{ PCI_CAP_ID_BASIC, STD, ANY, PCI_BASE_ADDRESS_0, 4, ALL_VIRT },
	{ PCI_CAP_ID_BASIC, STD, ANY, PCI_BASE_ADDRESS_1, 4, ALL_VIRT },
	{ PCI_CAP_ID_BASIC, STD, ANY, PCI_BASE_ADDRESS_2, 4, ALL_VIRT },
	{ PCI_CAP_ID_BASIC, STD, ANY, PCI_BASE_ADDRESS_3, 4, ALL_VIRT },
	{ PCI_CAP_ID_BASIC, STD, ANY, PCI_BASE_ADDRESS_4, 4, ALL_VIRT },
	{ PCI_CAP_ID_BASIC, STD, ANY, PCI_BASE_ADDRESS_5, 4, ALL_VIRT },
	{ PCI_CAP_ID_BASIC, STD, ANY, PCI_ROM_ADDRESS, 4, ALL_VIRT },
	{ PCI_CAP_ID_BASIC, STD, ANY, PCI_CAPABILITY_LIST, 1, ALL_VIRT },
	{ PCI_CAP_ID_BASIC, STD, ANY, PCI_INTERRUPT_LINE, 1, ALL_VIRT },
	{ PCI_CAP_ID_BASIC, STD, ANY, PCI_INTERRUPT_PIN, 1, ALL_VIRT },

	/* init_pci_cap_pm_perm() */
	{ PCI_CAP_ID_PM, STD, ANY, PCI_CAP_LIST_NEXT, 1, ALL_VIRT },
	{ PCI_CAP_ID_PM, STD, ANY, PCI_PM_PMC, 2, PCI_PM_CAP_PME_MASK },
	{ PCI_CAP_ID_PM, STD, ANY, PCI_PM_CTRL, 4,
	  PCI_PM_CTRL_PME_ENABLE | PCI_PM_CTRL_PME_STATUS },

	/* init_pci_cap_vpd_perm() */
	{ PCI_CAP_ID_VPD, STD, ANY, PCI_CAP_LIST_NEXT, 1, ALL_VIRT },
	{ PCI_CAP_ID_VPD, STD, ANY, PCI_VPD_ADDR, 2, ALL_VIRT },
	{ PCI_CAP_ID_VPD, STD, ANY, PCI_VPD_DATA, 4, ALL_VIRT },

	/* init_pci_cap_pcix_perm() */
	{ PCI_CAP_ID_PCIX, STD, ANY, PCI_CAP_LIST_NEXT, 1, ALL_VIRT },

	/* init_pci_cap_exp_perm() */
	{ PCI_CAP_ID_EXP, STD, ANY, PCI_CAP_LIST_NEXT, 1, ALL_VIRT },
	{ PCI_CAP_ID_EXP, STD, ANY, PCI_EXP_DEVCTL, 2,
	  PCI_EXP_DEVCTL_BCR_FLR | PCI_EXP_DEVCTL_PAYLOAD |
	  PCI_EXP_DEVCTL_READRQ },

	/* init_pci_cap_af_perm() */
	{ PCI_CAP_ID_AF, STD, ANY, PCI_CAP_LIST_NEXT, 1, ALL_VIRT },
	{ PCI_CAP_ID_AF, STD, ANY, PCI_AF_CTRL, 1, PCI_AF_CTRL_FLR },

	/* init_pci_cap_msi_perm() */
	{ PCI_CAP_ID_MSI, STD, ANY, PCI_CAP_LIST_NEXT, 1, ALL_VIRT },
	{ PCI_CAP_ID_MSI, STD, ANY, PCI_MSI_FLAGS, 1, ALL_VIRT },
	{ PCI_CAP_ID_MSI, STD, ANY, PCI_MSI_ADDRESS_LO, 4, ALL_VIRT },
	{ PCI_CAP_ID_MSI, STD, MSI_64, PCI_MSI_ADDRESS_HI, 4, ALL_VIRT },
	{ PCI_CAP_ID_MSI, STD, MSI_64, PCI_MSI_DATA_64, 2, ALL_VIRT },
	{ PCI_CAP_ID_MSI, STD, MSI_32, PCI_MSI_DATA_32, 2, ALL_VIRT },

	/* init_pci_ext_cap_err_perm() */
	{ PCI_EXT_CAP_ID_ERR, EXT, ANY, 0, 4, ALL_VIRT },

	/* init_pci_ext_cap_pwr_perm() */
	{ PCI_EXT_CAP_ID_PWR, EXT, ANY, 0, 4, ALL_VIRT },

	/*
	 * vfio_direct_config_read(): it takes the id of a capability from
	 * vconfig in a read that includes the next pointer and from the device
	 * in a read of one byte. The id being read-only, they are the same.
	 */
	{ DIRECT, STD, ANY, PCI_CAP_LIST_ID, 2, ALL_VIRT },
	{ DIRECT, EXT, ANY, 0, 4, ALL_VIRT },
};

/*
 * Bytes of a capability, from its start, that are servable. Those of others,
 * and of ids that no row names, are not, but for the four of the header.
 */
#define WHOLE 0xffff

static const struct served {
	u8 id;
	u8 space;
	u16 from;
	u16 end;
} served[] = {
	{ PCI_CAP_ID_PM, STD, 0, WHOLE },
	{ PCI_CAP_ID_AGP, STD, 0, WHOLE },
	{ PCI_CAP_ID_VPD, STD, 0, WHOLE }, /* all of it is vconfig */
	{ PCI_CAP_ID_MSI, STD, 0, WHOLE },
	{ PCI_CAP_ID_PCIX, STD, 0, WHOLE },
	{ PCI_CAP_ID_HT, STD, 0, WHOLE },
	{ PCI_CAP_ID_EXP, STD, 0, WHOLE },
	{ PCI_CAP_ID_MSIX, STD, 0, WHOLE },
	/* Then an index and a data register: a window into the device. */
	{ PCI_CAP_ID_SATA, STD, 0, 8 },
	{ PCI_CAP_ID_AF, STD, 0, WHOLE },

	{ PCI_EXT_CAP_ID_ERR, EXT, 0, WHOLE },
	{ PCI_EXT_CAP_ID_VC, EXT, 0, WHOLE },
	{ PCI_EXT_CAP_ID_DSN, EXT, 0, WHOLE },
	/* Between them is the data register, which follows the selector. */
	{ PCI_EXT_CAP_ID_PWR, EXT, 0, PCI_PWR_DATA },
	{ PCI_EXT_CAP_ID_PWR, EXT, PCI_PWR_CAP, WHOLE },
	{ PCI_EXT_CAP_ID_MFVC, EXT, 0, WHOLE },
	{ PCI_EXT_CAP_ID_VC9, EXT, 0, WHOLE },
	{ PCI_EXT_CAP_ID_ACS, EXT, 0, WHOLE },
	{ PCI_EXT_CAP_ID_ARI, EXT, 0, WHOLE },
	{ PCI_EXT_CAP_ID_ATS, EXT, 0, WHOLE },
	{ PCI_EXT_CAP_ID_SRIOV, EXT, 0, WHOLE },
	{ PCI_EXT_CAP_ID_MCAST, EXT, 0, WHOLE },
	{ PCI_EXT_CAP_ID_PRI, EXT, 0, WHOLE },
	{ PCI_EXT_CAP_ID_REBAR, EXT, 0, WHOLE },
	{ PCI_EXT_CAP_ID_DPA, EXT, 0, WHOLE },
	{ PCI_EXT_CAP_ID_TPH, EXT, 0, WHOLE },
	{ PCI_EXT_CAP_ID_LTR, EXT, 0, WHOLE },
};

/*
 * Vendors' capabilities: of each, the header that lspci reads. Their length is
 * in the header itself.
 */
static const struct vendor {
	u8 id;
	u8 space;
	u8 header;
} vendors[] = {
	{ PCI_CAP_ID_VNDR, STD, 4 }, /* id, next, length, and the next byte */
	{ PCI_EXT_CAP_ID_VNDR, EXT, 8 }, /* id, next, PCI_VNDR_HEADER */
	{ PCI_EXT_CAP_ID_DVSEC, EXT, 12 }, /* to the end of the id's dword */
};

/*
 * Bodies of PCI_CAP_ID_VNDR that lspci -vvv prints and that never change: by
 * vendor, device and the byte that follows the length.
 */
static const struct vndr_body {
	u16 vendor;
	u16 first;
	u16 last;
	u8 type;
	u8 end;
} vndr_bodies[] = {
	{ 0x8086, 0x0000, 0xffff, 0x01, 0xff }, /* CAPID0: fuses */
	{ 0x1af4, 0x1000, 0x107f, 0x01, 0xff }, /* virtio: common config, */
	{ 0x1af4, 0x1000, 0x107f, 0x02, 0xff }, /* notifications, */
	{ 0x1af4, 0x1000, 0x107f, 0x03, 0xff }, /* interrupt status, */
	{ 0x1af4, 0x1000, 0x107f, 0x04, 0xff }, /* device config, */
	{ 0x1af4, 0x1000, 0x107f, 0x05, 16 }, /* a window: not its data, */
	{ 0x1af4, 0x1000, 0x107f, 0x08, 0xff }, /* shared memory */
};

/* clang-format on */

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/**
 * struct run - neighbouring bytes that the map gives the same id
 * @begin: first byte
 * @end: byte after the last one
 * @start: where the core counts offsets from, as vfio_find_cap_start()
 * @id: the id
 * @space: STD or EXT
 */
struct run {
	unsigned int begin;
	unsigned int end;
	unsigned int start;
	u8 id;
	u8 space;
};

static u16 get16(const u8 *p)
{
	return (u16)(p[0] | p[1] << 8);
}

static u32 get32(const u8 *p)
{
	return get16(p) | (u32)get16(p + 2) << 16;
}

static void put32(u8 *p, u32 value)
{
	p[0] = (u8)value;
	p[1] = (u8)(value >> 8);
	p[2] = (u8)(value >> 16);
	p[3] = (u8)(value >> 24);
}

/* The run that begins at @pos; false at the end of config space. */
static bool next_run(const struct d3cold_config *c, unsigned int pos,
		     struct run *r)
{
	unsigned int limit = c->size;

	if (pos >= c->size)
		return false;
	if (pos < PCI_STD_HEADER_SIZEOF)
		limit = PCI_STD_HEADER_SIZEOF;
	else if (pos < PCI_CFG_SPACE_SIZE)
		limit = PCI_CFG_SPACE_SIZE;

	r->begin = pos;
	r->id = c->map[pos];
	r->space = pos < PCI_CFG_SPACE_SIZE ? STD : EXT;
	r->start = r->id == PCI_CAP_ID_BASIC ? 0 : pos;
	while (++pos < limit && c->map[pos] == r->id)
		;
	r->end = pos;
	return true;
}

static bool has_form(const struct d3cold_config *c, const struct run *r,
		     u8 form)
{
	unsigned int flags = r->start + PCI_MSI_FLAGS;
	bool is64;

	if (form == ANY)
		return true;
	/* Of the device: a guest's write to vconfig's copy changes nothing. */
	is64 = flags < r->end && c->phys[flags] & PCI_MSI_FLAGS_64BIT;
	return is64 == (form == MSI_64);
}

static void merge(const struct d3cold_config *c, const struct run *r,
		  const struct mask *m, u8 *out)
{
	unsigned int i, pos;
	u8 virt;

	for (i = 0; i < m->width; i++) {
		pos = r->start + m->offset + i;
		if (pos < r->begin || pos >= r->end)
			continue;
		virt = (u8)(m->virt >> (8 * i));
		out[pos] ^= (out[pos] ^ c->vconfig[pos]) & virt;
	}
}

static void compose_run(const struct d3cold_config *c, const struct run *r,
			u8 *out)
{
	bool direct = true;
	unsigned int i, pos;

	for (pos = r->begin; pos < r->end; pos++)
		out[pos] = r->id == PCI_CAP_ID_INVALID_VIRT ? c->vconfig[pos] :
							      c->phys[pos];
	if (r->id == PCI_CAP_ID_INVALID || r->id == PCI_CAP_ID_INVALID_VIRT)
		return;

	for (i = 0; i < COUNT(masks); i++) {
		if (masks[i].space != r->space)
			continue;
		if (masks[i].id == r->id) {
			direct = false;
			if (has_form(c, r, masks[i].form))
				merge(c, r, &masks[i], out);
		} else if (masks[i].id == DIRECT && direct) {
			merge(c, r, &masks[i], out);
		}
	}
}

/* As vfio_generate_bar_flags(). */
static u32 bar_flags(const struct d3cold_bar *bar)
{
	u32 flags = PCI_BASE_ADDRESS_SPACE_MEMORY;

	if (bar->io)
		return PCI_BASE_ADDRESS_SPACE_IO;
	if (bar->prefetch)
		flags |= PCI_BASE_ADDRESS_MEM_PREFETCH;
	if (bar->mem64)
		flags |= PCI_BASE_ADDRESS_MEM_TYPE_64;
	return flags;
}

/* The ROM BAR as vfio_bar_fixup() leaves it, for a ROM of @size bytes. */
static u32 fixed_rom(const struct d3cold_config *c, u64 size)
{
	u32 mask = (u32)-size | PCI_ROM_ADDRESS_ENABLE;

	return size ? get32(c->vconfig + PCI_ROM_ADDRESS) & mask : 0;
}

static u64 image_size(const struct d3cold_config *c)
{
	u64 size = 1;

	if (!c->rom_image)
		return 0;
	while (size < c->rom_image && size << 1)
		size <<= 1;
	return size;
}

/* As vfio_bar_fixup(), which the core calls before a BAR is read. */
static void fix_bars(const struct d3cold_config *c, u8 *out)
{
	unsigned int i;
	u8 *vbar;
	u32 bar;
	u64 mask;

	for (i = 0; i < PCI_STD_NUM_BARS; i++) {
		vbar = out + PCI_BASE_ADDRESS_0 + 4 * i;
		if (!c->bar[i].size) {
			put32(vbar, 0);
			continue;
		}
		mask = ~(c->bar[i].size - 1);
		bar = (get32(vbar) & (u32)mask) | bar_flags(&c->bar[i]);
		put32(vbar, bar);
		/* Also of an I/O BAR whose address has that bit. */
		if (bar & PCI_BASE_ADDRESS_MEM_TYPE_64 &&
		    ++i < PCI_STD_NUM_BARS)
			put32(vbar + 4, get32(vbar + 4) & (u32)(mask >> 32));
	}
	put32(out + PCI_ROM_ADDRESS, fixed_rom(c, c->rom_size));
}

/**
 * d3cold_compose() - what vfio_pci_core_read() would return of config space
 * @c: the device's config space, quiescent: the caller excludes config accesses
 * @out: @c->size bytes
 *
 * Byte for byte what a VMM would read now, in reads of any width, with nothing
 * changed: not @c->vconfig either, in which the core fixes dirty BARs up as
 * they are read. The bits of PMCSR that the caller gives the guest a view of
 * its own of are the device's here.
 *
 * A byte that is servable depends on @c->phys only in its own capability's
 * servable bytes, so the dwords without any need not have been read from the
 * device.
 */
void d3cold_compose(const struct d3cold_config *c, u8 *out)
{
	struct run r;
	unsigned int pos;

	for (pos = 0; next_run(c, pos, &r); pos = r.end)
		compose_run(c, &r, out);
	if (c->bardirty)
		fix_bars(c, out);
	/* As vfio_basic_config_read(). */
	if (c->no_command_memory)
		out[PCI_COMMAND] |= c->vconfig[PCI_COMMAND] &
				    PCI_COMMAND_MEMORY;
}

/* Make [@from, @end) servable, as far as it is below @limit. */
static void serve(u8 *servable, unsigned int from, unsigned int end,
		  unsigned int limit)
{
	unsigned int pos;

	for (pos = from; pos < end && pos < limit; pos++)
		servable[pos / 8] |= (u8)(1u << pos % 8);
}

/* Length of the vendor's capability at @pos, 0 if it makes no sense. */
static unsigned int vendor_length(const struct d3cold_config *c,
				  const struct run *r, unsigned int pos)
{
	if (r->space == STD)
		return pos + 3 <= r->end ? c->vconfig[pos + PCI_CAP_FLAGS] : 0;
	/* PCI_VNDR_HEADER and PCI_DVSEC_HEADER1 have it in the same place. */
	return pos + 8 <= r->end ?
		       get32(c->vconfig + pos + PCI_VNDR_HEADER) >> 20 :
		       0;
}

/* How much of the capability at @pos, a PCI_CAP_ID_VNDR, never changes. */
static unsigned int vndr_constant(const struct d3cold_config *c,
				  const struct run *r, unsigned int pos)
{
	u16 vendor = get16(c->vconfig + PCI_VENDOR_ID);
	u16 device = get16(c->vconfig + PCI_DEVICE_ID);
	unsigned int i;

	for (i = 0; i < COUNT(vndr_bodies) && pos + 4 <= r->end; i++)
		if (vendor == vndr_bodies[i].vendor &&
		    device >= vndr_bodies[i].first &&
		    device <= vndr_bodies[i].last &&
		    c->vconfig[pos + 3] == vndr_bodies[i].type)
			return vndr_bodies[i].end;
	return 0;
}

/* A run may hold several: the core does not tell abutting ones apart. */
static void serve_vendor(const struct d3cold_config *c, const struct run *r,
			 const struct vendor *v, u8 *servable)
{
	unsigned int pos, length, end, constant;

	for (pos = r->begin; pos < r->end; pos += length) {
		length = vendor_length(c, r, pos);
		if (length < PCI_CAP_SIZEOF || length > r->end - pos)
			length = r->end - pos;
		end = pos + length;
		serve(servable, pos, pos + v->header, end);
		if (r->space == STD) {
			constant = vndr_constant(c, r, pos);
			serve(servable, pos, pos + constant, end);
		}
	}
}

/*
 * Where a capability ends for its readers: at a dword boundary, and further on
 * for those to which the core gives less than the specification does. What lies
 * between is unassigned to the core.
 */
static unsigned int reach(const struct d3cold_config *c, const struct run *r)
{
	unsigned int end = (r->end + 3) & ~3u, least = 0;

	if (r->space == STD && r->id == PCI_CAP_ID_EXP &&
	    r->begin + PCI_EXP_FLAGS < r->end) {
		/* Without a link, and in 6.1 without Link Status 2. */
		least = (c->vconfig[r->begin + PCI_EXP_FLAGS] &
			 PCI_EXP_FLAGS_VERS) >= 2 ?
				PCI_EXP_LNKSTA2 + 2 :
				PCI_EXP_LNKSTA + 2;
	} else if (r->space == EXT && r->id == PCI_EXT_CAP_ID_MCAST) {
		/* lspci reads the overlay BAR of endpoints too. */
		least = 0x34;
	}
	return r->begin + least > end ? r->begin + least : end;
}

static void serve_run(const struct d3cold_config *c, const struct run *r,
		      u8 *servable)
{
	unsigned int i, pos, limit = reach(c, r);

	for (i = 0; i < COUNT(vendors); i++)
		if (vendors[i].space == r->space && vendors[i].id == r->id) {
			serve_vendor(c, r, &vendors[i], servable);
			return;
		}

	/* Unassigned bytes are the tail's; those of others are not. */
	for (pos = r->end; pos < limit && pos < c->size; pos++)
		if (c->map[pos] != PCI_CAP_ID_INVALID)
			break;
	limit = pos;

	serve(servable, r->begin, r->begin + PCI_CAP_SIZEOF, r->end);
	for (i = 0; i < COUNT(served); i++)
		if (served[i].space == r->space && served[i].id == r->id)
			serve(servable, r->begin + served[i].from,
			      r->begin + served[i].end, limit);
}

/**
 * d3cold_servable_init() - which bytes can be answered while the device is off
 * @c: the device's config space; @c->phys may be NULL
 * @servable: bitmap of D3COLD_SERVABLE_SIZE(@c->size) bytes, overwritten
 *
 * Servable is what nothing but a config write changes while the device sleeps,
 * as a write wakes it first: the header, the heads of all capabilities, and the
 * bodies that served[] names, status registers and pending bits as they were
 * when the device was put to sleep. That is all that lspci -vvv reads, but of
 * CXL's DVSECs, virtio's config window and VPD, which it has to write to read.
 */
void d3cold_servable_init(const struct d3cold_config *c, u8 *servable)
{
	unsigned int pos;
	struct run r;

	for (pos = 0; pos < D3COLD_SERVABLE_SIZE(c->size); pos++)
		servable[pos] = 0;

	for (pos = 0; next_run(c, pos, &r); pos = r.end) {
		if (r.id == PCI_CAP_ID_INVALID)
			continue;
		if (r.id == PCI_CAP_ID_INVALID_VIRT)
			serve(servable, r.begin, r.end, c->size);
		else
			serve_run(c, &r, servable);
	}
	serve(servable, 0, PCI_STD_HEADER_SIZEOF, c->size);
	/* Where extended capabilities are looked for, even if there are none. */
	serve(servable, PCI_CFG_SPACE_SIZE, PCI_CFG_SPACE_SIZE + 4, c->size);

	/*
	 * With no ROM BAR but an image from the platform's firmware, 6.12 reads
	 * 0 and 7.3 what that size leaves: let the core say.
	 */
	if (c->bardirty && !c->rom_size && fixed_rom(c, image_size(c)))
		servable[PCI_ROM_ADDRESS / 8] &= 0xf0;
}

/**
 * d3cold_servable() - can a read be answered while the device is off?
 * @servable: from d3cold_servable_init()
 * @pos: offset in config space
 * @len: bytes; the caller has checked that config space has them
 *
 * Return: true if all of the bytes can.
 */
bool d3cold_servable(const u8 *servable, unsigned int pos, size_t len)
{
	for (; len; pos++, len--)
		if (!(servable[pos / 8] >> pos % 8 & 1))
			return false;
	return true;
}
