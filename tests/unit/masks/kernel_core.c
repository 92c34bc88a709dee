// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's own config access: the vfio_pci_config.c that KSRC= names.
 */
#include "core.h"

bool __vfio_pci_memory_enabled(struct vfio_pci_core_device *vdev);
int vfio_config_init(struct vfio_pci_core_device *vdev);
void vfio_config_free(struct vfio_pci_core_device *vdev);
int vfio_pci_init_perm_bits(void);
void vfio_pci_uninit_perm_bits(void);
ssize_t vfio_pci_config_rw(struct vfio_pci_core_device *vdev, char *buf,
			   size_t count, loff_t *ppos, bool iswrite);
ssize_t vfio_pci_config_rw_single(struct vfio_pci_core_device *vdev, char *buf,
				  size_t count, loff_t *ppos, bool iswrite);
bool vfio_pci_core_range_intersect_range(loff_t buf_start, size_t buf_cnt,
					 loff_t reg_start, size_t reg_cnt,
					 loff_t *buf_offset,
					 size_t *intersect_count,
					 size_t *register_offset);

#include "vfio_pci_config.c"

static void init(void)
{
	int ret = vfio_pci_init_perm_bits();

	assert(!ret);
	atexit(vfio_pci_uninit_perm_bits);
}

static struct era era = {
	.exp_v2 = PCI_CAP_EXP_ENDPOINT_SIZEOF_V2,
	.dvsec = HAS_DVSEC,
	.rom_image = HAS_ROM_IMAGE,
	.irq_0 = HAS_IRQ_0,
};

const struct core kernel_core = {
	.init = init,
	.open = vfio_config_init,
	.close = vfio_config_free,
	.rw = vfio_pci_config_rw,
	.era = &era,
};
