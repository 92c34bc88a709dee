// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the platform can do with the power of a device: its ACPI power resources.
 */
#include <linux/acpi.h>
#include <linux/delay.h>
#include <linux/pci.h>

#include "compat.h"
#include "device.h"

/* PCIe r6.0, 6.6.1: config requests 100 ms after the end of reset. */
#define D3COLD_SETTLE_MS 100u

#ifdef CONFIG_ACPI

static struct acpi_device *power_manageable(struct pci_dev *pdev)
{
	struct acpi_device *adev = ACPI_COMPANION(&pdev->dev);

	return adev && adev->flags.power_manageable &&
			       adev->power.states[ACPI_STATE_D3_COLD]
				       .flags.valid ?
		       adev :
		       NULL;
}

/**
 * d3cold_platform_can_cut() - can the platform cut the power of this device?
 * @pdev: device or port
 *
 * Return: true if it has a power resource of its own (_PR3).
 */
bool d3cold_platform_can_cut(struct pci_dev *pdev)
{
	return power_manageable(pdev);
}

/* Notes the resources of _PR3 in @power. Return: how many, @max at most. */
static unsigned int list_power(struct acpi_device *adev, acpi_handle *power,
			       unsigned int max)
{
	struct acpi_buffer buffer = { ACPI_ALLOCATE_BUFFER, NULL };
	union acpi_object *list, *one;
	unsigned int n = 0;
	acpi_status status;
	u32 i;

	status = acpi_evaluate_object(adev->handle, "_PR3", NULL, &buffer);
	list = buffer.pointer;
	/* There may be a buffer without a result in it. */
	if (ACPI_FAILURE(status) || !list)
		goto out;
	for (i = 0; list->type == ACPI_TYPE_PACKAGE && i < list->package.count;
	     i++) {
		one = &list->package.elements[i];
		if (one->type == ACPI_TYPE_LOCAL_REFERENCE && n < max)
			power[n++] = one->reference.handle;
	}
out:
	kfree(list);
	return n;
}

/* ACPI 6.5, 7.2.3: _STA of a power resource is 1 while it is on. */
static bool all_on(const acpi_handle *power, unsigned int n)
{
	unsigned long long on;
	unsigned int i;

	for (i = 0; i < n; i++)
		if (ACPI_FAILURE(acpi_evaluate_integer(power[i], "_STA", NULL,
						       &on)) ||
		    !(on & 1))
			return false;
	return n;
}

/**
 * d3cold_platform_init() - note the power resources of a device
 * @d3: device being bound
 *
 * Once, as ACPI objects do not change: to ask for their state later needs next
 * to no memory.
 */
void d3cold_platform_init(struct d3cold_device *d3)
{
	struct acpi_device *adev = power_manageable(d3->core.pdev);

	if (adev)
		d3->num_power =
			list_power(adev, d3->power, ARRAY_SIZE(d3->power));
}

/**
 * d3cold_platform_keeps() - is the power on although the device let go of it?
 * @d3: device that the PCI core says is in D3cold
 *
 * Functions of a slot may name the same resource. The ACPI core counts who uses
 * it, and calls each device that let go D3cold, though another keeps it on.
 *
 * Context: sleeps; evaluates ACPI methods, does not touch the device.
 * Return: true if each resource of _PR3 is on, without which D3hot would not be
 * (ACPI 6.5, 7.3.11); false if the platform does not tell.
 */
bool d3cold_platform_keeps(struct d3cold_device *d3)
{
	return all_on(d3->power, d3->num_power);
}

/**
 * d3cold_platform_cycle() - cut the power of a device, and give it again
 * @pdev: device or port
 * @off: NULL, or told whether it really was off meanwhile: another device may
 *	have kept it on
 *
 * The ACPI core counts references and believes that the power is on: only an
 * explicit off makes it run _ON again.
 *
 * Context: sleeps, as long as the platform's methods take, and 200 ms; with
 * @off it allocates memory.
 * Return: true if the platform did both.
 */
bool d3cold_platform_cycle(struct pci_dev *pdev, bool *off)
{
	struct acpi_device *adev = power_manageable(pdev);
	acpi_handle power[D3COLD_MAX_POWER];
	unsigned int n;

	if (!adev)
		return false;
	/*
	 * After an _ON that failed the ACPI core does not know the state, and
	 * refuses to leave it (acpi_power_transition()) until it has looked.
	 */
	if (adev->power.state == ACPI_STATE_UNKNOWN)
		acpi_device_update_power(adev, NULL);
	if (acpi_device_set_power(adev, ACPI_STATE_D3_COLD))
		return false;
	if (off) {
		n = list_power(adev, power, ARRAY_SIZE(power));
		*off = n && !all_on(power, n);
	}
	msleep(D3COLD_SETTLE_MS);
	if (acpi_device_set_power(adev, ACPI_STATE_D0))
		return false;
	msleep(max(D3COLD_SETTLE_MS, pdev->d3cold_delay));
	return true;
}

#else /* !CONFIG_ACPI */

bool d3cold_platform_can_cut(struct pci_dev *pdev)
{
	return false;
}

void d3cold_platform_init(struct d3cold_device *d3)
{
}

bool d3cold_platform_keeps(struct d3cold_device *d3)
{
	return false;
}

bool d3cold_platform_cycle(struct pci_dev *pdev, bool *off)
{
	return false;
}

#endif
