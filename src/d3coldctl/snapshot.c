// SPDX-License-Identifier: GPL-2.0-only
#include <endian.h>
#include <linux/pci_regs.h>
#include <stdlib.h>
#include <string.h>

#include "snapshot.h"
#include "util.h"

static uint16_t word(const struct snapshot *snap, unsigned int at)
{
	return at + 1 < snap->size ? (uint16_t)(snap->config[at] |
						snap->config[at + 1] << 8) :
				     0;
}

static uint32_t dword(const struct snapshot *snap, unsigned int at)
{
	return word(snap, at) | (uint32_t)word(snap, at + 2) << 16;
}

static unsigned int find_capability(const struct snapshot *snap, uint8_t id)
{
	unsigned int at = snap->config[PCI_CAPABILITY_LIST] & ~3u;
	int i;

	for (i = 0; i < 48 && at >= 0x40; i++) {
		if (snap->config[at] == id)
			return at;
		at = snap->config[at + 1] & ~3u;
	}
	return 0;
}

static unsigned int find_extended(const struct snapshot *snap, uint16_t id)
{
	unsigned int at = PCI_CFG_SPACE_SIZE;
	int i;

	for (i = 0; i < 480 && at >= PCI_CFG_SPACE_SIZE; i++) {
		uint32_t header = dword(snap, at);

		if (!header)
			return 0;
		if (PCI_EXT_CAP_ID(header) == id)
			return at;
		at = PCI_EXT_CAP_NEXT(header);
	}
	return 0;
}

/* I/O ports are left alone: a read may mean something to the device. */
static int read_bars(struct snapshot *snap, const struct vfio *vfio)
{
	unsigned int i;

	if (!(word(snap, PCI_COMMAND) & PCI_COMMAND_MEMORY))
		return 0;
	for (i = 0; i < VFIO_BARS; i++) {
		uint32_t bar = dword(snap, PCI_BASE_ADDRESS_0 + 4 * i);
		int err;

		if (vfio->bar[i].size < 4 || (bar & PCI_BASE_ADDRESS_SPACE_IO))
			continue;
		err = vfio_read(vfio, &vfio->bar[i], 0, &snap->bar[i], 4);
		if (err)
			return err;
		snap->has_bar[i] = true;
	}
	return 0;
}

/**
 * snapshot_take() - read config space and BARs; the device is awake afterwards
 * @snap: result
 * @vfio: device
 *
 * Return: 0 or -errno.
 */
int snapshot_take(struct snapshot *snap, const struct vfio *vfio)
{
	int err;

	memset(snap, 0, sizeof(*snap));
	snap->size = vfio->config.size < CONFIG_MAX ? vfio->config.size :
						      CONFIG_MAX;
	err = vfio_read(vfio, &vfio->config, 0, snap->config, snap->size);
	if (err)
		return err;
	snap->pm = find_capability(snap, PCI_CAP_ID_PM);
	snap->pcie = find_capability(snap, PCI_CAP_ID_EXP);
	return read_bars(snap, vfio);
}

static void ignore(struct snapshot *snap, unsigned int at, size_t n)
{
	if (at + n <= snap->size)
		memset(&snap->ignored[at], 1, n);
}

/**
 * snapshot_ignore_status() - leave out registers that tell what happened
 * @snap: taken
 *
 * The link is compared on its own; a power cycle clears the others.
 */
void snapshot_ignore_status(struct snapshot *snap)
{
	unsigned int aer = find_extended(snap, PCI_EXT_CAP_ID_ERR);
	unsigned int vpd = find_capability(snap, PCI_CAP_ID_VPD);

	ignore(snap, PCI_STATUS, 2);
	if (snap->pm)
		ignore(snap, snap->pm + PCI_PM_CTRL, 2);
	if (snap->pcie) {
		ignore(snap, snap->pcie + PCI_EXP_DEVSTA, 2);
		ignore(snap, snap->pcie + PCI_EXP_LNKSTA, 2);
		ignore(snap, snap->pcie + PCI_EXP_LNKSTA2, 2);
	}
	if (vpd)
		ignore(snap, vpd + PCI_VPD_ADDR, 6);
	if (aer) {
		ignore(snap, aer + PCI_ERR_UNCOR_STATUS, 4);
		ignore(snap, aer + PCI_ERR_COR_STATUS, 4);
		ignore(snap, aer + PCI_ERR_HEADER_LOG, 16);
	}
}

/**
 * snapshot_ignore_changes() - leave out what changes without a power cycle
 * @snap:  taken
 * @later: taken later, with nothing done to the device in between
 *
 * Return: how many bytes and BARs that are.
 */
unsigned int snapshot_ignore_changes(struct snapshot *snap,
				     const struct snapshot *later)
{
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < snap->size; i++) {
		if (snap->ignored[i] || snap->config[i] == later->config[i])
			continue;
		snap->ignored[i] = 1;
		n++;
	}
	for (i = 0; i < VFIO_BARS; i++) {
		if (!snap->has_bar[i] || snap->bar[i] == later->bar[i])
			continue;
		snap->has_bar[i] = false;
		n++;
	}
	return n;
}

/**
 * snapshot_difference() - what differs after a power cycle?
 * @before: with what is to be ignored
 * @after:  of the same device
 *
 * Return: the first difference in words, to be freed, or NULL.
 */
char *snapshot_difference(const struct snapshot *before,
			  const struct snapshot *after)
{
	size_t i, n = 0, first = 0;

	for (i = 0; i < before->size; i++)
		if (!before->ignored[i] &&
		    before->config[i] != after->config[i] && !n++)
			first = i;
	if (n)
		return xasprintf(
			"%zu bytes of config space differ, the first at 0x%zx: %02x, was %02x",
			n, first, after->config[first], before->config[first]);
	for (i = 0; i < VFIO_BARS; i++)
		if (before->has_bar[i] && before->bar[i] != after->bar[i])
			return xasprintf("BAR %zu answers %08x, was %08x", i,
					 le32toh(after->bar[i]),
					 le32toh(before->bar[i]));
	return NULL;
}

/**
 * snapshot_link() - speed and width of the device's link
 * @snap: taken
 *
 * Return: such as "8.0 GT/s x4", to be freed, or NULL if it has no link.
 */
char *snapshot_link(const struct snapshot *snap)
{
	static const char *const speeds[] = { "?",    "2.5",  "5.0", "8.0",
					      "16.0", "32.0", "64.0" };
	uint16_t status;
	unsigned int speed;

	if (!snap->pcie)
		return NULL;
	status = word(snap, snap->pcie + PCI_EXP_LNKSTA);
	speed = status & PCI_EXP_LNKSTA_CLS;
	if (!speed)
		return NULL;
	return xasprintf(
		"%s GT/s x%u", speeds[speed < ARRAY_SIZE(speeds) ? speed : 0],
		(status & PCI_EXP_LNKSTA_NLW) >> PCI_EXP_LNKSTA_NLW_SHIFT);
}
