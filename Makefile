# SPDX-License-Identifier: GPL-2.0-only
#
#   make demo        the main job, in an emulated machine
#   make check       the tests, what CI runs (check-all: with the long rounds)
#   make check-debug   the test bed on kernels with lockdep and KASAN (debug-kernels
#                    builds those and no more)
#   make mutants     seeded bugs, each of which a test must catch
#   make coverage    which lines of the driver the cases reach
#   make bench       stock vfio-pci and this driver by turns: times, memory (BENCH=--docs
#                    writes them into docs/)
#   make modules     the kernel module; KVER= and KDIR= name the kernel
#   make d3coldctl   the tool
#   make install     both on this host, the module through DKMS (uninstall)
#   make dist        the source tarball of HEAD
#   make matrix      the module against every kernel that apt has; writes docs/kernels.md
#   make vendor      a vendor's own package, NAME= and IDS= say what and for which devices

MODULE := $(shell sed -n 's/^PACKAGE_NAME="\(.*\)"/\1/p' dkms.conf)
VERSION := $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
KVER ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KVER)/build
kbuild = $(MAKE) -C $(KDIR) M=$(CURDIR)/src/driver D3COLD_NAME=$(MODULE) D3COLD_VERSION=$(VERSION)

.PHONY: all
all: modules d3coldctl

.PHONY: modules
modules:
	@test -e $(KDIR)/Makefile || { \
	  echo "No kernel headers in $(KDIR): install those of $(KVER), or give KDIR=" >&2; exit 1; }
	+$(kbuild) modules

.PHONY: d3coldctl
d3coldctl:
	$(MAKE) -C src/d3coldctl VERSION=$(VERSION)

.PHONY: demo
demo:
	scripts/demo

.PHONY: check check-all check-debug debug-kernels
check:
	tests/check
check-all:
	tests/check --all
check-debug:
	tests/check debug
debug-kernels:
	tests/vm/roots lockdep kasan

.PHONY: mutants
mutants:
	tests/mutants/run

.PHONY: coverage
coverage:
	tests/coverage

.PHONY: bench
bench:
	tests/vm/bench/run $(BENCH)

.PHONY: install uninstall
install:
	scripts/install $(VERSION) $(KVER)
uninstall:
	scripts/install --remove $(VERSION)

.PHONY: dist matrix vendor
dist:
	scripts/dist $(MODULE) $(VERSION)
matrix:
	scripts/matrix
vendor:
	scripts/vendor "$(NAME)" "$(IDS)" "$(VERSION)"

.PHONY: clean
clean:
	@if test -e $(KDIR)/Makefile; then $(kbuild) clean; fi
	rm -rf build
