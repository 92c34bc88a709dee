// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is it the device that we powered off?
 *
 * The PCI core's resume ignores a failed power-up: the device is reported
 * active, its registers are restored into the void, and every read gives all
 * ones. So what was written down before is compared afterwards.
 */
#include <linux/pci.h>

#include "compat.h"
#include "device.h"

static u32 read_dword(struct pci_dev *pdev, int where)
{
	u32 value = ~0;

	pci_read_config_dword(pdev, where, &value);
	return value;
}

static u8 read_header(struct pci_dev *pdev)
{
	u8 value = ~0;

	pci_read_config_byte(pdev, PCI_HEADER_TYPE, &value);
	return value;
}

/**
 * d3cold_disconnected() - has the PCI core given the device up?
 * @pdev: device
 *
 * Return: true if only remove and rescan help.
 */
bool d3cold_disconnected(const struct pci_dev *pdev)
{
	return pdev->error_state == pci_channel_io_perm_failure;
}

/**
 * d3cold_identity_init() - write down who the device is
 * @d3: device, in D0
 */
void d3cold_identity_init(struct d3cold_device *d3)
{
	struct pci_dev *pdev = d3->core.pdev;
	struct d3cold_identity *id = &d3->identity;
	u16 pmcsr = 0;

	id->id = read_dword(pdev, PCI_VENDOR_ID);
	id->class = read_dword(pdev, PCI_CLASS_REVISION);
	id->subsystem = read_dword(pdev, PCI_SUBSYSTEM_VENDOR_ID);
	id->header = read_header(pdev);
	id->dsn = pci_get_dsn(pdev);
	if (pdev->pm_cap)
		pci_read_config_word(pdev, pdev->pm_cap + PCI_PM_CTRL, &pmcsr);
	d3->no_soft_reset = pmcsr & PCI_PM_CTRL_NO_SOFT_RESET;
}

/**
 * d3cold_identity_note() - before the power goes: is it there, with which link?
 * @d3: device, in D0 to D3hot
 *
 * Context: suspend callback.
 * Return: false if what is in the slot is not the device that was bound.
 */
bool d3cold_identity_note(struct d3cold_device *d3)
{
	struct pci_dev *pdev = d3->core.pdev;

	if (d3cold_disconnected(pdev) || !d3cold_identity_same_id(d3))
		return false;
	pcie_capability_read_word(pdev, PCI_EXP_LNKSTA, &d3->identity.link);
	return true;
}

/**
 * d3cold_identity_saved() - note the BARs, as the PCI core will restore them
 * @d3: device whose config state was saved just now
 *
 * Not what the registers hold before: after a reset that nobody restored they
 * are empty, until the vfio-pci core loads its own copy on the way to sleep.
 *
 * Context: suspend callback.
 */
void d3cold_identity_saved(struct d3cold_device *d3)
{
	memcpy(d3->identity.bar,
	       &d3->core.pdev->saved_config_space[PCI_BASE_ADDRESS_0 / 4],
	       sizeof(d3->identity.bar));
}

/**
 * d3cold_identity_same_id() - do vendor and device ID match?
 * @d3: device
 *
 * Return: true if they do; false also if nothing answers.
 */
bool d3cold_identity_same_id(struct d3cold_device *d3)
{
	return read_dword(d3->core.pdev, PCI_VENDOR_ID) == d3->identity.id;
}

/**
 * d3cold_link_downgraded() - did the link come back slower or narrower?
 * @d3: device, verified after D3cold
 *
 * Return: true if it did; false too for a device without a PCIe link.
 */
bool d3cold_link_downgraded(struct d3cold_device *d3)
{
	u16 was = d3->identity.link, is = 0;

	pcie_capability_read_word(d3->core.pdev, PCI_EXP_LNKSTA, &is);
	return (is & PCI_EXP_LNKSTA_CLS) < (was & PCI_EXP_LNKSTA_CLS) ||
	       (is & PCI_EXP_LNKSTA_NLW) < (was & PCI_EXP_LNKSTA_NLW);
}

/**
 * d3cold_identity_check() - after the power came back
 * @d3: device, resumed by the bus
 *
 * Context: resume callback; sleeps not at all.
 * Return: NULL if all is as it was, else what is not, for the log.
 */
const char *d3cold_identity_check(struct d3cold_device *d3)
{
	struct pci_dev *pdev = d3->core.pdev;
	const struct d3cold_identity *id = &d3->identity;
	int i;

	if (d3cold_disconnected(pdev))
		return "disconnected";
	if (pdev->current_state != PCI_D0)
		return "not in D0";
	if (read_dword(pdev, PCI_VENDOR_ID) != id->id)
		return "vendor and device ID differ";
	if (read_dword(pdev, PCI_CLASS_REVISION) != id->class)
		return "class or revision differ";
	if (read_header(pdev) != id->header)
		return "header type differs";
	if (read_dword(pdev, PCI_SUBSYSTEM_VENDOR_ID) != id->subsystem)
		return "subsystem ID differs";
	for (i = 0; i < PCI_STD_NUM_BARS; i++)
		if (read_dword(pdev, PCI_BASE_ADDRESS_0 + 4 * i) != id->bar[i])
			return "a base address register differs";
	if (id->dsn && pci_get_dsn(pdev) != id->dsn)
		return "serial number differs";
	return NULL;
}
