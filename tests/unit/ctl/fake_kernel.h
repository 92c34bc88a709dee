/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A machine whose kernel is played by a replaced sysfs_write() (linked with
 * --wrap): drivers come and go, and any single write can be made to fail.
 */
#ifndef CTL_FAKE_KERNEL_H
#define CTL_FAKE_KERNEL_H

#include <stdbool.h>

#define GPU "0000:03:00.0"
#define AUDIO "0000:03:00.1"
#define NIC "0000:04:00.0"

struct function {
	const char *id;
	const char *class;
	const char *host; /* driver, NULL for none */
};

#define N_FUNCTIONS 3

extern const struct function functions[N_FUNCTIONS];

struct fake_kernel {
	int writes; /* how many there were */
	int fail_at; /* this one fails, counted from 1 ... */
	int fail_for; /* ... and so many in all */
	int error;
	int signal_at;
	bool probe_lies; /* bind says yes, and the driver is not there */
};

extern struct fake_kernel kernel;

/* A device loses its driver, and what that has put in its folder. */
void fake_detach(const char *id);

/* Before and after each test: a fresh machine on its host drivers. */
int machine_setup(void **state);
int machine_teardown(void **state);

#endif
