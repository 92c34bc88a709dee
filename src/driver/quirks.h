/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef D3COLD_QUIRKS_H
#define D3COLD_QUIRKS_H

#include <linux/types.h>

struct pci_dev;

bool d3cold_denied(struct pci_dev *pdev, bool disabled);

#endif /* D3COLD_QUIRKS_H */
