// SPDX-License-Identifier: GPL-2.0-only
/* ioctls of device, group and container, well formed and not. */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "fuzz.h"

/* GET_INFO, _REGION_INFO, _IRQ_INFO, _PCI_HOT_RESET_INFO: argsz, flags, index */
static int info(struct shot *s)
{
	static const unsigned long commands[] = {
		VFIO_DEVICE_GET_INFO,
		VFIO_DEVICE_GET_REGION_INFO,
		VFIO_DEVICE_GET_REGION_INFO,
		VFIO_DEVICE_GET_IRQ_INFO,
		VFIO_DEVICE_GET_PCI_HOT_RESET_INFO,
	};
	static const size_t sizes[] = { 12, 16, 20, 32, 44, 256, 2048 };
	struct worker *w = s->w;
	uint32_t buf[512] = { 0 };
	size_t len = ONE_OF(w, sizes);

	buf[0] = any_argsz(w, len);
	buf[1] = any(w, 8) ? 0 : any_value(w);
	buf[2] = any(w, 8) ? any(w, 12) : any_value(w);
	return ioctl(s->fd, ONE_OF(w, commands), place(w, buf, len));
}

static int feature(struct shot *s)
{
	static const uint16_t indexes[] = {
		0,  1,	2,	3,	3,	4,	4,	5,
		5,  6,	7,	8,	9,	10,	11,	12,
		13, 14, 0xd3c0, 0xd3c0, 0xd3c1, 0xd3c2, 0xd3c3,
	};
	struct worker *w = s->w;
	uint32_t buf[16] = { 0 };
	struct vfio_device_feature *f = (void *)buf;
	size_t len = sizeof(*f) + any(w, 5) * 4;

	f->flags = any(w, 16) ? ONE_OF(w, indexes) : any_value(w) & 0xffff;
	f->flags |= any(w, 4) ? VFIO_DEVICE_FEATURE_SET : any(w, 8) << 16;
	if (!any(w, 16))
		f->flags |= 1U << (19 + any(w, 13));
	f->argsz = any_argsz(w, len);
	for (unsigned int i = 2; i < 6; i++)
		buf[i] = any(w, 3) ? any(w, 4) : any_value(w);
	/* either may be the eventfd: flags come first in one, last in the other
	 */
	if (any(w, 3))
		buf[2 + any(w, 2)] = any_fd(w);
	return ioctl(s->fd, VFIO_DEVICE_FEATURE, place(w, buf, len));
}

/* As a VMM does it: the ways to sleep and to wake, without a mistake */
static int sleeps(struct shot *s)
{
	static const uint32_t ways[][3] = {
		{ 0xd3c0, 0, 8 },
		{ 0xd3c0, 1, 8 },
		{ 0xd3c0, 2, 8 },
		{ VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY, 0, 0 },
		{ VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY_WITH_WAKEUP, 0, 8 },
		{ VFIO_DEVICE_FEATURE_LOW_POWER_EXIT, 0, 0 },
		{ 0xd3c1, 0, 0 },
		{ 0xd3c2, 15, 8 },
	};
	uint32_t buf[4] = { 0 };
	struct vfio_device_feature *f = (void *)buf;
	const uint32_t *way = ONE_OF(s->w, ways);

	f->argsz = sizeof(*f) + way[2];
	f->flags = VFIO_DEVICE_FEATURE_SET | way[0];
	buf[2] = buf[3] = ONE_OF(s->w, fuzz_fds);
	if (way[0] == 0xd3c0)
		buf[2] = way[1];
	else if (way[0] == 0xd3c2)
		buf[3] = way[1];
	return ioctl(s->fd, VFIO_DEVICE_FEATURE, f);
}

/* As a VMM does it: INTx with or without resampling, vectors, or none at all */
static int good_irqs(struct shot *s)
{
	struct worker *w = s->w;
	uint32_t buf[5 + 4] = { 0 };
	struct vfio_irq_set *set = (void *)buf;

	set->index = any(w, VFIO_PCI_NUM_IRQS);
	set->flags = VFIO_IRQ_SET_ACTION_TRIGGER;
	if (any(w, 3)) {
		set->flags |= VFIO_IRQ_SET_DATA_EVENTFD;
		set->count = set->index == VFIO_PCI_MSIX_IRQ_INDEX ?
				     1 + any(w, 4) :
				     1;
		if (set->index == VFIO_PCI_INTX_IRQ_INDEX && any(w, 2))
			set->flags ^= VFIO_IRQ_SET_ACTION_TRIGGER |
				      VFIO_IRQ_SET_ACTION_UNMASK;
	} else {
		set->flags |= VFIO_IRQ_SET_DATA_NONE;
	}
	for (uint32_t i = 0; i < set->count; i++)
		buf[5 + i] = ONE_OF(w, fuzz_fds);
	set->argsz = sizeof(*set) + 4 * set->count;
	return ioctl(s->fd, VFIO_DEVICE_SET_IRQS, set);
}

/* And acknowledgments, which only INTx waits for */
static int signals(struct shot *s)
{
	const uint64_t one = 1;

	return write(ONE_OF(s->w, fuzz_fds), &one, sizeof(one)) < 0 ? -1 : 0;
}

static int irqs(struct shot *s)
{
	static const uint32_t data[] = { VFIO_IRQ_SET_DATA_NONE,
					 VFIO_IRQ_SET_DATA_BOOL,
					 VFIO_IRQ_SET_DATA_EVENTFD,
					 VFIO_IRQ_SET_DATA_EVENTFD };
	static const uint32_t actions[] = { VFIO_IRQ_SET_ACTION_MASK,
					    VFIO_IRQ_SET_ACTION_UNMASK,
					    VFIO_IRQ_SET_ACTION_TRIGGER,
					    VFIO_IRQ_SET_ACTION_TRIGGER };
	struct worker *w = s->w;
	uint32_t buf[5 + 64] = { 0 };
	struct vfio_irq_set *set = (void *)buf;
	size_t len = sizeof(*set);

	set->flags = ONE_OF(w, data) | ONE_OF(w, actions);
	if (!any(w, 12))
		set->flags ^= 1U << any(w, 32);
	set->index = any(w, 16) ? any(w, 5) : any_value(w);
	set->start = any(w, 4) ? 0 : any(w, 8) ? any(w, 66) : any_value(w);
	set->count = any(w, 3) ? any(w, 5) : any(w, 65);
	if (set->flags & VFIO_IRQ_SET_DATA_EVENTFD) {
		len += set->count * sizeof(int);
		for (uint32_t i = 0; i < set->count; i++)
			buf[5 + i] = any_fd(w);
	} else if (set->flags & VFIO_IRQ_SET_DATA_BOOL) {
		len += set->count;
		for (uint32_t i = 0; i < set->count; i++)
			set->data[i] = any(w, 2);
	}
	if (!any(w, 16))
		set->count = any_value(w);
	set->argsz = any_argsz(w, len);
	return ioctl(s->fd, VFIO_DEVICE_SET_IRQS, place(w, buf, len));
}

/* With all groups, none, or too many; a reset of what somebody else uses fails */
static int hot_resets(struct shot *s)
{
	struct worker *w = s->w;
	uint32_t buf[3 + 8] = { 0 };
	struct vfio_pci_hot_reset *reset = (void *)buf;
	size_t len;

	reset->count = any(w, 3) ? (unsigned int)fuzz_num_targets : any(w, 8);
	for (uint32_t i = 0; i < reset->count; i++)
		reset->group_fds[i] =
			fuzz_targets[i % fuzz_num_targets].dev->group;
	if (reset->count && !any(w, 4))
		reset->group_fds[any(w, reset->count)] = any_fd(w);
	len = sizeof(*reset) + reset->count * sizeof(__s32);
	reset->flags = any(w, 8) ? 0 : any_value(w);
	if (!any(w, 8))
		reset->count = any_value(w);
	reset->argsz = any_argsz(w, len);
	return ioctl(s->fd, VFIO_DEVICE_PCI_HOT_RESET, place(w, buf, len));
}

static int reset(struct shot *s)
{
	return ioctl(s->fd, VFIO_DEVICE_RESET,
		     any(s->w, 4) ? 0 : any_value(s->w));
}

static int ioeventfds(struct shot *s)
{
	struct worker *w = s->w;
	struct vfio_device_ioeventfd set = { 0 };

	/* It writes the value at each signal: to the register for that, or to
	 * where nothing is */
	set.flags = any(w, 8) ? 1U << any(w, 4) : any_value(w);
	set.offset = (uint64_t)any(w, 8) << 40;
	set.offset |= any(w, 4) ? s->t->scratch : any_value(w) | 1 << 30;
	set.data = any_value(w) & ~1ULL;
	set.fd = any_fd(w);
	set.argsz = any_argsz(w, sizeof(set));
	return ioctl(s->fd, VFIO_DEVICE_IOEVENTFD, place(w, &set, sizeof(set)));
}

/* Of a group, this would give a descriptor that nobody closes. */
static bool gives_fd(unsigned long command)
{
	return command == VFIO_GROUP_GET_DEVICE_FD;
}

/* Any command, with anything, at device, group and container */
static int anything(struct shot *s)
{
	struct worker *w = s->w;
	uint32_t buf[64];
	unsigned long command = _IO(VFIO_TYPE, VFIO_BASE + any(w, 24));
	size_t len = 4 * (1 + any(w, 64));
	int which = any(w, 3);
	int fd = !which	    ? s->t->dev->group :
		 which == 1 ? s->t->dev->container :
			      s->fd;

	for (size_t i = 0; i < len / 4; i++)
		buf[i] = any(w, 2) ? any(w, 5) : any_value(w);
	buf[0] = any_argsz(w, len);
	if (!any(w, 16))
		command = any_value(w);
	if (which == 0 && gives_fd(command))
		command = VFIO_GROUP_GET_STATUS;
	return ioctl(fd, command, place(w, buf, len));
}

/* What the device may reach: the scratch memory, or nothing */
static int dma(struct shot *s)
{
	struct worker *w = s->w;
	struct vfio_iommu_type1_dma_map map = { 0 };
	struct vfio_iommu_type1_dma_unmap unmap = { 0 };

	if (any(w, 2)) {
		map.flags = any(w, 8) ? any(w, 4) : any_value(w);
		map.vaddr = any(w, 4) ? (uintptr_t)w->scratch.rw : any_value(w);
		map.iova = any(w, 8) ? any(w, 64) << 12 : any_value(w);
		map.size = any(w, 8) ? any(w, 5) << 12 : any_value(w);
		map.argsz = any_argsz(w, sizeof(map));
		return ioctl(s->t->dev->container, VFIO_IOMMU_MAP_DMA,
			     place(w, &map, sizeof(map)));
	}
	unmap.flags = any(w, 4) ? 0 : any_value(w);
	unmap.iova = any(w, 8) ? any(w, 64) << 12 : any_value(w);
	unmap.size = any(w, 8) ? any(w, 5) << 12 : any_value(w);
	unmap.argsz = any_argsz(w, sizeof(unmap));
	return ioctl(s->t->dev->container, VFIO_IOMMU_UNMAP_DMA,
		     place(w, &unmap, sizeof(unmap)));
}

const struct kind fuzz_ioctls[] = {
	{ .name = "info", .weight = 8, .run = info, .in_child = true },
	{ .name = "feature", .weight = 14, .run = feature, .in_child = true },
	{ .name = "sleep", .weight = 16, .run = sleeps, .in_child = true },
	{ .name = "good-irqs", .weight = 6, .run = good_irqs, .in_child = true },
	{ .name = "signal", .weight = 4, .run = signals, .in_child = true },
	{ .name = "irqs", .weight = 12, .run = irqs, .in_child = true },
	{ .name = "hot-reset", .weight = 1, .run = hot_resets },
	{ .name = "reset", .weight = 2, .run = reset, .in_child = true },
	{ .name = "ioeventfd",
	  .weight = 4,
	  .run = ioeventfds,
	  .in_child = true },
	{ .name = "anything", .weight = 8, .run = anything, .in_child = true },
	{ .name = "dma", .weight = 4, .run = dma },
	{ 0 },
};
