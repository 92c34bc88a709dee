// SPDX-License-Identifier: GPL-2.0-only
/*
 * A model of the vfio-pci core's config access, reads and writes: permissions
 * in byte arrays as the core has them, one access in naturally aligned pieces
 * that do not cross capabilities. Only what changes an answer is modelled.
 */
#include "core.h"

struct perms {
	bool listed; /* a table of its own: else direct */
	bool raw_write;
	u8 virt[64];
	u8 write[64];
};

static struct perms std_perms[256];
static struct perms ext_perms[256];
static struct perms msi_perms; /* of the device opened last */

static struct era era = {
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

static void init(void)
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

static int init_msi(u16 flags)
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

/* Bytes of the capability at @pos, 0 if it is hidden. */
static int std_length(struct vfio_pci_core_device *vdev, u8 id, int pos)
{
	struct pci_dev *pdev = vdev->pdev;
	u8 *p = pdev->config + pos;
	bool link;

	switch (id) {
	case PCI_CAP_ID_PM:
	case PCI_CAP_ID_VPD:
		return 8;
	case PCI_CAP_ID_AGP:
	case PCI_CAP_ID_MSIX:
		return 12;
	case PCI_CAP_ID_AF:
		return 6;
	case PCI_CAP_ID_MSI:
		return init_msi(p[2] | p[3] << 8);
	case PCI_CAP_ID_PCIX:
		if (!(p[3] & 0x30))
			return 8;
		if (pdev->cfg_size > 256)
			vdev->extended_caps = device_read(pdev, 256, 4) != 0;
		return 24;
	case PCI_CAP_ID_HT:
		return p[3] & 0xe0 ? 24 : 28;
	case PCI_CAP_ID_VNDR:
		return p[2];
	case PCI_CAP_ID_EXP:
		if (pdev->cfg_size > 256)
			vdev->extended_caps = device_read(pdev, 256, 4) != 0;
		link = (p[2] >> 4) != PCI_EXP_TYPE_RC_END;
		if ((p[2] & 15) == 1)
			return link ? 20 : 12;
		return link ? era.exp_v2 : 0x2c;
	case PCI_CAP_ID_SATA:
		return (p[4] & 15) == 15 ? 16 : 8;
	}
	return 0;
}

static int ext_length(struct pci_dev *pdev, u16 id, int pos)
{
	u8 *p = pdev->config + pos;
	int n;

	switch (id) {
	case PCI_EXT_CAP_ID_ERR:
		return 0x2c;
	case PCI_EXT_CAP_ID_VC:
	case PCI_EXT_CAP_ID_VC9:
	case PCI_EXT_CAP_ID_MFVC:
		n = 16 + 12 * (1 + (p[4] & 7));
		if (p[8] & 0x08)
			return round_up(n, 16) + 64;
		if (p[8] & 0x04)
			return round_up(n, 16) + 32;
		if (p[8] & 0x02)
			return round_up(n, 16) + 16;
		return n;
	case PCI_EXT_CAP_ID_DSN:
		return 12;
	case PCI_EXT_CAP_ID_PWR:
	case PCI_EXT_CAP_ID_PRI:
		return 16;
	case PCI_EXT_CAP_ID_DVSEC:
		if (!era.dvsec)
			return 0;
		/* fallthrough */
	case PCI_EXT_CAP_ID_VNDR:
		return p[6] >> 4 | p[7] << 4;
	case PCI_EXT_CAP_ID_ACS:
		if (!(p[4] & PCI_ACS_EC))
			return 8;
		return 8 + (p[5] ? (p[5] + 31) / 32 * 4 : 32);
	case PCI_EXT_CAP_ID_ARI:
	case PCI_EXT_CAP_ID_ATS:
	case PCI_EXT_CAP_ID_LTR:
		return 8;
	case PCI_EXT_CAP_ID_SRIOV:
		return 64;
	case PCI_EXT_CAP_ID_MCAST:
		return 40;
	case PCI_EXT_CAP_ID_REBAR:
		return 4 + 8 * (p[8] >> 5);
	case PCI_EXT_CAP_ID_DPA:
		return 16 + (p[4] & 31) + 1;
	case PCI_EXT_CAP_ID_TPH:
		if ((p[5] & 6) != 2)
			return 12;
		return 12 + 2 * ((p[6] | p[7] << 8) & 0x7ff) + 2;
	}
	return 0;
}

static void init_std(struct vfio_pci_core_device *vdev)
{
	u8 *config = vdev->pdev->config, *link;
	int pos, length, loops = 48;
	bool any = false;

	if (!(config[PCI_STATUS] & PCI_STATUS_CAP_LIST))
		return;
	link = vdev->vconfig + PCI_CAPABILITY_LIST;
	pos = config[PCI_CAPABILITY_LIST];
	for (; pos && loops--; pos = config[pos + 1]) {
		length = std_length(vdev, config[pos], pos);
		if (!length) {
			*link = config[pos + 1];
			continue;
		}
		memset(vdev->pci_config_map + pos, config[pos], length);
		memcpy(vdev->vconfig + pos, config + pos, length);
		if (config[pos] == PCI_CAP_ID_PM) {
			vdev->vconfig[pos + 3] &= 0x07;
			vdev->vconfig[pos + 5] &= 0x7e;
		}
		link = vdev->vconfig + pos + 1;
		any = true;
	}
	if (!any)
		vdev->vconfig[PCI_STATUS] &= (u8)~PCI_STATUS_CAP_LIST;
}

static void init_ext(struct vfio_pci_core_device *vdev)
{
	u8 *config = vdev->pdev->config, *link = NULL;
	int pos = 256, next, length, loops = 960;
	bool any = false;
	u16 id;

	if (!vdev->extended_caps)
		return;
	for (; pos >= 256 && loops--; pos = next) {
		id = config[pos] | config[pos + 1] << 8;
		next = (config[pos + 2] >> 4 | config[pos + 3] << 4) & 0xffc;
		length = ext_length(vdev->pdev, id, pos);
		if (!length && link) {
			link[2] = (link[2] & 0x3f) | (u8)(next << 4);
			link[3] = (u8)(next >> 4);
			continue;
		}
		link = vdev->vconfig + pos;
		memset(vdev->pci_config_map + pos, (u8)id, length ?: 4);
		memcpy(link, config + pos, length ?: 4);
		if (!length) {
			link[0] = 0;
			link[1] = 0;
			link[2] &= 0xc0;
		}
		any = any || length;
	}
	if (!any)
		memset(vdev->vconfig + 256, 0, 4);
}

static int open_(struct vfio_pci_core_device *vdev)
{
	struct pci_dev *pdev = vdev->pdev;
	int i;

	vdev->pci_config_map = malloc(pdev->cfg_size);
	vdev->vconfig = malloc(pdev->cfg_size);
	memset(vdev->vconfig, 0xa5, pdev->cfg_size);
	memset(vdev->pci_config_map, PCI_CAP_ID_INVALID, pdev->cfg_size);
	memset(vdev->pci_config_map, 0, 64);
	memcpy(vdev->vconfig, pdev->config, 64);
	vdev->bardirty = true;
	for (i = 0; i < 6; i++)
		vdev->rbar[i] = device_read(pdev, 0x10 + 4 * i, 4);
	vdev->rbar[6] = device_read(pdev, PCI_ROM_ADDRESS, 4);
	if (pdev->is_virtfn) {
		vdev->vconfig[0] = (u8)pdev->vendor;
		vdev->vconfig[1] = pdev->vendor >> 8;
		vdev->vconfig[2] = (u8)pdev->device;
		vdev->vconfig[3] = pdev->device >> 8;
		vdev->vconfig[PCI_INTERRUPT_PIN] = 0;
	}
	if (pdev->no_command_memory)
		vdev->vconfig[PCI_COMMAND] |= PCI_COMMAND_MEMORY;
	if (vdev->nointx || (era.irq_0 && !pdev->irq) ||
	    pdev->irq == IRQ_NOTCONNECTED)
		vdev->vconfig[PCI_INTERRUPT_PIN] = 0;
	init_std(vdev);
	init_ext(vdev);
	return 0;
}

static void close_(struct vfio_pci_core_device *vdev)
{
	free(vdev->vconfig);
	free(vdev->pci_config_map);
}

static void fix_bars(struct vfio_pci_core_device *vdev)
{
	struct pci_dev *pdev = vdev->pdev;
	struct resource *res;
	u32 bar, next;
	u64 mask;
	int i;

	if (!vdev->bardirty)
		return;
	vdev->bardirty = false;
	for (i = 0; i < 6; i++) {
		res = &pdev->resource[i];
		memcpy(&bar, vdev->vconfig + 0x10 + 4 * i, 4);
		mask = ~(res->len - 1);
		bar &= (u32)mask;
		if (!res->start)
			bar = 0;
		else if (res->flags & IORESOURCE_IO)
			bar |= 1;
		else
			bar |= (res->flags & IORESOURCE_PREFETCH ? 8 : 0) |
			       (res->flags & IORESOURCE_MEM_64 ? 4 : 0);
		memcpy(vdev->vconfig + 0x10 + 4 * i, &bar, 4);
		if (res->start && bar & 4) {
			i++;
			memcpy(&next, vdev->vconfig + 0x10 + 4 * i, 4);
			next &= mask >> 32;
			memcpy(vdev->vconfig + 0x10 + 4 * i, &next, 4);
		}
	}
	res = &pdev->resource[6];
	memcpy(&bar, vdev->vconfig + PCI_ROM_ADDRESS, 4);
	if (res->start)
		bar &= ~(res->len - 1) | 1;
	else if (era.rom_image && pdev->rom && pdev->romlen)
		bar &= ~(roundup_pow_of_two(pdev->romlen) - 1) | 1;
	else
		bar = 0;
	memcpy(vdev->vconfig + PCI_ROM_ADDRESS, &bar, 4);
}

static bool is_bar(int pos)
{
	return (pos >= 0x10 && pos < 0x28) || (pos >= 0x30 && pos < 0x34);
}

static void default_write(struct vfio_pci_core_device *vdev, int pos, int count,
			  const struct perms *p, int offset, const u8 *data)
{
	u8 *v = vdev->vconfig + pos;
	bool touched = false;
	u32 value = 0;
	u8 new[4], write, virt;
	int i;

	value = device_read(vdev->pdev, pos, count);
	memcpy(new, &value, 4);
	for (i = 0; i < count; i++) {
		write = p->write[offset + i];
		virt = p->virt[offset + i];
		v[i] = (v[i] & ~(write & virt)) | (data[i] & write & virt);
		write &= ~virt;
		new[i] = (new[i] & ~write) | (data[i] & write);
		touched = touched || write;
	}
	memcpy(&value, new, 4);
	if (touched)
		device_write(vdev->pdev, pos, value, count);
}

static void restore_bars(struct vfio_pci_core_device *vdev)
{
	struct pci_dev *pdev = vdev->pdev;
	int i;

	if (pdev->is_virtfn)
		return;
	for (i = 0; i < 6; i++)
		device_write(pdev, 0x10 + 4 * i, vdev->rbar[i], 4);
	device_write(pdev, PCI_ROM_ADDRESS, vdev->rbar[6], 4);
	if (vdev->nointx)
		device_write(pdev, PCI_COMMAND,
			     device_read(pdev, PCI_COMMAND, 2) | 0x400, 2);
}

static void command_write(struct vfio_pci_core_device *vdev, int count,
			  const u8 *data)
{
	u8 phys = vdev->pdev->config[PCI_COMMAND];
	u8 virt = vdev->vconfig[PCI_COMMAND];
	bool restore = false;
	int i;

	if (data[0] & virt & ~phys & PCI_COMMAND_IO)
		restore = true;
	if (data[0] & virt & ~phys & PCI_COMMAND_MEMORY &&
	    !vdev->pdev->no_command_memory)
		restore = true;
	for (i = 0; i < 6; i++)
		if (vdev->rbar[i] &&
		    vdev->rbar[i] != device_read(vdev->pdev, 0x10 + 4 * i, 4))
			restore = true;
	if (restore)
		restore_bars(vdev);
	default_write(vdev, PCI_COMMAND, count, &std_perms[0], PCI_COMMAND,
		      data);
	vdev->vconfig[PCI_COMMAND] &= 0xfc;
	vdev->vconfig[PCI_COMMAND] |= data[0] & 3;
}

static void vpd_write(struct vfio_pci_core_device *vdev, u8 *cap, int offset,
		      int count)
{
	u16 addr = cap[2] | cap[3] << 8;
	u32 data;

	if (offset > 3 || offset + count <= 3)
		return;
	if (addr & 0x8000) {
		memcpy(&data, cap + 4, 4);
		if (pci_write_vpd(vdev->pdev, addr & 0x7fff, 4, &data) != 4)
			return;
	} else {
		if (pci_read_vpd(vdev->pdev, addr, 4, &data) < 0)
			return;
		memcpy(cap + 4, &data, 4);
	}
	cap[3] ^= 0x80;
}

static void exp_write(struct vfio_pci_core_device *vdev, u8 *cap, int start,
		      u8 readrq)
{
	struct pci_dev *pdev = vdev->pdev;
	int size, mps;

	if (cap[9] & 0x80) {
		cap[9] &= 0x7f;
		if (pdev->config[start + 7] & 0x10)
			pci_try_reset_function(pdev);
	}
	if ((cap[9] & 0x70) == readrq)
		return;
	size = 128 << (cap[9] >> 4);
	mps = pcie_get_mps(pdev);
	pcie_set_readrq(pdev, size > mps ? size : mps);
}

static void msi_write(struct vfio_pci_core_device *vdev, u8 *cap, int start,
		      int offset, int count)
{
	u8 size;

	if (offset > 2 || offset + count < 2)
		return;
	if (vdev->irq_type != VFIO_PCI_MSI_IRQ_INDEX)
		cap[2] &= 0xfe;
	size = cap[2] >> 4 & 7;
	if (size > vdev->msi_qmax)
		cap[2] = (cap[2] & 0x8f) | (u8)(vdev->msi_qmax << 4);
	device_write(vdev->pdev, start + 2, cap[2] | cap[3] << 8, 2);
}

static void write_piece(struct vfio_pci_core_device *vdev, int pos, int count,
			const struct perms *p, int start, const u8 *data)
{
	u8 id = vdev->pci_config_map[pos], *cap = vdev->vconfig + start;
	int offset = pos - start;
	u8 readrq = 0;
	u32 raw = 0;

	memcpy(&raw, data, count);
	if (!p->listed) {
		if (p->raw_write)
			device_write(vdev->pdev, pos, raw, count);
		return;
	}
	if (p == &std_perms[0] && pos == PCI_COMMAND) {
		command_write(vdev, count, data);
		return;
	}
	if (p == &std_perms[PCI_CAP_ID_EXP])
		readrq = cap[9] & 0x70;
	default_write(vdev, pos, count, p, offset, data);
	if (p == &std_perms[0] && is_bar(pos))
		vdev->bardirty = true;
	if (pos >= 256)
		return;
	switch (id) {
	case PCI_CAP_ID_PM:
		if (offset == PCI_PM_CTRL)
			vfio_pci_set_power_state(vdev, data[0] & 3);
		break;
	case PCI_CAP_ID_VPD:
		vpd_write(vdev, cap, offset, count);
		break;
	case PCI_CAP_ID_EXP:
		exp_write(vdev, cap, start, readrq);
		break;
	case PCI_CAP_ID_AF:
		if (!(cap[4] & 1))
			break;
		cap[4] &= 0xfe;
		if ((vdev->pdev->config[start + 3] & 3) == 3)
			pci_try_reset_function(vdev->pdev);
		break;
	case PCI_CAP_ID_MSI:
		msi_write(vdev, cap, start, offset, count);
		break;
	}
}

static void read_piece(struct vfio_pci_core_device *vdev, int pos, int count,
		       const struct perms *p, int start, u8 *data)
{
	u32 value = device_read(vdev->pdev, pos, count);
	u8 *v = vdev->vconfig + pos;
	int i, offset = pos - start;

	memcpy(data, &value, count);
	if (!p->listed) {
		if (pos >= 256 && offset < 4)
			memcpy(data, v, count);
		else if (pos >= 64 && pos < 256 && offset == 0 && count > 1)
			memcpy(data, v, 2);
		else if (pos >= 64 && pos < 256 && offset == 1)
			data[0] = v[0];
		return;
	}
	if (p == &std_perms[0] && is_bar(pos))
		fix_bars(vdev);
	for (i = 0; i < count; i++)
		data[i] = (data[i] & ~p->virt[offset + i]) |
			  (v[i] & p->virt[offset + i]);
	if (p == &std_perms[0] && pos == PCI_COMMAND &&
	    vdev->pdev->no_command_memory)
		data[0] |= v[0] & PCI_COMMAND_MEMORY;
}

static ssize_t rw(struct vfio_pci_core_device *vdev, char *buf, size_t count,
		  loff_t *ppos, bool write)
{
	const u8 *map = vdev->pci_config_map;
	int pos = (int)*ppos, piece, start;
	const struct perms *p;
	size_t done;
	u8 id, data[4];
	u32 raw;

	for (done = 0; done < count; done += piece, pos += piece) {
		piece = 1;
		while (piece < (int)(count - done) && (pos + piece) % 4 &&
		       map[pos + piece] == map[pos])
			piece++;
		if (piece >= 4)
			piece = 4;
		else if (piece >= 2 && pos % 2 == 0)
			piece = 2;
		else
			piece = 1;

		id = map[pos];
		start = pos;
		while (id < PCI_CAP_ID_INVALID_VIRT && start != 64 &&
		       start != 256 && start > 0 && map[start - 1] == id)
			start--;
		if (id == 0)
			start = 0;
		p = pos >= 256 ? &ext_perms[id] : &std_perms[id];
		if (pos < 256 && id == PCI_CAP_ID_MSI)
			p = &msi_perms;

		memset(data, 0, 4);
		if (id == PCI_CAP_ID_INVALID_VIRT) {
			if (write)
				memcpy(vdev->vconfig + pos, buf + done, piece);
			else
				memcpy(data, vdev->vconfig + pos, piece);
		} else if (id == PCI_CAP_ID_INVALID) {
			memcpy(data, buf + done, piece);
			memcpy(&raw, data, 4);
			if (write)
				device_write(vdev->pdev, pos, raw, piece);
			raw = device_read(vdev->pdev, pos, piece);
			memcpy(data, &raw, 4);
		} else if (write) {
			memcpy(data, buf + done, piece);
			write_piece(vdev, pos, piece, p, start, data);
		} else {
			read_piece(vdev, pos, piece, p, start, data);
		}
		if (!write)
			memcpy(buf + done, data, piece);
	}
	*ppos += done;
	return (ssize_t)done;
}

const struct core model_core = {
	.init = init,
	.open = open_,
	.close = close_,
	.rw = rw,
	.era = &era,
};
