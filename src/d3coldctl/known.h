/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Combinations that are known not to reach D3cold, or not as one would think.
 * Only data: gate_known.c looks for them. All that an entry names must hold.
 */
#ifndef D3COLDCTL_KNOWN_H
#define D3COLDCTL_KNOWN_H

#include "checks.h"

struct known {
	enum known_of of;
	enum verdict verdict;

	const char *cmdline; /* a word of the kernel's command line */
	const char *board[3]; /* DMI: part of its vendor, name and version */
	uint64_t vendor;
	uint64_t device[3]; /* one of these */
	uint64_t class; /* its first two bytes, or only the first */
	const char *attr; /* a file of it in sysfs ... */
	const char *value; /* ... says this; without: the file is not there */

	const char *found;
	const char *fix;
};

#define SAFEST_SLOT \
	"put the device into another machine: D3hot is the deepest state here"

static const struct known known_cases[] = {
	/*
	 * Why the kernel keeps a port out of D3, beside the rules for hot-plug
	 * ports and for old firmware
	 */
	{
		/* Linux: pci_bridge_d3_possible() */
		.of = KNOWN_WHY_NO_D3,
		.verdict = GATE_BLOCKED,
		.cmdline = "pcie_port_pm=off",
		.found = "pcie_port_pm=off",
		.fix = "remove pcie_port_pm=off from the kernel's command line",
	},
	{
		/* Linux: pcie_port_setup(), pcie_portdrv_init() */
		.of = KNOWN_WHY_NO_D3,
		.verdict = GATE_BLOCKED,
		.cmdline = "pcie_ports=compat",
		.found = "pcie_ports=compat keeps its driver away",
		.fix = "remove pcie_ports=compat from the kernel's command line",
	},
	{
		/* Linux: bridge_d3_blacklist */
		.of = KNOWN_WHY_NO_D3,
		.verdict = GATE_BLOCKED,
		.board = { "Gigabyte Technology Co., Ltd.",
			   "X299 DESIGNARE EX-CF" },
		.found = "the firmware of this board cannot bear it",
		.fix = SAFEST_SLOT,
	},
	{
		/* Linux: bridge_d3_blacklist */
		.of = KNOWN_WHY_NO_D3,
		.verdict = GATE_BLOCKED,
		.board = { "Elo Touch Solutions", "Geminilake",
			   "Continental Z2" },
		.found = "devices of this board do not come back from D3cold",
		.fix = SAFEST_SLOT,
	},
	{
		/* Linux: bridge_d3_blacklist; gitlab.freedesktop.org/drm/amd,
		   issue 3229 */
		.of = KNOWN_WHY_NO_D3,
		.verdict = GATE_BLOCKED,
		.board = { "Hewlett-Packard", "1972", "95.33" },
		.found = "the GPU of this board does not come back from D3cold",
		.fix = SAFEST_SLOT,
	},

	{
		/* Linux: quirk_plx_pex_no_d3(); the port counts as asleep, in
		   D0 */
		.of = KNOWN_PORT,
		.verdict = GATE_BLOCKED,
		.vendor = 0x10b5,
		.device = { 0x8532, 0x8533, 0x8548 },
		.found =
			"a port of a PEX 8532, 8533 or 8548 stays in D0, as it would take the whole switch along",
		.fix = "put the device into a slot that is not behind this switch",
	},
	{
		/* Linux: vfio_pci_core_register_device(); docs/parity.md */
		.of = KNOWN_DEVICE,
		.verdict = GATE_NOTE,
		.attr = "driver/module/parameters/disable_idle_d3",
		.value = "Y",
		.found = "disable_idle_d3=1 makes vfio-pci keep it in D0",
		.fix = "none is needed: d3cold-vfio-pci has a policy for each device instead",
	},
	{
		/* d3cold_default_policy() of the driver */
		.of = KNOWN_DEVICE,
		.verdict = GATE_NOTE,
		.attr = "removable",
		.value = "removable",
		.found =
			"attached from outside (Thunderbolt, USB4): it may be gone when it is to wake, so its policy is \"off\" at first",
		.fix = "if nobody will unplug it, d3coldctl set its policy",
	},
	{
		/* Linux: pci_init_reset_methods(); vfio resets a device at open
		   and close */
		.of = KNOWN_DEVICE,
		.verdict = GATE_NOTE,
		.attr = "reset_method",
		.found =
			"it cannot be reset: one user finds what another has left, unless it was in D3cold between them",
		.fix = "let it sleep between two users",
	},
	{
		/* Linux: nvme_dev_pm_ops has no callbacks for runtime PM */
		.of = KNOWN_DEVICE,
		.verdict = GATE_NOTE,
		.class = 0x0108,
		.attr = "d3cold/state",
		.value = "active",
		.found =
			"an NVMe drive in use: Linux as its guest does not suspend it while it is idle, only with the whole guest",
		.fix = "a VMM that asks for it (policy=explicit), or close it",
	},
	{
		/* github.com/mroboff/vm-curator, issue 60; amdgpu's own "BACO"
		   is no D3cold */
		.of = KNOWN_DEVICE,
		.verdict = GATE_NOTE,
		.vendor = 0x1002,
		.class = 0x03,
		.found =
			"some AMD GPUs do not come back from D3cold on some boards",
		.fix = "d3coldctl cycle, before a virtual machine relies on it",
	},
};

#endif
