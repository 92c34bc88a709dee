// SPDX-License-Identifier: GPL-2.0-only
#include "model.h"

struct perms std_perms[256];
struct perms ext_perms[256];
struct perms msi_perms; /* of the device opened last */

struct era model_era = {
	.exp_v2 = 0x34,
	.dvsec = true,
	.rom_image = true,
	.irq_0 = true,
};

static void setb(struct perms *p, int off, u8 virt, u8 write)
{
	p->virt[off] = virt;
	p->write[off] = write;
}

static void setw(struct perms *p, int off, u16 virt, u16 write)
{
	setb(p, off, (u8)virt, (u8)write);
	setb(p, off + 1, virt >> 8, write >> 8);
}

static void setd(struct perms *p, int off, u32 virt, u32 write)
{
	setw(p, off, (u16)virt, (u16)write);
	setw(p, off + 2, virt >> 16, write >> 16);
}

void model_init(void)
{
	struct perms *p;
	int off;

	p = &std_perms[0];
	p->listed = true;
	setw(p, PCI_VENDOR_ID, 0xffff, 0);
	setw(p, PCI_DEVICE_ID, 0xffff, 0);
	setw(p, PCI_COMMAND, 0x0400, 0xffff);
	setw(p, PCI_STATUS, 0x0010, 0);
	setb(p, PCI_CACHE_LINE_SIZE, 0, 0xff);
	setb(p, PCI_LATENCY_TIMER, 0, 0xff);
	setb(p, PCI_BIST, 0, 0xff);
	for (off = 0x10; off < 0x28; off += 4)
		setd(p, off, 0xffffffff, 0xffffffff);
	setd(p, PCI_ROM_ADDRESS, 0xffffffff, 0xffffffff);
	setb(p, PCI_CAPABILITY_LIST, 0xff, 0);
	setb(p, PCI_INTERRUPT_LINE, 0xff, 0xff);
	setb(p, PCI_INTERRUPT_PIN, 0xff, 0);

	p = &std_perms[PCI_CAP_ID_PM];
	p->listed = true;
	setb(p, 1, 0xff, 0);
	setw(p, PCI_PM_PMC, 0xf800, 0);
	setd(p, PCI_PM_CTRL, 0x8100, ~0x8103u);

	p = &std_perms[PCI_CAP_ID_VPD];
	p->listed = true;
	setb(p, 1, 0xff, 0);
	setw(p, PCI_VPD_ADDR, 0xffff, 0xffff);
	setd(p, PCI_VPD_DATA, 0xffffffff, 0xffffffff);

	p = &std_perms[PCI_CAP_ID_PCIX];
	p->listed = true;
	setb(p, 1, 0xff, 0);
	setw(p, PCI_X_CMD, 0, 0xffff);
	setd(p, PCI_X_ECC_CSR, 0, 0xffffffff);

	p = &std_perms[PCI_CAP_ID_EXP];
	p->listed = true;
	setb(p, 1, 0xff, 0);
	setw(p, PCI_EXP_DEVCTL, 0xf0e0, 0xfdff);
	setw(p, PCI_EXP_DEVCTL2, 0, 0xffdf);

	p = &std_perms[PCI_CAP_ID_AF];
	p->listed = true;
	setb(p, 1, 0xff, 0);
	setb(p, PCI_AF_CTRL, 0x01, 0x01);

	std_perms[PCI_CAP_ID_VNDR].raw_write = true;

	p = &ext_perms[PCI_EXT_CAP_ID_ERR];
	p->listed = true;
	setd(p, 0, 0xffffffff, 0);
	setd(p, PCI_ERR_UNCOR_STATUS, 0, 0x03fff031);
	setd(p, PCI_ERR_UNCOR_MASK, 0, 0x03fff031);
	setd(p, PCI_ERR_UNCOR_SEVER, 0, 0x03fff031);
	setd(p, PCI_ERR_COR_STATUS, 0, 0xf1c1);
	setd(p, PCI_ERR_COR_MASK, 0, 0xf1c1);
	setd(p, PCI_ERR_CAP, 0, 0x140);

	p = &ext_perms[PCI_EXT_CAP_ID_PWR];
	p->listed = true;
	setd(p, 0, 0xffffffff, 0);
	setb(p, PCI_PWR_DATA, 0, 0xff);

	ext_perms[PCI_EXT_CAP_ID_VNDR].raw_write = true;
	ext_perms[PCI_EXT_CAP_ID_DVSEC].raw_write = true;
}

int model_init_msi(u16 flags)
{
	struct perms *p = &msi_perms;
	int mask = flags & PCI_MSI_FLAGS_64BIT ? 16 : 12;

	memset(p, 0, sizeof(*p));
	p->listed = true;
	setb(p, 1, 0xff, 0);
	setb(p, 2, 0xff, 0xff);
	setd(p, 4, 0xffffffff, 0xffffffff);
	if (flags & PCI_MSI_FLAGS_64BIT)
		setd(p, 8, 0xffffffff, 0xffffffff);
	setw(p, mask - 4, 0xffff, 0xffff);
	if (!(flags & PCI_MSI_FLAGS_MASKBIT))
		return mask - 2;
	setd(p, mask, 0, 0xffffffff);
	setd(p, mask + 4, 0, 0xffffffff);
	return mask + 8;
}
