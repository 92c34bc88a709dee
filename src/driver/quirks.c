// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices that need to be treated apart.
 */
#include <linux/pci.h>

#include "compat.h"
#include "quirks.h"

/* The PCI core's pci_match_one_device() is its own; a list of one serves. */
static bool pci_match_one(const struct pci_device_id *id, struct pci_dev *pdev)
{
	struct pci_device_id list[] = { *id, {} };

	return pci_match_id(list, pdev);
}

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

/*
 * First match counts. A default is an upper bound on the policy= of the module;
 * an administrator may set what they like per device.
 */
static const struct {
	struct pci_device_id id;
	enum d3cold_policy policy;
	bool hold;
} defaults[] = {
	/*
	 * NVIDIA, VGA and 3D: memory in self-refresh keeps its contents only
	 * when the driver armed it before this very power-off.
	 */
	{ { .vendor = PCI_VENDOR_ID_NVIDIA,
	    .device = PCI_ANY_ID,
	    .subvendor = PCI_ANY_ID,
	    .subdevice = PCI_ANY_ID,
	    .class = PCI_BASE_CLASS_DISPLAY << 16,
	    .class_mask = 0xff0000 },
	  D3COLD_POLICY_EXPLICIT,
	  true },
	{ { PCI_DEVICE_CLASS(PCI_BASE_CLASS_DISPLAY << 16, 0xff0000) },
	  D3COLD_POLICY_EXPLICIT,
	  false },
};

/* Behind a port that faces outside (Thunderbolt): it may be gone on return. */
static bool external(struct pci_dev *pdev)
{
	struct pci_dev *up;

	for (up = pdev; up; up = pci_upstream_bridge(up))
		if (up->external_facing || up->is_thunderbolt)
			return true;
	return false;
}

/**
 * d3cold_default_policy() - policy of a newly bound device
 * @pdev: device
 * @wanted: policy= of the module
 *
 * Return: @wanted, or less for devices that are known to need more care.
 */
enum d3cold_policy d3cold_default_policy(struct pci_dev *pdev,
					 enum d3cold_policy wanted)
{
	int i;

	if (external(pdev))
		return D3COLD_POLICY_OFF;
	for (i = 0; i < ARRAY_SIZE(defaults); i++)
		if (pci_match_one(&defaults[i].id, pdev))
			return min(wanted, defaults[i].policy);
	return wanted;
}

/**
 * d3cold_default_hold() - rearm of a newly bound device
 * @pdev: device
 *
 * Return: true for "hold".
 */
bool d3cold_default_hold(struct pci_dev *pdev)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(defaults); i++)
		if (pci_match_one(&defaults[i].id, pdev))
			return defaults[i].hold;
	return false;
}
