/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A model of the vfio-pci core's config access: permissions in byte arrays as
 * the core has them (model_perms.c), the map of a device's capabilities
 * (model_map.c), and reads and writes (model.c). Only what changes an answer is
 * modelled.
 */
#ifndef TEST_MODEL_H
#define TEST_MODEL_H

#include "core.h"

struct perms {
	bool listed; /* a table of its own: else direct */
	bool raw_write;
	u8 virt[64];
	u8 write[64];
};

extern struct perms std_perms[256];
extern struct perms ext_perms[256];
extern struct perms msi_perms; /* of the device opened last */
extern struct era model_era;

void model_init(void);
int model_init_msi(u16 flags);
int model_open(struct vfio_pci_core_device *vdev);
void model_close(struct vfio_pci_core_device *vdev);

#endif /* TEST_MODEL_H */
