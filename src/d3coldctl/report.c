// SPDX-License-Identifier: GPL-2.0-only
/*
 * d3coldctl report: what a bug report needs, in one file. Of the machine only
 * what bears on power: no serial numbers, names of hosts, users or disks.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/utsname.h>

#include "cmd.h"
#include "device.h"
#include "output.h"
#include "sysfs.h"
#include "util.h"

struct report_args {
	struct bdf_args bdf;
	const char *file;
};

static error_t parse_report(int key, char *arg, struct argp_state *state)
{
	struct report_args *args = state->input;

	if (key == 'o') {
		args->file = arg;
		return 0;
	}
	return parse_devices(&args->bdf, key, arg, state, ONE_DEVICE_OR_ALL);
}

static const struct argp_option options[] = {
	{ "output", 'o', "FILE", 0, "Write to FILE", 0 }, { 0 }
};

static const struct argp report_argp = {
	.options = options,
	.parser = parse_report,
	.args_doc = "[BDF]",
	.doc = "Write down all that a bug report needs of a device, or of all "
	       "that d3cold-vfio-pci has, and nothing private. No device is "
	       "woken by this.\v" EXIT_DOC,
	.children = common_options,
};

static void say(struct json_object *about, const char *key, const char *value)
{
	out_text("%-22s %s\n", key, or_dash(value));
	json_add_string(about, key, value);
}

static void say_file(struct json_object *about, const char *key,
		     const char *path)
{
	char *value = sysfs_read("%s", path);

	say(about, key, value);
	free(value);
}

/* Only what concerns power and vfio: the rest may name disks and hosts. */
static void say_command_line(struct json_object *about)
{
	static const char *const known[] = {
		"acpi",	 "amd_iommu", "d3cold",	   "intel_iommu",
		"iommu", "mem_sleep", "modprobe.", "module_blacklist",
		"nvme",	 "pci",	      "vfio"
	};
	char *path = xasprintf("%s/cmdline", proc_root());
	char *text = file_read_at(AT_FDCWD, path);
	char *kept = xstrdup(""), *longer, *save, *word;
	size_t i;

	for (word = text ? strtok_r(text, " \n", &save) : NULL; word;
	     word = strtok_r(NULL, " \n", &save)) {
		for (i = 0; i < ARRAY_SIZE(known); i++)
			if (!strncmp(word, known[i], strlen(known[i])))
				break;
		if (i == ARRAY_SIZE(known))
			continue;
		longer = xasprintf("%s%s%s", kept, *kept ? " " : "", word);
		free(kept);
		kept = longer;
	}
	say(about, "kernel parameters", kept);
	free(kept);
	free(text);
	free(path);
}

static void say_system(void)
{
	static const char *const files[][2] = {
		{ "driver", "module/d3cold_vfio_pci/version" },
		{ "driver source", "module/d3cold_vfio_pci/srcversion" },
		{ "disable_denylist",
		  "module/d3cold_vfio_pci/parameters/disable_denylist" },
		{ "policy of new binds",
		  "module/d3cold_vfio_pci/parameters/policy" },
		{ "disable_idle_d3",
		  "module/vfio_pci/parameters/disable_idle_d3" },
		{ "machine", "class/dmi/id/sys_vendor" },
		{ "product", "class/dmi/id/product_name" },
		{ "board", "class/dmi/id/board_name" },
		{ "firmware", "class/dmi/id/bios_version" },
		{ "firmware date", "class/dmi/id/bios_date" },
	};
	struct json_object *about = json_object_new_object();
	struct utsname uts;
	size_t i;

	uname(&uts);
	say(about, "tool", argp_program_version);
	say(about, "kernel", uts.release);
	say(about, "kernel build", uts.version);
	say(about, "architecture", uts.machine);
	for (i = 0; i < ARRAY_SIZE(files); i++)
		say_file(about, files[i][0], files[i][1]);
	say_command_line(about);
	out_system(about);
}

/* What the kernel said of our driver and of the devices; only root may know. */
static void say_log(const struct bdf_args *devices)
{
	enum {
		READ_ALL = 3,
		SIZE = 10
	};
	int size = sysfs_is_fake() ? -1 : klogctl(SIZE, NULL, 0);
	char *text, *line, *save;
	unsigned int i;
	int n;

	out_text("\n== kernel log\n");
	if (size < 0) {
		out_text("not readable: root may\n");
		return;
	}
	text = xrealloc(NULL, (size_t)size + 1, 1);
	n = klogctl(READ_ALL, text, size);
	text[n > 0 ? n : 0] = '\0';
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		bool ours = strstr(line, "d3cold") || strstr(line, "vfio");
		char id[BDF_LEN];

		for (i = 0; i < devices->count && !ours; i++)
			ours = strstr(line, bdf_format(id, &devices->list[i]));
		/* The kernel's parameters: those that may be told were. */
		if (ours && !strcasestr(line, "command line:"))
			out_text("%s\n", line);
	}
	free(text);
}

/* The same words as the command that a reader would ask for next */
static void run(int (*command)(int, char **), char *name, const char *id)
{
	char *argv[] = { name, xstrdup(id), NULL };
	char *arg = argv[1];

	out_text("\n== %s%s%s\n", name, id ? " " : "", id ?: "");
	command(id ? 2 : 1, argv);
	free(arg);
}

static void all_ours(struct bdf_args *devices)
{
	struct device_list list;
	size_t i;

	device_list_read(&list, DEVICES_VFIO, DETAIL_SUMMARY);
	for (i = 0; i < list.n; i++)
		if (list.v[i].is_ours) {
			devices->list = xrealloc(devices->list,
						 devices->count + 1,
						 sizeof(*devices->list));
			devices->list[devices->count++] = list.v[i].bdf;
		}
	device_list_free(&list);
}

static int report(struct report_args *args)
{
	unsigned int i;

	if (args->bdf.count) {
		struct device dev;
		int code = require_device(&dev, args->bdf.list);

		if (code)
			return code;
		device_free(&dev);
	} else {
		all_ours(&args->bdf);
	}
	if (args->file && !freopen(args->file, "we", stdout)) {
		/* Standard output is closed now: only this is left to say. */
		fprintf(stderr, "d3coldctl: cannot write %s: %s\n", args->file,
			strerror(errno));
		exit(EXIT_ERROR);
	}
	say_system();
	if (!output_is_json())
		run(cmd_list, "list", NULL);
	for (i = 0; i < args->bdf.count; i++) {
		char id[BDF_LEN];

		bdf_format(id, &args->bdf.list[i]);
		if (!output_is_json() &&
		    sysfs_exists("bus/pci/devices/%s/d3cold", id))
			run(cmd_status, "status", id);
		run(cmd_check, "check", id);
	}
	say_log(&args->bdf);
	return EXIT_OK;
}

/**
 * cmd_report() - the command "report"
 * @argc: number of arguments
 * @argv: arguments
 */
int cmd_report(int argc, char **argv)
{
	struct report_args args = { 0 };
	int code;

	code = cmd_parse(&report_argp, argc, argv, &args);
	if (!code)
		code = report(&args);
	free(args.bdf.list);
	return code;
}
