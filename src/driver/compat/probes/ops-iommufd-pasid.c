// SPDX-License-Identifier: GPL-2.0-only
/* 6.16: PASID callbacks of iommufd. Can go when 6.15 is too old. */
#include <linux/vfio.h>

const struct vfio_device_ops probe;
const struct vfio_device_ops probe = {
	.pasid_attach_ioas = vfio_iommufd_physical_pasid_attach_ioas,
	.pasid_detach_ioas = vfio_iommufd_physical_pasid_detach_ioas,
};
