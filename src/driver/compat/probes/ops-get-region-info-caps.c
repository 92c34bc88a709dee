// SPDX-License-Identifier: GPL-2.0-only
/* 7.0: VFIO_DEVICE_GET_REGION_INFO left the ioctl callback. */
#include <linux/vfio_pci_core.h>

const struct vfio_device_ops probe;
const struct vfio_device_ops probe = {
	.get_region_info_caps = vfio_pci_ioctl_get_region_info,
};
