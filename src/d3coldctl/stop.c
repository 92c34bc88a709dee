// SPDX-License-Identifier: GPL-2.0-only
#include <signal.h>
#include <stddef.h>
#include <time.h>

#include "stop.h"
#include "util.h"

static volatile sig_atomic_t wanted;

static void on_signal(int number __attribute__((unused)))
{
	wanted = 1;
}

/**
 * stop_catch() - from here on the signals that end a program only say so
 *
 * No SA_RESTART: they interrupt poll() and sleeps, so that who waits looks.
 */
void stop_catch(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = on_signal };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		sigaction(numbers[i], &action, NULL);
}

/**
 * stop_wanted() - has such a signal come?
 */
bool stop_wanted(void)
{
	return wanted;
}

/**
 * stop_sleep_ms() - sleep, or less if a signal comes
 * @ms: milliseconds
 */
void stop_sleep_ms(unsigned int ms)
{
	struct timespec time = { ms / 1000, ms % 1000 * 1000000L };

	if (!wanted)
		nanosleep(&time, NULL);
}
