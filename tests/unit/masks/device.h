/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Made-up devices: legal config spaces, by chance or by hand.
 */
#ifndef TEST_DEVICE_H
#define TEST_DEVICE_H

#include "kernel.h"

/* A capability of a device made by hand; the last one has offset 0. */
struct cap {
	u16 offset;
	u16 id;
	u32 word; /* what follows the header, as far as the length needs it */
	u32 more;
};

void seed(u64 value);
u32 chance(u32 n); /* 0 .. n - 1 */
bool odds(u32 n); /* true once in n times */

void device_random(struct pci_dev *pdev);
void device_make(struct pci_dev *pdev, const struct cap *std,
		 const struct cap *ext);
void device_drift(struct pci_dev *pdev);

#endif /* TEST_DEVICE_H */
