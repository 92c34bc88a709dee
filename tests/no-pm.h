/* SPDX-License-Identifier: GPL-2.0-only */
/* A kernel without power management, as far as compiling goes. */
#undef CONFIG_PM
#undef CONFIG_PM_SLEEP
#undef CONFIG_HIBERNATE_CALLBACKS
#undef CONFIG_ACPI
