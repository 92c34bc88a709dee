/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The model: what sysfs says about PCI devices, read once and rendered as
 * text or JSON by the commands. Anything may be missing (NULL): the driver's
 * files grow with its version, and devices vanish while they are read.
 */
#ifndef D3COLDCTL_DEVICE_H
#define D3COLDCTL_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DRIVER_NAME "d3cold-vfio-pci"
#define MODULE_NAME "d3cold_vfio_pci"

struct bdf {
	unsigned int domain;
	unsigned int bus;
	unsigned int slot;
	unsigned int func;
};

#define BDF_LEN 24

bool bdf_parse(const char *text, struct bdf *bdf);
const char *bdf_format(char buf[BDF_LEN], const struct bdf *bdf);
int bdf_compare(const void *a, const void *b);
bool bdf_same_slot(const struct bdf *a, const struct bdf *b);

/* Files of d3cold/ that hold a line of text or one number. */
enum d3cold_attr {
	D3COLD_STATE,
	D3COLD_POLICY,
	D3COLD_REARM,
	D3COLD_ON_LOST,
	D3COLD_MAX_WAKE_MS,
	D3COLD_MAX_CYCLES_PER_MIN,
	D3COLD_QUALIFIED,
	D3COLD_GUEST_POWER_STATE,
	D3COLD_NO_SOFT_RESET,
	D3COLD_ENTERED_BY,
	D3COLD_LAST_WAKE,
	D3COLD_ATTRS,
};

extern const char *const d3cold_attr_name[D3COLD_ATTRS];

struct stat_value {
	char *name;
	uint64_t value;
};

struct device {
	struct bdf bdf;
	char id[BDF_LEN];
	uint64_t vendor;
	uint64_t device;
	uint64_t class;
	char *driver;
	char *driver_override;
	char *iommu_group;
	char *power_state;
	char *runtime_status;
	char *power_control;
	char *autosuspend_delay_ms;
	char *d3cold_allowed;
	bool is_vf;
	bool is_vfio; /* some vfio driver has it */
	bool is_ours;

	/* Only for devices bound to our driver. */
	char *d3cold[D3COLD_ATTRS];
	char **blockers;
	size_t n_blockers;
	bool has_blockers; /* the driver has that file */
	struct stat_value *stats;
	size_t n_stats;
};

struct device_list {
	struct device *v;
	size_t n;
};

enum device_filter {
	DEVICES_VFIO, /* those that a vfio driver has */
	DEVICES_ALL,
};

enum device_detail {
	DETAIL_SUMMARY, /* what fits into a line of a table */
	DETAIL_FULL,
};

int device_read(struct device *dev, const struct bdf *bdf);
void device_free(struct device *dev);
bool device_is_bridge(const struct device *dev);
bool device_is_cold(const struct device *dev);
bool device_stat(const struct device *dev, const char *name, uint64_t *value);
char *device_why_awake(const struct device *dev);

int device_list_read(struct device_list *list, enum device_filter filter,
		     enum device_detail detail);
int device_list_read_slot(struct device_list *list, const struct bdf *bdf);
void device_list_add(struct device_list *list, const struct device *dev);
void device_list_free(struct device_list *list);

struct bdf *slot_functions(const struct bdf *bdf, size_t *count);

struct json_object *device_json(const struct device *dev);

#endif
