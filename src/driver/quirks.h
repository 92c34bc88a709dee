/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef D3COLD_QUIRKS_H
#define D3COLD_QUIRKS_H

#include "device.h"

bool d3cold_denied(struct pci_dev *pdev, bool disabled);
enum d3cold_policy d3cold_default_policy(struct pci_dev *pdev,
					 enum d3cold_policy wanted);
bool d3cold_default_hold(struct pci_dev *pdev);

#endif /* D3COLD_QUIRKS_H */
