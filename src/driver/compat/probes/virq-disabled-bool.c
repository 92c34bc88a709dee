// SPDX-License-Identifier: GPL-2.0-only
/* A bit field between 6.4 and late stable releases: then it may not be written. */
#include <linux/vfio_pci_core.h>

bool *probe(struct vfio_pci_core_device *vdev);
bool *probe(struct vfio_pci_core_device *vdev)
{
	return &vdev->virq_disabled;
}
