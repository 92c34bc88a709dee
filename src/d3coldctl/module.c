// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loading kernel modules, by libkmod.
 */
#include <errno.h>
#include <libkmod.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "device.h"
#include "module.h"
#include "output.h"
#include "sysfs.h"
#include "util.h"

/* 0, -errno, or positive: blacklisted (only if @flags ask for that). */
static int load(const char *alias, unsigned int flags)
{
	struct kmod_list *list = NULL, *item;
	struct kmod_ctx *ctx;
	int err = -ENOENT;

	/* A tree made for a test has no business with the real kernel. */
	if (sysfs_is_fake())
		return -ENOENT;
	ctx = kmod_new(NULL, NULL);
	if (!ctx)
		return -ENOMEM;
	if (kmod_module_new_from_lookup(ctx, alias, &list) < 0)
		list = NULL;
	kmod_list_foreach(item, list)
	{
		struct kmod_module *mod = kmod_module_get_module(item);
		int ret;

		ret = kmod_module_probe_insert_module(mod, flags, NULL, NULL,
						      NULL, NULL);
		kmod_module_unref(mod);
		/* One that loads is enough. */
		if (err)
			err = ret;
	}
	kmod_module_unref_list(list);
	kmod_unref(ctx);
	return err;
}

static void refused(int err)
{
	struct utsname uts;
	const char *hint;
	char *text = NULL;

	uname(&uts);
	switch (-err) {
	case ENOENT:
		text = xasprintf(
			"it is not installed for kernel %s: run \"dkms autoinstall\", see \"dkms status\"",
			uts.release);
		hint = text;
		break;
	case ENOEXEC:
		hint = "it was built for another kernel: run \"dkms autoinstall\"";
		break;
	case ENOKEY:
	case EKEYREJECTED:
		hint = "Secure Boot takes signed modules only: \"mokutil "
		       "--import /var/lib/dkms/mok.pub\" and reboot";
		break;
	case EPERM:
	case EACCES:
		hint = geteuid() ?
			       "this needs root: try sudo" :
			       "a kernel that is locked down takes signed modules only: \"mokutil --import /var/lib/dkms/mok.pub\" and reboot; with kernel.modules_disabled=1 it takes none";
		break;
	default:
		hint = "see the last lines of dmesg";
		break;
	}
	msg_error(NULL, hint, "cannot load the kernel module %s: %s",
		  MODULE_NAME, strerror(-err));
	free(text);
}

/**
 * module_load_ours() - make sure that our driver is there
 *
 * Return: true if it is; otherwise it has been said why not.
 */
bool module_load_ours(void)
{
	int err;

	if (sysfs_exists("bus/pci/drivers/%s", DRIVER_NAME))
		return true;
	err = load(MODULE_NAME, 0);
	if (!err && !sysfs_exists("bus/pci/drivers/%s", DRIVER_NAME))
		err = -ENODEV;
	if (err)
		refused(err);
	return !err;
}

/**
 * module_load_for() - load the drivers for a device, as udev does
 * @modalias: of the device
 *
 * Return: was one loaded?
 */
bool module_load_for(const char *modalias)
{
	return !load(modalias, KMOD_PROBE_APPLY_BLACKLIST);
}
