// SPDX-License-Identifier: GPL-2.0-only
/* 6.17: VF tokens for the cdev; called unchecked. Can go when 6.16 is too old. */
#include <linux/vfio_pci_core.h>

const struct vfio_device_ops probe;
const struct vfio_device_ops probe = {
	.match_token_uuid = vfio_pci_core_match_token_uuid,
};
