/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading and writing attributes of sysfs.
 *
 * The rule of this tool: looking at a device never wakes it. In a device's
 * directory the files config, rom, vpd, resource*, current_link_* and
 * max_link_* make the kernel touch the hardware; attr_read() refuses them.
 *
 * For tests the roots can be moved: D3COLD_SYSFS, D3COLD_PROC, D3COLD_DEV,
 * D3COLD_ETC, D3COLD_RUN.
 */
#ifndef D3COLDCTL_SYSFS_H
#define D3COLDCTL_SYSFS_H

#include <stdbool.h>
#include <stdint.h>

const char *sysfs_root(void);
const char *proc_root(void);
const char *dev_root(void);
const char *etc_root(void);
const char *run_root(void);
const char *state_root(void);
bool sysfs_is_fake(void);

int sysfs_open_dir(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
bool sysfs_exists(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
bool sysfs_writable(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int sysfs_write(const char *path, const char *value);

char *sysfs_read(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *file_read_at(int dirfd, const char *name);
char *attr_read(int dirfd, const char *name);
bool attr_read_uint(int dirfd, const char *name, int base, uint64_t *value);
char *attr_link(int dirfd, const char *name);

#endif
