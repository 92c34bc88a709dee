// SPDX-License-Identifier: GPL-2.0-only
/* A bit field in some kernels after 6.4: there it may not be written. */
#include <linux/vfio_pci_core.h>

bool *probe(struct vfio_pci_core_device *vdev);
bool *probe(struct vfio_pci_core_device *vdev)
{
	return &vdev->virq_disabled;
}
