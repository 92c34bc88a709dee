// SPDX-License-Identifier: GPL-2.0-only
/*
 * The model as JSON. What is not known is null; "d3cold" is null for devices
 * that our driver does not have.
 */
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "names.h"
#include "output.h"
#include "util.h"

static void add_hex(struct json_object *obj, const char *key, int digits,
		    uint64_t value)
{
	char *s = xasprintf("%0*llx", digits, (unsigned long long)value);

	json_add_string(obj, key, s);
	free(s);
}

static void add_qualified(struct json_object *obj, const char *s)
{
	struct json_object *value = NULL;
	const char *why = NULL;

	if (s) {
		value = json_object_new_boolean(*s == '1');
		if (*s == '0' && s[1] == ' ')
			why = s + 2;
	}
	json_object_object_add(obj, "qualified", value);
	json_add_string(obj, "qualified_why", why);
}

static struct json_object *d3cold_json(const struct device *dev)
{
	struct json_object *obj = json_object_new_object();
	struct json_object *list;
	size_t i;

	for (i = 0; i < D3COLD_ATTRS; i++) {
		if (i == D3COLD_QUALIFIED)
			add_qualified(obj, dev->d3cold[i]);
		else
			json_add_number(obj, d3cold_attr_name[i],
					dev->d3cold[i]);
	}
	list = dev->has_blockers ? json_object_new_array() : NULL;
	for (i = 0; i < dev->n_blockers; i++)
		json_object_array_add(list,
				      json_object_new_string(dev->blockers[i]));
	json_object_object_add(obj, "blockers", list);
	list = json_object_new_object();
	for (i = 0; i < dev->n_stats; i++)
		json_object_object_add(
			list, dev->stats[i].name,
			json_object_new_int64((int64_t)dev->stats[i].value));
	json_object_object_add(obj, "stats", list);
	return obj;
}

/**
 * device_json() - a device as a JSON object
 * @dev: device
 *
 * Return: a reference for the caller.
 */
struct json_object *device_json(const struct device *dev)
{
	struct json_object *obj = json_object_new_object();
	char *name = device_name(dev);

	json_add_string(obj, "device", dev->id);
	json_add_string(obj, "name", name);
	add_hex(obj, "vendor_id", 4, dev->vendor);
	add_hex(obj, "device_id", 4, dev->device);
	add_hex(obj, "class", 6, dev->class);
	json_object_object_add(obj, "virtual_function",
			       json_object_new_boolean(dev->is_vf));
	json_add_string(obj, "driver", dev->driver);
	json_add_string(obj, "driver_override", dev->driver_override);
	json_add_number(obj, "iommu_group", dev->iommu_group);
	json_add_string(obj, "power_state", dev->power_state);
	json_add_string(obj, "runtime_status", dev->runtime_status);
	json_add_string(obj, "power_control", dev->power_control);
	json_add_number(obj, "autosuspend_delay_ms", dev->autosuspend_delay_ms);
	json_add_number(obj, "d3cold_allowed", dev->d3cold_allowed);
	json_object_object_add(obj, "d3cold",
			       dev->is_ours ? d3cold_json(dev) : NULL);
	free(name);
	return obj;
}
