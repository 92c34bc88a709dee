// SPDX-License-Identifier: GPL-2.0-only
/*
 * One access in naturally aligned pieces that do not cross capabilities.
 */
#include "model.h"

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
	else if (model_era.rom_image && pdev->rom && pdev->romlen)
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
	.init = model_init,
	.open = model_open,
	.close = model_close,
	.rw = rw,
	.era = &model_era,
};
