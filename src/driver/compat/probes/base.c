// SPDX-License-Identifier: GPL-2.0-only
/* Compiles wherever the module can be built: v6.1 and later. */
#include <linux/vfio_pci_core.h>

struct probe {
	struct vfio_pci_core_device core;
};

struct probe *probe(struct device *dev, const struct vfio_device_ops *ops);
struct probe *probe(struct device *dev, const struct vfio_device_ops *ops)
{
	return vfio_alloc_device(probe, core.vdev, dev, ops);
}
