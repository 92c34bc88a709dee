/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The test VMM: does to a VFIO device what a VMM does, one command a line.
 *
 * A command writes its result, a value or a negative errno's name, into a
 * struct result; nothing but "quit" or the end of stdin ends the program.
 */
#ifndef D3COLD_TEST_VMM_H
#define D3COLD_TEST_VMM_H

#include <linux/vfio.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define MAX_REGIONS 32
#define MAX_FDS 16
#define MAX_VECTORS 64
#define MAX_BYTES 4096

struct region {
	struct vfio_region_info info;
	uint32_t type, subtype;
	void *map;
};

struct device {
	char bdf[32];
	int container, group;
	int fds[MAX_FDS]; /* the newest is used; "dup" adds one */
	int num_fds;
	struct region regions[MAX_REGIONS];
	int num_regions;
	int pm_cap; /* offset of the capability, 0 if none, -1 not looked for */
	int irq_fds[VFIO_PCI_NUM_IRQS][MAX_VECTORS];
	int unmask_fd;
	bool dma_mapped; /* by "nvme start" */
	unsigned char kept[MAX_BYTES]; /* by "config keep" */
	size_t kept_size;
};

struct result {
	char text[64 << 10];
	size_t len;
};

struct command {
	const char *name;
	int min_args;
	void (*run)(struct result *r, int argc, char **argv);
	const char *help;
};

extern struct device *dev; /* the one that commands mean; see "use" */

/* main.c */
void say(struct result *r, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void say_bytes(struct result *r, const void *bytes, size_t len);
void say_errno(struct result *r); /* a negative errno's name, as "-EINVAL" */
uint64_t number(const char *text);
int eventfd_of(const char *index); /* of "eventfd new", -1 for others */
const struct command *
find_command(const char *name); /* NULL if there is none */

/* device.c */
int device_fd(void);
int find_pm_cap(void);
int open_group_of(
	struct device *d); /* of d->bdf: its group, container, IOMMU */
int open_devices(struct device **list, int max);
int hot_reset(int fd); /* through this device, with every open group */

/* region.c */
ssize_t region_read(unsigned int index, uint64_t at, void *buf, size_t len);
ssize_t region_write(unsigned int index, uint64_t at, const void *buf,
		     size_t len);

/* feature.c */
#define MAX_FEATURE 4096
/* What "feature" with these arguments gives the ioctl; its length, or 0 */
size_t build_feature(struct vfio_device_feature *feature, int argc,
		     char **argv);

/* status.c */
bool check_status(bool map); /* many snapshots: can each of them be? */

extern const struct command device_commands[], region_commands[],
	feature_commands[], irq_commands[], raw_commands[], replay_commands[],
	stress_commands[], stuck_commands[], watch_commands[],
	status_commands[], duel_commands[], bench_commands[], fuzz_commands[],
	nvme_commands[], hole_commands[];

#endif
