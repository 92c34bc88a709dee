// SPDX-License-Identifier: GPL-2.0-only
/* 6.2: iommufd callbacks. Can go when 6.1 is too old. */
#include <linux/vfio.h>

const struct vfio_device_ops probe;
const struct vfio_device_ops probe = {
	.bind_iommufd = vfio_iommufd_physical_bind,
	.unbind_iommufd = vfio_iommufd_physical_unbind,
	.attach_ioas = vfio_iommufd_physical_attach_ioas,
};
