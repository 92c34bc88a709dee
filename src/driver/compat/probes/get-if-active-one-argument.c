// SPDX-License-Identifier: GPL-2.0-only
/* 6.9: it lost its second argument. Can go when 6.8 is too old. */
#include <linux/pm_runtime.h>

int probe(struct device *dev);
int probe(struct device *dev)
{
	return pm_runtime_get_if_active(dev);
}
