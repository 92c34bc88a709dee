// SPDX-License-Identifier: GPL-2.0-only
/*
 * d3cold-vfio-pci: a vfio-pci variant driver that powers devices off while
 * nobody uses them.
 */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/pm_runtime.h>
#include <linux/vfio.h>
#include <linux/vfio_pci_core.h>

#include "compat.h"
#include "device.h"
#include "ids.h"
#include "quirks.h"

static char ids[1024] __initdata;
module_param_string(ids, ids, sizeof(ids), 0);
MODULE_PARM_DESC(
	ids,
	"Initial PCI IDs to bind, format is \"vendor:device[:subvendor[:subdevice[:class[:class_mask]]]]\", several separated by commas");

static enum d3cold_policy default_policy = D3COLD_POLICY_AUTO;

static int policy_param_set(const char *val, const struct kernel_param *kp)
{
	return d3cold_policy_parse(val, &default_policy);
}

static int policy_param_get(char *buf, const struct kernel_param *kp)
{
	return sysfs_emit(buf, "%s\n", d3cold_policy_name(default_policy));
}

static const struct kernel_param_ops policy_param_ops = {
	.set = policy_param_set,
	.get = policy_param_get,
};
module_param_cb(policy, &policy_param_ops, NULL, 0644);
MODULE_PARM_DESC(
	policy,
	"Policy of devices bound from now on: off, idle, explicit, auto (default) or guest");

static bool disable_denylist;
module_param(disable_denylist, bool, 0444);
MODULE_PARM_DESC(disable_denylist,
		 "Bind also devices that vfio-pci refuses for known errata");

static int d3cold_init_device(struct vfio_device *vdev)
{
	int ret = vfio_pci_core_init_dev(vdev);

	/* Ours is d3cold/policy; vfio-pci's module-wide switch is not for us. */
	d3cold_enable_idle_d3(
		container_of(vdev, struct vfio_pci_core_device, vdev));
	return ret;
}

/*
 * What a user found, as the core has just saved or (if into the void) restored
 * it: that, and not what the user left, is what a recovery is to load from now
 * on. Only if it is that: a device that was gone when it was opened or reset
 * read as all ones; and not beside a reset, which saves and restores as well.
 */
static void keep_as_found(struct d3cold_device *d3)
{
	struct pci_dev *pdev = d3->core.pdev;
	struct pci_saved_state *saved = NULL;
	bool locked;

	lockdep_assert_held(&d3->ops_lock);

	/* Nothing is lost or recovered then. */
	if (!IS_ENABLED(CONFIG_PM))
		return;
	locked = pci_dev_trylock(pdev);
	/* Remove, which waits for the close, keeps the others out itself. */
	if (!locked && !READ_ONCE(d3->dying))
		return;
	if (!memcmp(&pdev->saved_config_space[PCI_BASE_ADDRESS_0 / 4],
		    d3->identity.bar, sizeof(d3->identity.bar))) {
		pdev->state_saved = true;
		saved = pci_store_saved_state(pdev);
		pdev->state_saved = false;
	}
	if (locked)
		pci_dev_unlock(pdev);
	if (saved) {
		kfree(d3->saved);
		d3->saved = saved;
	}
}

/* Does a sibling, closed before this one, still want the reset of both? */
static bool owed_to_sibling(struct d3cold_device *d3)
{
	struct vfio_device_set *set = d3->core.vdev.dev_set;
	struct vfio_pci_core_device *other;

	lockdep_assert_held(&set->lock);

	list_for_each_entry(other, &set->device_list, vdev.dev_set_list)
		if (other != &d3->core && other->needs_reset)
			return true;
	return false;
}

/*
 * Whoever is not there is not reset: each method would wait a minute for an
 * answer, in process exit and under the lock of the device set. Only what the
 * next user of a sibling must not find is worth that. Nor may it come back
 * meanwhile, d3cold_recover() and the core load the same saved state.
 */
static void close_core(struct d3cold_device *d3)
{
	struct pci_dev *pdev = d3->core.pdev;
	pci_dev_flags_t flags;

	mutex_lock(&d3->ops_lock);
	if (d3cold_is_lost(d3)) {
		flags = pdev->dev_flags;
		d3->core.reset_works = false;
		if (!owed_to_sibling(d3))
			pdev->dev_flags |= PCI_DEV_FLAGS_NO_BUS_RESET;
		vfio_pci_core_close_device(&d3->core.vdev);
		/* Nor by a sibling's close, for which dev_set->lock is held. */
		d3->core.needs_reset = false;
		d3->unclean = true;
		pdev->dev_flags = flags;
	} else {
		d3->unclean = false;
		mutex_unlock(&d3->ops_lock);
		vfio_pci_core_close_device(&d3->core.vdev);
		mutex_lock(&d3->ops_lock);
	}
	keep_as_found(d3);
	mutex_unlock(&d3->ops_lock);
}

static void forget_user(struct d3cold_device *d3)
{
	spin_lock(&d3->lock);
	d3->guest_state = PCI_D0;
	d3->hides_no_soft_reset = false;
	d3->owes_reset = false;
	d3->user = 0;
	spin_unlock(&d3->lock);
}

static int d3cold_open_device(struct vfio_device *vdev)
{
	struct d3cold_device *d3 = d3cold_from_vfio(vdev);
	int ret;

	/* The reference that spans the open; the core takes its own. */
	ret = d3cold_get(d3, D3COLD_CAUSE_OPEN);
	if (ret)
		return ret;
	if (!d3cold_present(d3)) {
		ret = -EIO;
		goto out_put;
	}
	ret = d3cold_shadow_open(d3);
	if (ret)
		goto out_put;
	ret = vfio_pci_core_enable(&d3->core);
	if (ret)
		goto out_shadow;
	ret = d3cold_region_open(d3);
	if (ret) {
		vfio_pci_core_disable(&d3->core);
		goto out_shadow;
	}
	vfio_pci_core_finish_enable(&d3->core);

	mutex_lock(&d3->ops_lock);
	spin_lock(&d3->lock);
	d3->guest_state = PCI_D0;
	d3->hides_no_soft_reset = d3cold_policy_hides(d3);
	d3->user = current->tgid;
	spin_unlock(&d3->lock);
	WRITE_ONCE(d3->reset_seen, false);
	keep_as_found(d3);
	ret = d3cold_user_event(d3, D3COLD_EV_OPEN, false);
	mutex_unlock(&d3->ops_lock);
	if (!ret)
		goto out_put;
	close_core(d3);
	forget_user(d3);
out_shadow:
	d3cold_shadow_close(d3);
out_put:
	d3cold_put(d3);
	return ret;
}

static void d3cold_close_device(struct vfio_device *vdev)
{
	struct d3cold_device *d3 = d3cold_from_vfio(vdev);
	int asleep = d3cold_get(d3, D3COLD_CAUSE_CLOSE);

	mutex_lock(&d3->ops_lock);
	/* Runtime PM could not wake it (the port's resume failed, say). */
	if (asleep) {
		d3cold_lose(d3);
		pci_err(d3->core.pdev,
			"its port, or a device that it depends on, does not wake: marked lost; write 1 to d3cold/recover\n");
	} else {
		d3cold_present(d3);
	}
	d3cold_user_event(d3, D3COLD_EV_CLOSE, false);
	/* What was gated belongs to this user, and is about to be freed. */
	d3->gated = false;
	d3->intx_user_masked = false;
	mutex_unlock(&d3->ops_lock);

	close_core(d3);
	if (asleep)
		d3cold_forgive(d3);

	d3cold_feature_close(d3);
	d3cold_shadow_close(d3);
	forget_user(d3);
	if (!asleep)
		d3cold_put(d3);
	d3cold_qualify_start(d3);
}

static const struct vfio_device_ops d3cold_ops = {
	.name = D3COLD_NAME,
	.init = d3cold_init_device,
	.release = vfio_pci_core_release_dev,
	.open_device = d3cold_open_device,
	.close_device = d3cold_close_device,
	.ioctl = d3cold_ioctl,
	.device_feature = d3cold_feature,
	.read = d3cold_read,
	.write = d3cold_write,
	.mmap = vfio_pci_core_mmap,
	.request = vfio_pci_core_request,
	.match = vfio_pci_core_match,
	D3COLD_OPS_REGION_INFO(d3cold_region_info)
		D3COLD_OPS_MATCH_TOKEN_UUID(vfio_pci_core_match_token_uuid)
			D3COLD_OPS_IOMMUFD D3COLD_OPS_IOMMUFD_DETACH
				D3COLD_OPS_IOMMUFD_PASID
};

static int d3cold_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct d3cold_device *d3;
	int ret;

	if (d3cold_denied(pdev, disable_denylist))
		return -EINVAL;

	d3 = vfio_alloc_device(d3cold_device, core.vdev, &pdev->dev,
			       &d3cold_ops);
	if (IS_ERR(d3))
		return PTR_ERR(d3);

	mutex_init(&d3->ops_lock);
	mutex_init(&d3->guest_lock);
	spin_lock_init(&d3->lock);
	INIT_LIST_HEAD(&d3->marks);
	init_waitqueue_head(&d3->shadow_wait);
	INIT_DELAYED_WORK(&d3->reset_work, d3cold_reset_work);
	d3cold_machine_init(&d3->machine);
	d3->policy = d3cold_default_policy(pdev, default_policy);
	d3->rearm_hold = d3cold_default_hold(pdev);
	d3->max_cycles_per_min = 30;

	/* The core does this too, but then lets go: write down first. */
	pci_set_power_state(pdev, PCI_D0);
	if (!d3cold_revive(d3)) {
		/* All ones would be taken for its identity. */
		pci_err(pdev, "does not answer in its slot: not bound\n");
		ret = -EIO;
		goto out_put;
	}
	d3cold_identity_init(d3);
	d3cold_platform_init(d3);
	if (!d3cold_policy_possible(d3, d3->policy)) {
		pci_warn(
			pdev,
			"policy \"auto\" instead of \"guest\": it keeps state in D3hot (No_Soft_Reset is 1) and has no function-level reset\n");
		d3->policy = D3COLD_POLICY_AUTO;
	}

	dev_set_drvdata(&pdev->dev, &d3->core);
	d3cold_pm_attach(d3);

	mutex_lock(&d3->ops_lock);
	d3cold_user_event(d3, D3COLD_EV_POLICY, false);
	mutex_unlock(&d3->ops_lock);

	ret = d3cold_sysfs_add(d3);
	if (ret)
		goto out_detach;
	/* A user may open the device from here on. */
	ret = vfio_pci_core_register_device(&d3->core);
	if (ret)
		goto out_sysfs;
	d3cold_qualify_start(d3);
	return 0;

out_sysfs:
	d3cold_sysfs_remove(d3);
out_detach:
	d3cold_pm_detach(d3);
out_put:
	vfio_put_device(&d3->core.vdev);
	return ret;
}

static void d3cold_remove(struct pci_dev *pdev)
{
	struct d3cold_device *d3 = d3cold_from_dev(&pdev->dev);

	d3cold_sysfs_remove(d3);
	WRITE_ONCE(d3->dying, true);
	/* Waits for the user to close the device. */
	vfio_pci_core_unregister_device(&d3->core);
	cancel_delayed_work_sync(&d3->reset_work);
	d3cold_pm_detach(d3);
	vfio_put_device(&d3->core.vdev);
}

static int d3cold_sriov_configure(struct pci_dev *pdev, int nr_virtfn)
{
	struct d3cold_device *d3 = d3cold_from_dev(&pdev->dev);

	return vfio_pci_core_sriov_configure(&d3->core, nr_virtfn);
}

static const struct pci_error_handlers d3cold_err_handlers = {
	.error_detected = vfio_pci_core_aer_err_detected,
	.reset_done = d3cold_reset_done,
};

/* driver_override gets any device, table or not; these libvirt chooses us for. */
static const struct pci_device_id d3cold_table[] = { D3COLD_IDS{} };
MODULE_DEVICE_TABLE(pci, d3cold_table);

static struct pci_driver d3cold_driver = {
	.name = D3COLD_NAME,
	.id_table = d3cold_table,
	.probe = d3cold_probe,
	.remove = d3cold_remove,
	.sriov_configure = d3cold_sriov_configure,
	.err_handler = &d3cold_err_handlers,
	.driver_managed_dma = true,
};

static void __init add_id(const char *id)
{
	unsigned int vendor, device, subvendor = PCI_ANY_ID,
				     subdevice = PCI_ANY_ID, class = 0,
				     class_mask = 0;
	int ret;

	if (sscanf(id, "%x:%x:%x:%x:%x:%x", &vendor, &device, &subvendor,
		   &subdevice, &class, &class_mask) < 2) {
		pr_warn(D3COLD_NAME
			": invalid id \"%s\" in ids=, want vendor:device[...] in hex\n",
			id);
		return;
	}
	ret = pci_add_dynid(&d3cold_driver, vendor, device, subvendor,
			    subdevice, class, class_mask, 0);
	if (ret)
		pr_warn(D3COLD_NAME ": could not add id \"%s\" of ids=: %d\n",
			id, ret);
}

static int __init d3cold_init(void)
{
	char *rest = ids, *id;
	int ret;

	ret = pci_register_driver(&d3cold_driver);
	if (ret)
		return ret;
	while ((id = strsep(&rest, ",")))
		if (*id)
			add_id(id);
	if (disable_denylist)
		pr_warn(D3COLD_NAME ": device denylist disabled\n");
	return 0;
}
module_init(d3cold_init);

static void __exit d3cold_exit(void)
{
	pci_unregister_driver(&d3cold_driver);
}
module_exit(d3cold_exit);

MODULE_LICENSE("GPL");
MODULE_AUTHOR("The d3cold-vfio-pci developers");
MODULE_DESCRIPTION("VFIO PCI driver that powers off devices nobody uses");
MODULE_VERSION(D3COLD_VERSION);
/* 6.12: vfio-pci loaded later must not change disable_idle_d3 under us. */
MODULE_SOFTDEP("pre: vfio-pci");
