/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef D3COLD_IRQ_H
#define D3COLD_IRQ_H

#include <linux/types.h>

struct d3cold_device;

void d3cold_irq_quiesce(struct d3cold_device *d3);
void d3cold_irq_gate(struct d3cold_device *d3, bool close);
void d3cold_irq_restore(struct d3cold_device *d3);

#endif /* D3COLD_IRQ_H */
