/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Commands that run until somebody presses Ctrl-C, and clean up after it.
 */
#ifndef D3COLDCTL_STOP_H
#define D3COLDCTL_STOP_H

#include <stdbool.h>

void stop_catch(void);
bool stop_wanted(void);
void stop_sleep_ms(unsigned int ms);

#endif
