// SPDX-License-Identifier: GPL-2.0-only
/* A field of the device up to 6.4 and again later, a global in between. */
#include <linux/vfio_pci_core.h>

void probe(struct vfio_pci_core_device *vdev);
void probe(struct vfio_pci_core_device *vdev)
{
	vdev->disable_idle_d3 = false;
}
