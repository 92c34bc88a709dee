// SPDX-License-Identifier: GPL-2.0-only
/* Requests whose memory ends in a hole, where nobody may read or write. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vmm.h"

#define PAGE 4096

/* The hole; @len bytes in front of it are there. NULL if there is no memory. */
static char *hole(const void *bytes, size_t len)
{
	static char *pages;

	if (!pages) {
		pages = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (pages == MAP_FAILED ||
		    mprotect(pages + PAGE, PAGE, PROT_NONE)) {
			pages = NULL;
			return NULL;
		}
	}
	if (len)
		memcpy(pages + PAGE - len, bytes, len);
	return pages + PAGE;
}

static void say_done(struct result *r, ssize_t done)
{
	if (done < 0)
		say_errno(r);
	else
		say(r, "%zd", done);
}

/* The payload is in the hole. */
static void feature(struct result *r, int argc, char **argv)
{
	char buf[MAX_FEATURE] = { 0 };
	struct vfio_device_feature *feature = (void *)buf;
	char *at;

	build_feature(feature, argc, argv);
	at = hole(feature, sizeof(*feature));
	say_done(r, at ? ioctl(device_fd(), VFIO_DEVICE_FEATURE,
			       at - sizeof(*feature)) :
			 -1);
}

/* All behind argsz and flags is in the hole. */
static void ioeventfd(struct result *r)
{
	struct vfio_device_ioeventfd set = { .argsz = sizeof(set) };
	size_t there = offsetof(struct vfio_device_ioeventfd, offset);
	char *at = hole(&set, there);

	say_done(r, at ? ioctl(device_fd(), VFIO_DEVICE_IOEVENTFD, at - there) :
			 -1);
}

/* read|write REGION AT LENGTH [BYTES]: of the buffer these are there. */
static void transfer(struct result *r, int argc, char **argv)
{
	unsigned int region = number(argv[2]);
	size_t there = argc > 5 ? number(argv[5]) : 0;
	uint64_t at = number(argv[3]);
	char *end = hole(NULL, 0);

	if (!end || !dev->num_fds || region >= (unsigned int)dev->num_regions ||
	    there > PAGE) {
		say(r, "usage");
		return;
	}
	at += dev->regions[region].info.offset;
	if (!strcmp(argv[1], "read"))
		say_done(r,
			 pread(device_fd(), end - there, number(argv[4]), at));
	else
		say_done(r,
			 pwrite(device_fd(), end - there, number(argv[4]), at));
}

static void do_hole(struct result *r, int argc, char **argv)
{
	if (!strcmp(argv[1], "feature") && argc > 2)
		feature(r, argc - 1, argv + 1);
	else if (!strcmp(argv[1], "ioeventfd"))
		ioeventfd(r);
	else if (argc > 4)
		transfer(r, argc, argv);
	else
		say(r, "usage");
}

const struct command hole_commands[] = {
	{ "hole", 1, do_hole,
	  "feature ... | ioeventfd | read|write REGION AT LENGTH [BYTES-THERE]: in memory that is none" },
	{ NULL, 0, NULL, NULL },
};
