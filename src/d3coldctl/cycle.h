/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The result of "cycle": collected by cycle_run.c, told by
 * cycle_report.c.
 */
#ifndef D3COLDCTL_CYCLE_H
#define D3COLDCTL_CYCLE_H

#include <stdbool.h>

#include "device.h"
#include "latency.h"

struct cycle_failure {
	unsigned long cycle; /* from 1 */
	char *what;
};

struct cycle_result {
	unsigned long wanted;
	unsigned long done;
	unsigned long delay_ms;
	struct latency wake; /* of those that were verified */
	struct cycle_failure *failures;
	size_t n_failures;
	bool interrupted;
	bool lost;
	char *stopped; /* why it ended early, or NULL */
	char *link_before;
	char *link_after;
	size_t config_size;
	unsigned int ignored; /* bytes and BARs that change by themselves */
	unsigned int bars;
};

int cycle_run(struct cycle_result *r, const struct device *dev);
void cycle_report(const struct cycle_result *r, const struct device *dev);
void cycle_progress(const struct cycle_result *r, uint64_t elapsed_ms);
void cycle_progress_end(void);
void cycle_result_free(struct cycle_result *r);

#endif
