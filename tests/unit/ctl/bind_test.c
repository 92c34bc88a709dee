// SPDX-License-Identifier: GPL-2.0-only
/*
 * bind and unbind against a fake kernel: after every failure, wherever it was,
 * the devices must be as they were.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "cmd.h"
#include "device.h"
#include "fake_kernel.h"
#include "tree.h"

static void assert_driver(const char *id, const char *want)
{
	char *s = tree_readlink("bus/pci/devices/%s/driver", id);

	if (want) {
		assert_non_null(s);
		assert_string_equal(s, want);
	} else {
		assert_null(s);
	}
	free(s);
}

static void assert_file(const char *id, const char *name, const char *want)
{
	char *s = tree_read("bus/pci/devices/%s/%s", id, name);

	assert_non_null(s);
	s[strcspn(s, "\n")] = '\0';
	if (!strcmp(s, "(null)"))
		*s = '\0';
	assert_string_equal(s, want);
	free(s);
}

static void assert_host(void)
{
	size_t i;

	for (i = 0; i < N_FUNCTIONS; i++) {
		assert_driver(functions[i].id, functions[i].host);
		assert_file(functions[i].id, "driver_override", "");
	}
}

static char *policy = "explicit";

/* All that bind can do in one call; argp reorders the array. */
static int run_bind(char **text)
{
	char *argv[] = { "bind",    GPU,	"--all-functions",
			 NIC,	    "--policy", policy,
			 "--rearm", "hold",	"--delay",
			 "250",	    NULL };

	kernel.writes = 0;
	return run_caught(cmd_bind, argv, text);
}

static void test_bind(void **state)
{
	size_t i;
	char *text;

	(void)state;
	assert_int_equal(run_bind(&text), EXIT_OK);
	assert_non_null(strstr(text, GPU ": bound to d3cold-vfio-pci (driver "
					 "before: nouveau)"));
	free(text);
	for (i = 0; i < N_FUNCTIONS; i++) {
		const char *id = functions[i].id;

		assert_driver(id, DRIVER_NAME);
		assert_file(id, "driver_override", DRIVER_NAME);
		assert_file(id, "d3cold/policy", "explicit");
		assert_file(id, "d3cold/rearm", "hold");
		assert_file(id, "power/autosuspend_delay_ms", "250");
	}
}

static void test_each_write_fails(void **state)
{
	int total, n;
	char *text;

	(void)state;
	assert_int_equal(run_bind(&text), EXIT_OK);
	free(text);
	total = kernel.writes;
	/* override, unbind, bind, 3 settings; the NIC has no driver */
	assert_int_equal(total, 6 + 6 + 5);
	for (n = 1; n <= total; n++) {
		machine_teardown(NULL);
		machine_setup(NULL);
		kernel.fail_at = n;
		assert_int_equal(run_bind(&text), EXIT_ERROR);
		assert_host();
		assert_null(strstr(text, "could not be put back"));
		assert_non_null(strstr(text, "d3coldctl: 0000:0"));
		free(text);
	}
}

/* The undoing fails as well: that must be said, and the rest still undone. */
static void test_undo_fails(void **state)
{
	char *text;

	(void)state;
	kernel.fail_at = 9; /* bind of the audio function ... */
	kernel.fail_for = 2; /* ... and its override cannot be put back */
	assert_int_equal(run_bind(&text), EXIT_ERROR);
	assert_non_null(strstr(text, AUDIO ": could not be put back"));
	assert_non_null(strstr(text, GPU ": put back as it was"));
	assert_driver(GPU, "nouveau");
	assert_file(GPU, "driver_override", "");
	assert_driver(NIC, NULL);
	free(text);
}

static void test_probe_lies(void **state)
{
	char *argv[] = { "bind", NIC, NULL };
	char *text;

	(void)state;
	kernel.probe_lies = true;
	assert_int_equal(run_caught(cmd_bind, argv, &text), EXIT_ERROR);
	assert_non_null(strstr(text, NIC ": d3cold-vfio-pci did not take it"));
	free(text);
	assert_host();
}

static void test_interrupted(void **state)
{
	char *text;
	int n;

	for (n = 1; n <= 15; n++) {
		machine_teardown(state);
		machine_setup(state);
		kernel.signal_at = n;
		/* The last device's settings are no point to stop at. */
		assert_int_equal(run_bind(&text),
				 n < 14 ? EXIT_ERROR : EXIT_OK);
		free(text);
		if (n < 14)
			assert_host();
	}
}

static void test_override_kept(void **state)
{
	char *text;

	(void)state;
	tree_file("vfio-pci\n", "bus/pci/devices/" NIC "/driver_override");
	kernel.fail_at = 14;
	assert_int_equal(run_bind(&text), EXIT_ERROR);
	free(text);
	assert_file(NIC, "driver_override", "vfio-pci");
}

/* A host driver that was there first has it in spite of our override. */
static void test_override_was_ours(void **state)
{
	char *argv[] = { "bind", GPU, "--policy", "explicit", NULL };
	char *text;

	(void)state;
	tree_file(DRIVER_NAME "\n", "bus/pci/devices/" GPU "/driver_override");
	kernel.fail_at = 4;
	assert_int_equal(run_caught(cmd_bind, argv, &text), EXIT_ERROR);
	assert_non_null(strstr(text, GPU ": put back as it was"));
	free(text);
	assert_driver(GPU, "nouveau");
	assert_file(GPU, "driver_override", DRIVER_NAME);
}

/* The driver's leaving would take them away from their users. */
static void test_virtual_functions(void **state)
{
	char *bind[] = { "bind", NIC, NULL };
	char *unbind[] = { "unbind", NIC, NULL };
	char *text;

	(void)state;
	tree_file("2\n", "bus/pci/devices/" NIC "/sriov_numvfs");
	assert_int_equal(run_caught(cmd_bind, bind, &text), EXIT_ERROR);
	assert_non_null(strstr(text, "2 virtual functions are enabled"));
	free(text);
	assert_int_equal(kernel.writes, 0);
	tree_file("0\n", "bus/pci/devices/" NIC "/sriov_numvfs");
	assert_int_equal(run_caught(cmd_bind, bind, &text), EXIT_OK);
	free(text);
	tree_file("2\n", "bus/pci/devices/" NIC "/sriov_numvfs");
	assert_int_equal(run_caught(cmd_unbind, unbind, &text), EXIT_ERROR);
	free(text);
	assert_driver(NIC, DRIVER_NAME);
}

static void test_bind_again(void **state)
{
	char *text;

	(void)state;
	assert_int_equal(run_bind(&text), EXIT_OK);
	free(text);
	assert_int_equal(run_bind(&text), EXIT_OK);
	assert_non_null(strstr(text, GPU ": was already bound"));
	free(text);
	assert_int_equal(kernel.writes, 9);

	/* A refused setting puts the other devices' settings back. */
	policy = "off";
	kernel.fail_at = 9;
	assert_int_equal(run_bind(&text), EXIT_ERROR);
	policy = "explicit";
	free(text);
	assert_driver(GPU, DRIVER_NAME);
	assert_file(GPU, "d3cold/policy", "explicit");
	assert_file(NIC, "d3cold/policy", "explicit");
}

static void test_unbind(void **state)
{
	char *argv[] = { "unbind", GPU, NIC, "--all-functions", NULL };
	char *text;

	(void)state;
	assert_int_equal(run_bind(&text), EXIT_OK);
	free(text);
	assert_int_equal(run_caught(cmd_unbind, argv, &text), EXIT_OK);
	assert_non_null(strstr(text, GPU ": given back to nouveau"));
	assert_non_null(strstr(text, AUDIO ": given back to snd_hda_intel"));
	assert_non_null(strstr(text, NIC ": given back; no host driver"));
	free(text);
	assert_host();
	/* Again: nothing to do, and no write. */
	kernel.writes = 0;
	assert_int_equal(run_caught(cmd_unbind, argv, &text), EXIT_OK);
	assert_int_equal(kernel.writes, 0);
	free(text);
}

static void test_leftover_override(void **state)
{
	char *argv[] = { "unbind", GPU, NULL };
	char *text;

	(void)state;
	tree_unlink("bus/pci/devices/" GPU "/driver");
	tree_file(DRIVER_NAME "\n", "bus/pci/devices/" GPU "/driver_override");
	assert_int_equal(run_caught(cmd_unbind, argv, &text), EXIT_OK);
	free(text);
	assert_host();
}

static void test_unbind_in_use(void **state)
{
	char *argv[] = { "unbind", NIC, NULL, NULL };
	char *text;
	pid_t pid;

	(void)state;
	assert_int_equal(run_bind(&text), EXIT_OK);
	free(text);
	/* who owns a task names it, and a terminal shows it */
	tree_file("qemu\033[7m\302\233\n", "4242/comm");
	tree_link("/dev/vfio/17", "4242/fd/9");
	tree_link("/dev/vfio/1", "4243/fd/9");
	assert_int_equal(run_caught(cmd_unbind, argv, &text), EXIT_ERROR);
	assert_non_null(strstr(text, "in use by qemu?[7m?? (pid 4242)"));
	assert_null(strstr(text, "4243"));
	free(text);
	assert_driver(NIC, DRIVER_NAME);

	pid = fork();
	if (!pid) {
		usleep(300 * 1000);
		tree_unlink("4242/fd/9");
		_exit(0);
	}
	argv[2] = "--wait";
	assert_int_equal(run_caught(cmd_unbind, argv, &text), EXIT_OK);
	assert_non_null(strstr(text, "waiting for qemu?[7m?? (pid 4242)"));
	free(text);
	assert_driver(NIC, NULL);
	waitpid(pid, NULL, 0);
}

/* As at boot: what one call has saved another one does. */
static void test_persist(void **state)
{
	char *bind[] = { "bind",      GPU,	  "--all-functions",
			 "--persist", "--policy", "off",
			 "--delay",   "70",	  NULL };
	char *boot[] = { "bind", "--persisted", GPU, AUDIO, NULL };
	char *unbind[] = { "unbind", GPU, "--all-functions", "--persist",
			   NULL };
	char *text;

	(void)state;
	assert_int_equal(run_caught(cmd_bind, bind, &text), EXIT_OK);
	assert_non_null(strstr(text, AUDIO ": will be bound at every boot"));
	free(text);
	text = tree_read("d3cold.conf.d/" GPU ".conf");
	assert_non_null(strstr(text, "\npolicy=off\ndelay=70\n"));
	free(text);

	/* A reboot: the settings are gone, the host driver has it. */
	tree_file("(null)\n", "bus/pci/devices/" GPU "/driver_override");
	fake_detach(GPU);
	tree_link("../../drivers/nouveau", "bus/pci/devices/" GPU "/driver");
	tree_file("rearm=hold\ndelay=1\n", "d3cold.conf.d/50-fleet.conf");
	tree_file("delay=2\n", "d3cold.conf.d/README");
	assert_int_equal(run_caught(cmd_bind, boot, &text), EXIT_OK);
	free(text);
	assert_driver(GPU, DRIVER_NAME);
	assert_file(GPU, "d3cold/policy", "off");
	assert_file(GPU, "d3cold/rearm", "hold");
	assert_file(AUDIO, "power/autosuspend_delay_ms", "70");

	/* Known to come back: saved, and given back at boot. */
	tree_file("1\n", "bus/pci/devices/" GPU "/d3cold/qualified");
	assert_int_equal(run_caught(cmd_bind, bind, &text), EXIT_OK);
	free(text);
	tree_file("0\n", "bus/pci/devices/" GPU "/d3cold/qualified");
	assert_int_equal(run_caught(cmd_bind, boot, &text), EXIT_OK);
	free(text);
	assert_file(GPU, "d3cold/qualified", "1");
	assert_file(AUDIO, "d3cold/qualified",
		    "0 it has not come back from a D3cold yet");

	assert_int_equal(run_caught(cmd_unbind, unbind, &text), EXIT_OK);
	assert_non_null(strstr(text, GPU ": will no longer be bound at boot"));
	free(text);
	assert_host();
	assert_null(tree_read("d3cold.conf.d/" GPU ".conf"));
	assert_null(tree_read("d3cold.conf.d/" AUDIO ".conf"));
}

static void test_recover_not_lost(void **state)
{
	char *bind[] = { "bind", NIC, NULL };
	char *argv[] = { "recover", NIC, NULL };
	char *text;

	(void)state;
	assert_int_equal(run_caught(cmd_bind, bind, &text), EXIT_OK);
	free(text);
	/* What the driver says then */
	kernel.fail_at = kernel.writes + 1;
	kernel.error = EALREADY;
	assert_int_equal(run_caught(cmd_recover, argv, &text), EXIT_OK);
	assert_non_null(strstr(text, NIC ": the device was not lost"));
	assert_null(strstr(text, "failed"));
	free(text);
}

#define TEST(f) \
	cmocka_unit_test_setup_teardown(f, machine_setup, machine_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_bind),
		TEST(test_each_write_fails),
		TEST(test_undo_fails),
		TEST(test_probe_lies),
		TEST(test_interrupted),
		TEST(test_override_kept),
		TEST(test_override_was_ours),
		TEST(test_virtual_functions),
		TEST(test_bind_again),
		TEST(test_unbind),
		TEST(test_leftover_override),
		TEST(test_unbind_in_use),
		TEST(test_persist),
		TEST(test_recover_not_lost),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("d3coldctl bind", tests, NULL, NULL);
}
