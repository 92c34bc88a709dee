// SPDX-License-Identifier: GPL-2.0-only
/* 6.6: an iommufd can be detached. Can go when 6.5 is too old. */
#include <linux/vfio.h>

const struct vfio_device_ops probe;
const struct vfio_device_ops probe = {
	.detach_ioas = vfio_iommufd_physical_detach_ioas,
};
