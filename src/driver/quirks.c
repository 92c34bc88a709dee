// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices that need to be treated apart.
 */
#include <linux/pci.h>

#include "compat.h"
#include "quirks.h"

/*
 * Devices that vfio-pci refuses (vfio_pci_dev_in_denylist(), v5.9 and v6.9):
 * their errata make them unsafe in the hands of an untrusted user.
 */
static const struct pci_device_id denied[] = {
	{ PCI_VDEVICE(INTEL, 0x19e2) }, /* QAT C3xxx */
	{ PCI_VDEVICE(INTEL, 0x19e3) }, /* QAT C3xxx VF */
	{ PCI_VDEVICE(INTEL, 0x37c8) }, /* QAT C62x */
	{ PCI_VDEVICE(INTEL, 0x37c9) }, /* QAT C62x VF */
	{ PCI_VDEVICE(INTEL, 0x0435) }, /* QAT DH895xCC */
	{ PCI_VDEVICE(INTEL, 0x0443) }, /* QAT DH895xCC VF */
	{ PCI_VDEVICE(INTEL, 0x0b25) }, /* DSA, Sapphire Rapids */
	{ PCI_VDEVICE(INTEL, 0x0cfe) }, /* IAX, Sapphire Rapids */
	{}
};

/**
 * d3cold_denied() - is the device one that must not be handed to a user?
 * @pdev: device
 * @disabled: disable_denylist=1: only warn
 *
 * Return: true if probe must refuse it.
 */
bool d3cold_denied(struct pci_dev *pdev, bool disabled)
{
	if (!pci_match_id(denied, pdev))
		return false;
	pci_warn(pdev, "[%04x:%04x] is in vfio-pci's device denylist, %s\n",
		 pdev->vendor, pdev->device,
		 disabled ? "bound all the same: disable_denylist is set" :
			    "refused; disable_denylist=1 would bind it");
	return !disabled;
}
