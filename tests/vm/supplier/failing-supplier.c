// SPDX-License-Identifier: GPL-2.0-only
/*
 * A supplier for a PCI device, by a device link, whose resume fails on demand:
 * parameter "consumer" names the device, "fails" says whether it does.
 */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/platform_device.h>
#include <linux/pm_runtime.h>

static char *consumer;
module_param(consumer, charp, 0444);

static struct platform_device *supplier;
static struct device_link *link;
static bool fails;

static int fails_set(const char *val, const struct kernel_param *kp)
{
	int ret = param_set_bool(val, kp);

	/* The error of its last resume would stick. */
	if (!ret && !fails && supplier)
		pm_runtime_set_suspended(&supplier->dev);
	return ret;
}

static const struct kernel_param_ops fails_ops = {
	.set = fails_set,
	.get = param_get_bool,
};
module_param_cb(fails, &fails_ops, &fails, 0644);

static int supplier_suspend(struct device *dev)
{
	return 0;
}

static int supplier_resume(struct device *dev)
{
	return fails ? -EIO : 0;
}

static const struct dev_pm_ops supplier_pm = { RUNTIME_PM_OPS(
	supplier_suspend, supplier_resume, NULL) };

static int supplier_probe(struct platform_device *pdev)
{
	pm_runtime_enable(&pdev->dev);
	return 0;
}

static struct platform_driver supplier_driver = {
	.driver = {
		.name = "failing-supplier",
		.pm = pm_ptr(&supplier_pm),
	},
};

static int __init supplier_init(void)
{
	struct device *dev;

	dev = consumer ?
		      bus_find_device_by_name(&pci_bus_type, NULL, consumer) :
		      NULL;
	if (!dev)
		return -ENODEV;
	supplier = platform_create_bundle(&supplier_driver, supplier_probe,
					  NULL, 0, NULL, 0);
	if (IS_ERR(supplier)) {
		put_device(dev);
		return PTR_ERR(supplier);
	}
	link = device_link_add(dev, &supplier->dev,
			       DL_FLAG_STATELESS | DL_FLAG_PM_RUNTIME);
	put_device(dev);
	if (link)
		return 0;
	platform_device_unregister(supplier);
	platform_driver_unregister(&supplier_driver);
	return -EINVAL;
}
module_init(supplier_init);

static void __exit supplier_exit(void)
{
	device_link_del(link);
	pm_runtime_disable(&supplier->dev);
	platform_device_unregister(supplier);
	platform_driver_unregister(&supplier_driver);
}
module_exit(supplier_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Device link to a supplier whose resume fails on demand");
