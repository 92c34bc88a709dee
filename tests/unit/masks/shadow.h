/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A device, its shadow as the driver makes it, and the tests of it.
 */
#ifndef TEST_SHADOW_H
#define TEST_SHADOW_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core.h"
#include "device.h"
#include "masks.h"

#define ALL 0xff

extern struct pci_dev pdev;
extern struct vfio_pci_core_device vdev;

void open_device(const struct core *core);
struct d3cold_config snapshot(void);
u8 *compose(const struct d3cold_config *c);
u8 *servable(const struct d3cold_config *c);

void read_live(const struct core *core, int pos, void *buf, int width);
bool rom_differs(const struct d3cold_config *c);
void check_read(const struct core *core, const struct d3cold_config *c,
		const u8 *out, const u8 *bits, int pos, int width);
void check_blind(const struct d3cold_config *c, const u8 *out, const u8 *bits);

/* lspci.c */
void lspci(const struct d3cold_config *c, const u8 *out, const u8 *bits);

/* random_test.c */
void test_model(void **state);
void test_kernel(void **state);
void test_model_is_kernel(void **state);

/* virtual_test.c */
void test_header(void **state);
void test_std(void **state);
void test_ext(void **state);
void test_abutting(void **state);
void test_boundary(void **state);
void test_base_registers(void **state);

/* served_test.c */
void test_lspci(void **state);
void test_served(void **state);
void test_ranges(void **state);
void test_garbage(void **state);

#endif /* TEST_SHADOW_H */
