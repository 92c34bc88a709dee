// SPDX-License-Identifier: GPL-2.0-only
/*
 * The composed config space against what the core answers, and what of it can
 * be answered while the device is off.
 */
#include "shadow.h"

int main(void)
{
	const struct CMUnitTest own[] = {
		cmocka_unit_test(test_kernel),
		cmocka_unit_test(test_model_is_kernel),
	};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_std),
		cmocka_unit_test(test_ext),
		cmocka_unit_test(test_abutting),
		cmocka_unit_test(test_boundary),
		cmocka_unit_test(test_base_registers),
		cmocka_unit_test(test_lspci),
		cmocka_unit_test(test_served),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_model),
	};

	seed(1);
	model_core.init();
	cmocka_set_message_output(CM_OUTPUT_TAP);
	if (&kernel_core) {
		kernel_core.init();
		return cmocka_run_group_tests_name("config shadow, the kernel",
						   own, NULL, NULL);
	}
	return cmocka_run_group_tests_name("config shadow", tests, NULL, NULL);
}
