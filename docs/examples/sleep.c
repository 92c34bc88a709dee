// SPDX-License-Identifier: GPL-2.0-only
/*
 * sleep GROUP BDF [SECONDS]: what a VMM does with d3cold-vfio-pci, for example
 *
 *	sleep /dev/vfio/12 0000:01:00.0 5
 *
 * Opens the device, finds the status region, asks for events, lets the device
 *be powered off for so long, and wakes it. Looking at the status wakes nothing.
 */
#include <d3cold_vfio_pci.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define GUEST_D3HOT 3 /* in PMCSR */

static int device;
static uint64_t config; /* offset of config space in the device's file */

static int feature(uint32_t flags, const void *data, size_t size)
{
	char buffer[64] = { 0 };
	struct vfio_device_feature *f = (void *)buffer;

	f->argsz = sizeof(*f) + size;
	f->flags = flags;
	if (size)
		memcpy(f->data, data, size);
	return ioctl(device, VFIO_DEVICE_FEATURE, f) < 0 ? -errno : 0;
}

/* The page of the status region, or NULL if this driver has none. */
static const volatile struct vfio_d3cold_status *map_status(void)
{
	struct vfio_device_info dev = { .argsz = sizeof(dev) };
	void *page = MAP_FAILED;
	uint32_t i;

	if (ioctl(device, VFIO_DEVICE_GET_INFO, &dev))
		err(1, "VFIO_DEVICE_GET_INFO");
	for (i = VFIO_PCI_NUM_REGIONS; i < dev.num_regions; i++) {
		char buffer[4096] = { 0 };
		struct vfio_region_info *info = (void *)buffer;
		const struct vfio_region_info_cap_type *type;

		info->argsz = sizeof(buffer);
		info->index = i;
		if (ioctl(device, VFIO_DEVICE_GET_REGION_INFO, info) ||
		    !(info->flags & VFIO_REGION_INFO_FLAG_CAPS))
			continue;
		for (uint32_t at = info->cap_offset; at;
		     at = type->header.next) {
			type = (void *)(buffer + at);
			if (type->header.id != VFIO_REGION_INFO_CAP_TYPE ||
			    type->type != VFIO_REGION_TYPE_D3COLD ||
			    type->subtype != VFIO_REGION_SUBTYPE_D3COLD_STATUS)
				continue;
			page = mmap(NULL, info->size, PROT_READ, MAP_SHARED,
				    device, info->offset);
		}
	}
	return page == MAP_FAILED ? NULL : page;
}

static void print_status(const volatile struct vfio_d3cold_status *shared)
{
	struct vfio_d3cold_status now;
	uint32_t sequence;

	if (!shared) {
		puts("no status region");
		return;
	}
	do {
		while ((sequence = shared->sequence) & 1)
			;
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		memcpy(&now, (const void *)shared, sizeof(now));
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
	} while (shared->sequence != sequence);
	printf("state %u, D-state %u, events %#x, %llu power-offs\n", now.state,
	       now.physical_state, now.pending_events,
	       (unsigned long long)now.d3cold);
}

/* What a guest's driver does: D3hot, or D0, into PMCSR. */
static void guest_writes(uint16_t state)
{
	uint8_t at = 0, id = 0;
	uint16_t pmcsr;

	if (pread(device, &at, 1, config + PCI_CAPABILITY_LIST) != 1)
		err(1, "config space");
	while (at && pread(device, &id, 1, config + at) == 1 &&
	       id != PCI_CAP_ID_PM)
		if (pread(device, &at, 1, config + at + PCI_CAP_LIST_NEXT) != 1)
			err(1, "config space");
	if (!at)
		errx(1, "the device has no power management capability");
	if (pread(device, &pmcsr, 2, config + at + PCI_PM_CTRL) != 2)
		err(1, "PMCSR");
	pmcsr = (pmcsr & ~PCI_PM_CTRL_STATE_MASK) | state;
	if (pwrite(device, &pmcsr, 2, config + at + PCI_PM_CTRL) != 2)
		err(1, "PMCSR");
}

static void open_device(const char *group_path, const char *bdf)
{
	struct vfio_region_info info = {
		.argsz = sizeof(info), .index = VFIO_PCI_CONFIG_REGION_INDEX
	};
	int container = open("/dev/vfio/vfio", O_RDWR),
	    group = open(group_path, O_RDWR);

	if (container < 0 || group < 0)
		err(1, "%s", container < 0 ? "/dev/vfio/vfio" : group_path);
	if (ioctl(group, VFIO_GROUP_SET_CONTAINER, &container) ||
	    ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		err(1, "%s", group_path);
	device = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, bdf);
	if (device < 0)
		err(1, "%s", bdf);
	if (ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &info))
		err(1, "config space");
	config = info.offset;
}

int main(int argc, char **argv)
{
	struct vfio_d3cold_eventfd events = { .eventfd =
						      eventfd(0, EFD_CLOEXEC) };
	struct vfio_d3cold_enter enter = { 0 };
	const volatile struct vfio_d3cold_status *status;
	struct pollfd woken = { .fd = events.eventfd, .events = POLLIN };
	int ret, seconds = argc > 3 ? atoi(argv[3]) : 5;

	if (argc < 3)
		errx(2, "say: sleep /dev/vfio/GROUP BDF [SECONDS]");
	open_device(argv[1], argv[2]);
	if (feature(VFIO_DEVICE_FEATURE_PROBE | VFIO_DEVICE_FEATURE_SET |
			    VFIO_DEVICE_FEATURE_D3COLD_ENTER,
		    NULL, 0))
		errx(77, "%s: its driver is not d3cold-vfio-pci", argv[2]);

	/* Both are ioctls, and ioctls wake: before entering. */
	status = map_status();
	events.events = VFIO_D3COLD_EVENT_WAKE | VFIO_D3COLD_EVENT_LOST;
	if (feature(VFIO_DEVICE_FEATURE_SET |
			    VFIO_DEVICE_FEATURE_D3COLD_EVENTFD,
		    &events, sizeof(events)))
		errx(1, "%s: no events", argv[2]);

	guest_writes(GUEST_D3HOT);
	ret = feature(VFIO_DEVICE_FEATURE_SET |
			      VFIO_DEVICE_FEATURE_D3COLD_ENTER,
		      &enter, sizeof(enter));
	if (ret == -EPERM)
		errx(3, "%s: policy, or it never came back from D3cold yet",
		     argv[2]);
	if (ret)
		errx(1, "%s: ENTER: %s", argv[2], strerror(-ret));
	puts("entered");
	fflush(stdout);

	if (poll(&woken, 1, seconds * 1000) > 0)
		puts("something else woke it, or it is lost");
	print_status(status);

	/* Returns when the device is verified. */
	ret = feature(VFIO_DEVICE_FEATURE_SET | VFIO_DEVICE_FEATURE_D3COLD_EXIT,
		      NULL, 0);
	if (ret)
		errx(1, "%s: EXIT: %s", argv[2], strerror(-ret));
	guest_writes(0);
	puts("awake");
	return 0;
}
