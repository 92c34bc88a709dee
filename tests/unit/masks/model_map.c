// SPDX-License-Identifier: GPL-2.0-only
#include "model.h"

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
		return model_init_msi(p[2] | p[3] << 8);
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
		return link ? model_era.exp_v2 : 0x2c;
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
		if (!model_era.dvsec)
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

int model_open(struct vfio_pci_core_device *vdev)
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
	if (vdev->nointx || (model_era.irq_0 && !pdev->irq) ||
	    pdev->irq == IRQ_NOTCONNECTED)
		vdev->vconfig[PCI_INTERRUPT_PIN] = 0;
	init_std(vdev);
	init_ext(vdev);
	return 0;
}

void model_close(struct vfio_pci_core_device *vdev)
{
	free(vdev->vconfig);
	free(vdev->pci_config_map);
}
