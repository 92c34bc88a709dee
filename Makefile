# SPDX-License-Identifier: GPL-2.0-only
#
# make demo     the main job, in an emulated machine
# make check    the tests
# make install  the module (through DKMS) and the tool, on this host

VERSION := $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
KVER ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KVER)/build
kbuild = $(MAKE) -C $(KDIR) M=$(CURDIR)/src/driver D3COLD_VERSION=$(VERSION)

.PHONY: modules
modules:
	@test -e $(KDIR)/Makefile || { \
	  echo "No kernel headers in $(KDIR). Install those of $(KVER), or give KDIR=." >&2; exit 1; }
	$(kbuild) modules

.PHONY: d3coldctl
d3coldctl:
	$(MAKE) -C src/d3coldctl VERSION=$(VERSION)

.PHONY: clean
clean:
	@if test -e $(KDIR)/Makefile; then $(kbuild) clean; fi
