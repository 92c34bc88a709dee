// SPDX-License-Identifier: GPL-2.0-only
/* 6.16: read() of a binary file gets it const. Can go when 6.15 is too old. */
#include <linux/sysfs.h>

ssize_t probe_read(struct file *file, struct kobject *kobj,
		   const struct bin_attribute *attr, char *buf, loff_t pos,
		   size_t count);

const struct bin_attribute probe;
const struct bin_attribute probe = {
	.read = probe_read,
};
