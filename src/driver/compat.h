/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Everything that knows what kernels differ in. compat-have.h is made when the
 * module is built, by compiling compat/probes/.
 */
#ifndef D3COLD_COMPAT_H
#define D3COLD_COMPAT_H

#include <linux/version.h>

/* For the test that an older kernel is refused in words. */
#ifdef D3COLD_PRETEND_VERSION
#undef LINUX_VERSION_CODE
#define LINUX_VERSION_CODE D3COLD_PRETEND_VERSION
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "d3cold-vfio-pci needs Linux 6.1 or later: older ones lack the low-power features of vfio-pci"
#endif

#include <linux/eventfd.h>
#include <linux/mm.h>
#include <linux/pci.h>
#include <linux/pm_runtime.h>
#include <linux/vfio_pci_core.h>

#include "compat-have.h"

static inline void d3cold_eventfd_signal(struct eventfd_ctx *ctx)
{
#ifdef D3COLD_HAVE_EVENTFD_SIGNAL_ONE_ARGUMENT
	eventfd_signal(ctx);
#else
	eventfd_signal(ctx, 1);
#endif
}

static inline void d3cold_enable_idle_d3(struct vfio_pci_core_device *vdev)
{
#ifdef D3COLD_HAVE_VDEV_DISABLE_IDLE_D3
	vdev->disable_idle_d3 = false;
#endif
}

static inline bool d3cold_ats_enabled(const struct pci_dev *pdev)
{
#ifdef CONFIG_PCI_ATS
	return pdev->ats_enabled;
#else
	return false;
#endif
}

/* 1: awake, and kept so until a put; 0: not awake; negative: no runtime PM. */
static inline int d3cold_get_if_awake(struct device *dev)
{
#ifdef D3COLD_HAVE_GET_IF_ACTIVE_ONE_ARGUMENT
	return pm_runtime_get_if_active(dev);
#else
	return pm_runtime_get_if_active(dev, true);
#endif
}

static inline void d3cold_vm_flags_mod(struct vm_area_struct *vma,
				       unsigned long set, unsigned long clear)
{
#ifdef D3COLD_HAVE_VM_FLAGS_MOD
	vm_flags_mod(vma, set, clear);
#else
	vma->vm_flags = (vma->vm_flags | set) & ~clear;
#endif
}

/* How the read() of a binary file in sysfs gets that file. */
#ifdef D3COLD_HAVE_BIN_ATTRIBUTE_CONST
#define D3COLD_BIN_ATTRIBUTE const struct bin_attribute
#else
#define D3COLD_BIN_ATTRIBUTE struct bin_attribute
#endif

#ifdef D3COLD_HAVE_OPS_GET_REGION_INFO_CAPS
#define D3COLD_OPS_REGION_INFO(_fn) .get_region_info_caps = _fn,
#else
#define D3COLD_OPS_REGION_INFO(_fn)
#endif

#ifdef D3COLD_HAVE_OPS_MATCH_TOKEN_UUID
#define D3COLD_OPS_MATCH_TOKEN_UUID(_fn) .match_token_uuid = _fn,
#else
#define D3COLD_OPS_MATCH_TOKEN_UUID(_fn)
#endif

#ifdef D3COLD_HAVE_OPS_IOMMUFD
#define D3COLD_OPS_IOMMUFD                              \
	.bind_iommufd = vfio_iommufd_physical_bind,     \
	.unbind_iommufd = vfio_iommufd_physical_unbind, \
	.attach_ioas = vfio_iommufd_physical_attach_ioas,
#else
#define D3COLD_OPS_IOMMUFD
#endif

#ifdef D3COLD_HAVE_OPS_IOMMUFD_DETACH
#define D3COLD_OPS_IOMMUFD_DETACH \
	.detach_ioas = vfio_iommufd_physical_detach_ioas,
#else
#define D3COLD_OPS_IOMMUFD_DETACH
#endif

#ifdef D3COLD_HAVE_OPS_IOMMUFD_PASID
#define D3COLD_OPS_IOMMUFD_PASID                                      \
	.pasid_attach_ioas = vfio_iommufd_physical_pasid_attach_ioas, \
	.pasid_detach_ioas = vfio_iommufd_physical_pasid_detach_ioas,
#else
#define D3COLD_OPS_IOMMUFD_PASID
#endif

#endif /* D3COLD_COMPAT_H */
