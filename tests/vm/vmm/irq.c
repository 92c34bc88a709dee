// SPDX-License-Identifier: GPL-2.0-only
/* Interrupts: enable with eventfds, trigger by loopback, mask, count. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "vmm.h"

static int irq_index(const char *name)
{
	static const char *const names[] = { "intx", "msi", "msix", "err",
					     "req" };

	for (int i = 0; i < 5; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}

static int set_irqs(int index, uint32_t flags, uint32_t start, uint32_t count,
		    const int *fds)
{
	char buf[sizeof(struct vfio_irq_set) + MAX_VECTORS * sizeof(int)] = {
		0
	};
	struct vfio_irq_set *set = (void *)buf;

	set->argsz = sizeof(*set) + (fds ? count * sizeof(int) : 0);
	set->flags = flags;
	set->index = index;
	set->start = start;
	set->count = count;
	if (fds)
		memcpy(set->data, fds, count * sizeof(int));
	return ioctl(device_fd(), VFIO_DEVICE_SET_IRQS, set);
}

/* Vector 0, by a byte that says whether it is meant */
static int set_irq_if(int index, uint32_t action, uint8_t meant)
{
	char buf[sizeof(struct vfio_irq_set) + 1] = { 0 };
	struct vfio_irq_set *set = (void *)buf;

	set->argsz = sizeof(buf);
	set->flags = VFIO_IRQ_SET_DATA_BOOL | action;
	set->index = index;
	set->count = 1;
	set->data[0] = meant;
	return ioctl(device_fd(), VFIO_DEVICE_SET_IRQS, set);
}

static int enable(int index, uint32_t count)
{
	int *fds = dev->irq_fds[index];

	for (uint32_t i = 0; i < count; i++)
		if (fds[i] <= 0)
			fds[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	return set_irqs(index,
			VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER,
			0, count, fds);
}

/* What stock QEMU arms whenever INTx routing is on */
static int resample(void)
{
	if (dev->unmask_fd <= 0)
		dev->unmask_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	return set_irqs(VFIO_PCI_INTX_IRQ_INDEX,
			VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_UNMASK,
			0, 1, &dev->unmask_fd);
}

static void do_irq(struct result *r, int argc, char **argv)
{
	struct vfio_irq_info info = { .argsz = sizeof(info) };
	const char *verb = argv[1];
	struct pollfd poll_fd = { .events = POLLIN };
	int index = irq_index(argv[2]), done = 0;
	uint64_t n = argc > 3 ? number(argv[3]) : 0, count = 0;
	const uint64_t one = 1;

	if (index < 0 || n > MAX_VECTORS) {
		say(r, "usage");
		return;
	}
	if (!strcmp(verb, "info")) {
		info.index = index;
		done = ioctl(device_fd(), VFIO_DEVICE_GET_IRQ_INFO, &info);
		if (!done) {
			say(r, "count=%u flags=%#x", info.count, info.flags);
			return;
		}
	} else if (!strcmp(verb, "enable")) {
		done = enable(index, n ? n : 1);
	} else if (!strcmp(verb, "disable")) {
		done = set_irqs(index,
				VFIO_IRQ_SET_DATA_NONE |
					VFIO_IRQ_SET_ACTION_TRIGGER,
				0, 0, NULL);
	} else if (!strcmp(verb, "trigger")) {
		done = set_irqs(index,
				VFIO_IRQ_SET_DATA_NONE |
					VFIO_IRQ_SET_ACTION_TRIGGER,
				n, 1, NULL);
	} else if (!strcmp(verb, "mask")) {
		done = set_irqs(index,
				VFIO_IRQ_SET_DATA_NONE |
					VFIO_IRQ_SET_ACTION_MASK,
				n, 1, NULL);
	} else if (!strcmp(verb, "unmask")) {
		done = set_irqs(index,
				VFIO_IRQ_SET_DATA_NONE |
					VFIO_IRQ_SET_ACTION_UNMASK,
				n, 1, NULL);
	} else if (!strcmp(verb, "mask-if")) {
		done = set_irq_if(index, VFIO_IRQ_SET_ACTION_MASK, n);
	} else if (!strcmp(verb, "unmask-if")) {
		done = set_irq_if(index, VFIO_IRQ_SET_ACTION_UNMASK, n);
	} else if (!strcmp(verb, "resample")) {
		done = resample();
	} else if (!strcmp(verb, "eoi")) {
		done = write(dev->unmask_fd, &one, sizeof(one)) == sizeof(one) ?
			       0 :
			       -1;
	} else if (!strcmp(verb, "count") || !strcmp(verb, "wait")) {
		poll_fd.fd = dev->irq_fds[index][n];
		if (verb[0] == 'w')
			poll(&poll_fd, 1, 1000);
		if (read(dev->irq_fds[index][n], &count, sizeof(count)) < 0 &&
		    errno != EAGAIN) {
			say_errno(r);
			return;
		}
		if (verb[0] == 'w' && !count) {
			say(r, "-ETIMEDOUT");
			return;
		}
		say(r, "%llu", (unsigned long long)count);
		return;
	} else {
		say(r, "usage");
		return;
	}
	if (done)
		say_errno(r);
	else
		say(r, "0");
}

const struct command irq_commands[] = {
	{ "irq", 2, do_irq,
	  "info|enable|disable|trigger|mask|unmask|mask-if|unmask-if|count|wait|resample|eoi intx|msi|msix|err|req [N]    enable: N vectors; mask-if, unmask-if: vector 0, if N is 1; others: vector N; wait: count, once there is one" },
	{ NULL, 0, NULL, NULL },
};
