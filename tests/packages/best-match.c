// SPDX-License-Identifier: GPL-2.0-only
/*
 * best-match ADDRESS: the module that libvirt chooses for a PCI device, or
 * "none". The functions are private to libvirt's own daemons, hence dlopen.
 */
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	unsigned int address[16] = { 0 };
	void *(*new_device)(const void *address);
	int (*find)(void *device, char **module);
	void *lib, *device;
	char *module = NULL;

	if (argc != 2 || sscanf(argv[1], "%x:%x:%x.%x", &address[0],
				&address[1], &address[2], &address[3]) != 4)
		return 2;
	lib = dlopen("libvirt.so.0", RTLD_NOW);
	if (!lib)
		return 77;
	new_device = dlsym(lib, "virPCIDeviceNew");
	find = dlsym(lib, "virPCIDeviceFindBestVFIOVariant");
	if (!new_device || !find)
		return 77;
	device = new_device(address);
	if (!device || find(device, &module)) {
		fprintf(stderr, "libvirt cannot read the device\n");
		return 1;
	}
	puts(module ? module : "none");
	return 0;
}
