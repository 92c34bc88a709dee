/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the fuzzers share. Each file is one, a libFuzzer program: any input is
 * fine as long as nothing crashes, leaks or hangs, and what is checked by
 * abort() holds.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void must(int holds)
{
	if (!holds)
		abort();
}

#endif
