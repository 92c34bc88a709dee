/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A device opened through VFIO, as a VMM does it. Opening it wakes it.
 */
#ifndef D3COLDCTL_VFIO_H
#define D3COLDCTL_VFIO_H

#include <stddef.h>
#include <stdint.h>

#include "device.h"

#define VFIO_BARS 6

struct vfio_range {
	uint64_t offset; /* in the device's file */
	uint64_t size; /* 0: there is none */
};

struct vfio {
	int fd; /* the device */
	int iommu; /* /dev/iommu or a container */
	int group; /* -1 with a character device of its own */
	struct vfio_range config;
	struct vfio_range bar[VFIO_BARS];
};

int vfio_open(struct vfio *vfio, const struct device *dev);
void vfio_close(struct vfio *vfio);
int vfio_read(const struct vfio *vfio, const struct vfio_range *range,
	      uint64_t at, void *buf, size_t len);
int vfio_write(const struct vfio *vfio, const struct vfio_range *range,
	       uint64_t at, const void *buf, size_t len);
int vfio_set_feature(const struct vfio *vfio, unsigned int feature,
		     const void *payload, size_t len);

#endif
