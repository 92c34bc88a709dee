/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What answers config accesses: the model of the core, or the kernel's own.
 */
#ifndef TEST_CORE_H
#define TEST_CORE_H

#include "kernel.h"

/**
 * struct era - where the cores of different kernels differ
 * @exp_v2: bytes of a PCI Express capability of version 2
 * @dvsec: DVSECs are shown, not hidden
 * @rom_image: an image without a ROM BAR has a size in the BAR's place
 * @irq_0: a device without an interrupt has no interrupt pin
 */
struct era {
	u8 exp_v2;
	bool dvsec;
	bool rom_image;
	bool irq_0;
};

/**
 * struct core - a core's config access
 * @init: once
 * @open: as vfio_config_init()
 * @close: as vfio_config_free()
 * @rw: as vfio_pci_config_rw()
 * @era: which kernel it is; of the model it may be set
 */
struct core {
	void (*init)(void);
	int (*open)(struct vfio_pci_core_device *vdev);
	void (*close)(struct vfio_pci_core_device *vdev);
	ssize_t (*rw)(struct vfio_pci_core_device *vdev, char *buf,
		      size_t count, loff_t *pos, bool write);
	struct era *era;
};

extern const struct core model_core;
extern const struct core kernel_core __attribute__((weak));

#endif /* TEST_CORE_H */
