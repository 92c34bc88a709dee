// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nothing of ours touches the device between quiesce and restore.
 *
 * MSI and MSI-X vectors are exclusive: disable_irq() waits for their handlers
 * and keeps the irq core from replaying them into a device without power.
 *
 * An INTx line may be shared with devices of the host, so it stays enabled. The
 * core masks it in its own suspend callback, under irqlock, and from then on
 * its handler does not look at the device. What still would is the resample
 * eventfd: its unmask reads the device, sees all ones, takes that for a pending
 * interrupt and signals the guest, who acknowledges, and so on. The core leaves
 * the device alone while the guest has DisINTx set (virq_disabled), so that is
 * what it is told. Unmasking is then left to a second, idempotent call of the
 * core's resume callback, after verification.
 *
 * An ioeventfd writes to a BAR without a PM reference, but only while the guest
 * has memory decoding on, so that is taken away, too. One on an I/O BAR cannot
 * be stopped from outside the core; such a write to a slot without power is
 * dropped by the bridge.
 */
#include <linux/interrupt.h>
#include <linux/pm.h>

#include "compat.h"
#include "device.h"
#include "irq.h"

/* MSI or MSI-X vectors that may be allocated. */
static unsigned int count_vectors(struct pci_dev *pdev)
{
	if (pdev->msix_enabled)
		return max(pci_msix_vec_count(pdev), 0);
	return pdev->msi_enabled ? 32 : 0;
}

/* Call @fn for the Linux irq of each of the first @n that is. */
static void with_vectors(struct pci_dev *pdev, unsigned int n,
			 void (*fn)(unsigned int irq))
{
	unsigned int i;
	int irq;

	for (i = 0; i < n; i++) {
		irq = pci_irq_vector(pdev, i);
		if (irq > 0)
			fn(irq);
	}
}

static void gate_intx(struct d3cold_device *d3, bool close)
{
	struct device *dev = &d3->core.pdev->dev;
	unsigned long flags;

	/*
	 * irqlock: the unmask handler reads it there. In some kernels (6.12.94,
	 * 6.12.95) it shares a word with flags that the core changes under
	 * other locks or none, as a BAR's writes do: there a VMM that races its
	 * own accesses can lose one, under vfio-pci as here (docs/kernels.md).
	 */
	spin_lock_irqsave(&d3->core.irqlock, flags);
	if (close)
		d3->virq_disabled = d3->core.virq_disabled;
	d3->core.virq_disabled = close || d3->virq_disabled;
	spin_unlock_irqrestore(&d3->core.irqlock, flags);
	/*
	 * What the handler masked just before the gate closed was not
	 * signalled, and an acknowledgment behind it was not heard: unmask
	 * whatever masked it, but for the user. What is still pending then is
	 * signalled.
	 */
	if (!close && !d3->virq_disabled && !d3->intx_user_masked &&
	    d3->core.irq_type == VFIO_PCI_INTX_IRQ_INDEX)
		d3->core.pm_intx_masked = true;
	if (!close && d3->core.pm_intx_masked && dev->driver->pm) {
		dev->driver->pm->runtime_resume(dev);
		/* The core leaves it set: nobody is to unmask by it again. */
		d3->core.pm_intx_masked = false;
	}
}

static void gate_memory(struct d3cold_device *d3, bool close)
{
	u8 *command;

	/* memory_lock: ioeventfds check and write under it. */
	down_write(&d3->core.memory_lock);
	if (d3->core.vconfig) {
		command = d3->core.vconfig + PCI_COMMAND;
		if (close)
			d3->memory_enabled = *command & PCI_COMMAND_MEMORY;
		*command &= ~PCI_COMMAND_MEMORY;
		if (!close)
			*command |= d3->memory_enabled;
	}
	up_write(&d3->core.memory_lock);
}

/**
 * d3cold_irq_gate() - stop INTx unmasking and ioeventfds, or let them go on
 * @d3: device
 * @close: stop
 *
 * Context: PM callback or recovery, process context.
 */
void d3cold_irq_gate(struct d3cold_device *d3, bool close)
{
	if (close == d3->gated || (close && !d3->machine.open))
		return;
	d3->gated = close;
	gate_memory(d3, close);
	gate_intx(d3, close);
}

/**
 * d3cold_irq_quiesce() - finish and stop what touches the device by itself
 * @d3: device, about to be suspended
 *
 * Context: suspend callback: no user holds a PM reference, so the vectors, and
 * the core's view of them, stay as they are until d3cold_irq_restore().
 */
void d3cold_irq_quiesce(struct d3cold_device *d3)
{
	struct pci_dev *pdev = d3->core.pdev;

	d3->vectors_off = count_vectors(pdev);
	with_vectors(pdev, d3->vectors_off, disable_irq);
	d3cold_irq_gate(d3, true);
	/* PCIe r6.0, 5.3.1.4.1: completions outstanding at D3 are lost. */
	if (!pci_wait_for_pending_transaction(pdev))
		pci_warn(pdev, "transactions still pending at power-off\n");
}

/**
 * d3cold_irq_restore() - undo d3cold_irq_quiesce()
 * @d3: device, verified; or lost, then INTx and ioeventfds stay stopped
 *
 * Context: resume callback or recovery, process context.
 */
void d3cold_irq_restore(struct d3cold_device *d3)
{
	/* Vectors also for a lost device, or free_irq() finds a wrong depth. */
	with_vectors(d3->core.pdev, d3->vectors_off, enable_irq);
	d3->vectors_off = 0;
	if (!d3cold_is_lost(d3))
		d3cold_irq_gate(d3, false);
}
