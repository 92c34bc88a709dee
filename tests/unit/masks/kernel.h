/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As much of the kernel as the vfio-pci core's config access needs, in user
 * space, on a device that is an array of bytes. The model uses it, and the
 * kernel's own vfio_pci_config.c compiles against it.
 */
#ifndef TEST_KERNEL_H
#define TEST_KERNEL_H

#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include <linux/pci_regs.h>
#include <linux/types.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef int pci_power_t;

#define __user
#define __init
#define likely(x) (x)
#define unlikely(x) (x)
#define EXPORT_SYMBOL_GPL(x) struct exported_##x
#define BUILD_BUG_ON(x) _Static_assert(!(x), #x)
#define WARN_ON(x)                 \
	({                         \
		bool warned = (x); \
		assert(!warned);   \
		warned;            \
	})
#define IS_ENABLED(x) 1
#define round_up(x, y) (((x) + (y)-1) / (y) * (y))
#define min(a, b) ((u64)(a) < (u64)(b) ? (a) : (b))
#define min_t(type, a, b) min(a, b)
#define max(a, b) ((a) > (b) ? (a) : (b))
#define cpu_to_le16 htole16
#define cpu_to_le32 htole32
#define le16_to_cpu le16toh
#define le32_to_cpu le32toh

static inline u64 roundup_pow_of_two(u64 n)
{
	u64 r = 1;

	while (r < n)
		r <<= 1;
	return r;
}

#define GFP_KERNEL 0
#define GFP_KERNEL_ACCOUNT 0
#define kzalloc(size, flags) calloc(1, size)
#define kmalloc(size, flags) malloc(size)
#define kmalloc_obj(type, flags) ((type *)malloc(sizeof(type)))
#define kfree free
#define copy_from_user(to, from, n) (memcpy(to, from, n), 0)
#define copy_to_user(to, from, n) (memcpy(to, from, n), 0)
#define down_write(lock) ((void)(lock))
#define up_write(lock) ((void)(lock))
#define pci_info(pdev, ...) ((void)(pdev))
#define pci_warn(pdev, ...) ((void)(pdev))
#define pci_dbg(pdev, ...) ((void)(pdev))
#define pcibios_err_to_errno(e) (e)

#define PCI_D0 0
#define PCI_D1 1
#define PCI_D2 2
#define PCI_D3hot 3

#define PCI_STD_RESOURCES 0
#define PCI_ROM_RESOURCE 6
#define IORESOURCE_IO 0x00000100
#define IORESOURCE_MEM 0x00000200
#define IORESOURCE_PREFETCH 0x00002000
#define IORESOURCE_ROM_SHADOW 0x00000002
#define IORESOURCE_MEM_64 0x00100000
#define IRQ_NOTCONNECTED (1U << 31)

struct resource {
	u64 start;
	u64 len;
	unsigned long flags;
};

/**
 * struct pci_dev - a device
 * @config: what it reads
 * @writable: its writable bits
 */
struct pci_dev {
	u16 vendor;
	u16 device;
	int cfg_size;
	unsigned int irq;
	pci_power_t current_state;
	bool is_virtfn;
	bool no_command_memory;
	u64 rom;
	size_t romlen;
	struct resource resource[7];
	u8 config[4096];
	u8 writable[4096];
};

struct pci_device_id {
	int vendor;
	int device;
};
#define PCI_VENDOR_ID_INTEL 0x8086
#define PCI_DEVICE(v, d) .vendor = v, .device = d
#define pci_match_id(ids, pdev) ((void)(ids), (void)(pdev), true)

#define pci_resource_start(pdev, bar) ((pdev)->resource[bar].start)
#define pci_resource_len(pdev, bar) ((pdev)->resource[bar].len)
#define pci_resource_flags(pdev, bar) ((pdev)->resource[bar].flags)

static inline u32 device_read(struct pci_dev *pdev, int pos, int width)
{
	u32 value = 0;

	assert(pos >= 0 && pos % width == 0 && pos + width <= pdev->cfg_size);
	memcpy(&value, pdev->config + pos, width);
	return le32toh(value);
}

static inline void device_write(struct pci_dev *pdev, int pos, u32 value,
				int width)
{
	int i;

	assert(pos >= 0 && pos % width == 0 && pos + width <= pdev->cfg_size);
	for (i = 0; i < width; i++, value >>= 8)
		pdev->config[pos + i] ^= (pdev->config[pos + i] ^ (u8)value) &
					 pdev->writable[pos + i];
}

#define CONFIG_ACCESS(name, type)                                            \
	static inline int pci_read_config_##name(struct pci_dev *pdev,       \
						 int pos, type *value)       \
	{                                                                    \
		*value = (type)device_read(pdev, pos, sizeof(type));         \
		return 0;                                                    \
	}                                                                    \
	static inline int pci_user_write_config_##name(struct pci_dev *pdev, \
						       int pos, type value)  \
	{                                                                    \
		device_write(pdev, pos, value, sizeof(type));                \
		return 0;                                                    \
	}
CONFIG_ACCESS(byte, u8)
CONFIG_ACCESS(word, u16)
CONFIG_ACCESS(dword, u32)
#define pci_user_read_config_byte pci_read_config_byte
#define pci_user_read_config_word pci_read_config_word
#define pci_user_read_config_dword pci_read_config_dword

static inline int find_express(struct pci_dev *pdev)
{
	int pos = pdev->config[PCI_CAPABILITY_LIST], loops = 48;

	while (pos && loops-- && pdev->config[pos] != PCI_CAP_ID_EXP)
		pos = pdev->config[pos + PCI_CAP_LIST_NEXT];
	return pos;
}

static inline u16 pcie_caps_reg(struct pci_dev *pdev)
{
	return (u16)device_read(pdev, find_express(pdev) + PCI_EXP_FLAGS, 2);
}

static inline int pci_pcie_type(struct pci_dev *pdev)
{
	return (pcie_caps_reg(pdev) & PCI_EXP_FLAGS_TYPE) >> 4;
}

static inline int pcie_get_mps(struct pci_dev *pdev)
{
	u32 ctl = device_read(pdev, find_express(pdev) + PCI_EXP_DEVCTL, 2);

	return 128 << (ctl >> 5 & 7);
}

static inline void pcie_set_readrq(struct pci_dev *pdev, int rq)
{
	int pos = find_express(pdev) + PCI_EXP_DEVCTL;
	u32 ctl = device_read(pdev, pos, 2) & ~PCI_EXP_DEVCTL_READRQ;

	device_write(pdev, pos, ctl | (u32)__builtin_ctz(rq / 128) << 12, 2);
}

/* A reset clears the command register and what it can of the BARs. */
static inline int pci_try_reset_function(struct pci_dev *pdev)
{
	int pos;

	device_write(pdev, PCI_COMMAND, 0, 2);
	for (pos = PCI_BASE_ADDRESS_0; pos <= PCI_BASE_ADDRESS_5; pos += 4)
		device_write(pdev, pos, 0, 4);
	return 0;
}

/* Product data of which every byte tells its address; half of it is there. */
static inline ssize_t pci_read_vpd(struct pci_dev *pdev, u16 addr, size_t len,
				   void *data)
{
	(void)pdev;
	if (addr >= 0x4000)
		return -ENODEV;
	memset(data, addr * 7 + 1, len);
	return (ssize_t)len;
}

static inline ssize_t pci_write_vpd(struct pci_dev *pdev, u16 addr, size_t len,
				    const void *data)
{
	(void)pdev;
	(void)data;
	return addr >= 0x4000 ? -ENODEV : (ssize_t)len;
}

#define VFIO_PCI_MSI_IRQ_INDEX 1
#define VFIO_PCI_OFFSET_MASK ((1ULL << 40) - 1)

struct perm_bits;
struct vfio_pci_core_device {
	struct pci_dev *pdev;
	bool virq_disabled;
	bool bardirty;
	bool extended_caps;
	bool nointx;
	u8 *pci_config_map;
	u8 *vconfig;
	struct perm_bits *msi_perm;
	int irq_type;
	u8 msi_qmax;
	u32 rbar[7];
	int memory_lock;
};

#define PCI_CAP_ID_INVALID 0xFF
#define PCI_CAP_ID_INVALID_VIRT 0xFE

#define vfio_pci_zap_and_down_write_memory_lock(vdev) ((void)(vdev))
#define vfio_pci_dma_buf_move(vdev, revoked) ((void)(vdev))
#define vfio_pci_intx_mask(vdev) ((void)(vdev))
#define vfio_pci_intx_unmask(vdev) ((void)(vdev))

static inline int vfio_pci_set_power_state(struct vfio_pci_core_device *vdev,
					   pci_power_t state)
{
	struct pci_dev *pdev = vdev->pdev;
	int pos = pdev->config[PCI_CAPABILITY_LIST], loops = 48;

	while (pos && loops-- && pdev->config[pos] != PCI_CAP_ID_PM)
		pos = pdev->config[pos + PCI_CAP_LIST_NEXT];
	pdev->config[pos + PCI_PM_CTRL] &= (u8)~PCI_PM_CTRL_STATE_MASK;
	pdev->config[pos + PCI_PM_CTRL] |= (u8)state;
	pdev->current_state = state;
	return 0;
}

#endif /* TEST_KERNEL_H */
