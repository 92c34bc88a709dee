// SPDX-License-Identifier: GPL-2.0-only
/* The config space of a device, which may lie about its capabilities. */
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "snapshot.h"
#include "vfio.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct snapshot a, b;
	struct vfio vfio = { .config.size = size > 256 ? 4096 : 256 };

	vfio.fd = memfd_create("config", MFD_CLOEXEC);
	must(!ftruncate(vfio.fd, 4096) &&
	     pwrite(vfio.fd, data, size < 4096 ? size : 4096, 0) >= 0);
	if (!snapshot_take(&a, &vfio)) {
		must(a.pm < a.size && a.pcie < a.size);
		snapshot_ignore_status(&a);
		/* what comes back may be another */
		must(pwrite(vfio.fd, data, size / 2, (off_t)(size / 3)) >= 0);
		if (!snapshot_take(&b, &vfio)) {
			snapshot_ignore_changes(&a, &b);
			free(snapshot_difference(&a, &b));
			free(snapshot_link(&b));
		}
	}
	close(vfio.fd);
	return 0;
}
