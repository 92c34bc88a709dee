/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One bound device, and what the files of the driver call of each other.
 */
#ifndef D3COLD_DEVICE_H
#define D3COLD_DEVICE_H

#include <linux/eventfd.h>
#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/pm_domain.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/vfio_pci_core.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "d3cold_vfio_pci.h"
#include "irq.h"
#include "machine.h"

/* Values are those of VFIO_D3COLD_POLICY_*; each allows what the last one does.
 */
enum d3cold_policy {
	D3COLD_POLICY_OFF,
	D3COLD_POLICY_IDLE,
	D3COLD_POLICY_EXPLICIT,
	D3COLD_POLICY_AUTO,
	D3COLD_POLICY_GUEST,
	D3COLD_NR_POLICIES
};

/* Values are those of VFIO_D3COLD_WAKE_*. */
enum d3cold_cause {
	D3COLD_CAUSE_GUEST,
	D3COLD_CAUSE_VMM,
	D3COLD_CAUSE_OPEN,
	D3COLD_CAUSE_CLOSE,
	D3COLD_CAUSE_RESET,
	D3COLD_CAUSE_POLICY,
	D3COLD_CAUSE_RECOVER,
	D3COLD_CAUSE_SIBLING,
	D3COLD_CAUSE_ASYNC,
	D3COLD_CAUSE_SYSTEM,
	D3COLD_CAUSE_HOST,
	D3COLD_NR_CAUSES
};

/* Where time is accounted; D1 and D2 count as D0. */
enum d3cold_bucket {
	D3COLD_IN_D0,
	D3COLD_IN_D3HOT,
	D3COLD_IN_D3COLD,
	D3COLD_NR_BUCKETS
};

/**
 * struct d3cold_mark - says why its task is about to resume a device
 * @list: in d3cold_device.marks
 * @task: the task
 * @cause: its reason
 * @start: when it began to, CLOCK_MONOTONIC, ns
 *
 * Lives on the stack of the marking function: a synchronous resume runs in the
 * task that asked for it.
 */
struct d3cold_mark {
	struct list_head list;
	struct task_struct *task;
	enum d3cold_cause cause;
	u64 start;
};

/**
 * struct d3cold_identity - what must be the same after the power was cut
 * @id: vendor and device
 * @class: class code and revision
 * @subsystem: subsystem vendor and device
 * @header: header type
 * @bar: base address registers as they were saved before power-off
 * @link: Link Status before power-off: speed and width
 * @dsn: device serial number, 0 if there is none
 */
struct d3cold_identity {
	u32 id;
	u32 class;
	u32 subsystem;
	u8 header;
	u32 bar[PCI_STD_NUM_BARS];
	u16 link;
	u64 dsn;
};

/**
 * struct d3cold_stats - counters since the device was bound; under lock
 * @entries: entries accepted, the guest's and the VMM's
 * @suspends: runtime suspends
 * @d3cold: runtime suspends that reached D3cold
 * @d3hot_only: runtime suspends that ended without D3cold
 * @vetoes: suspends refused by us
 * @verify_failures: verifications that failed
 * @recoveries: devices brought back by the recovery ladder
 * @link_downgrades: resumes with a slower or narrower link than before
 * @wakes: resumes, by cause
 * @residency_ns: time in each bucket up to d3cold_device.since
 * @shadow_hits: config reads answered while asleep
 * @shadow_misses: config reads that had to wake the device
 * @latency_last_us: duration of the last wake from D3cold, verified. Resumes
 *	that the VFIO core asked for (ioctls) are seen after the port's own.
 * @latency_max_us: the longest of them
 */
struct d3cold_stats {
	u64 entries;
	u64 suspends;
	u64 d3cold;
	u64 d3hot_only;
	u64 vetoes;
	u64 verify_failures;
	u64 recoveries;
	u64 link_downgrades;
	u64 wakes[D3COLD_NR_CAUSES];
	u64 residency_ns[D3COLD_NR_BUCKETS];
	u64 shadow_hits;
	u64 shadow_misses;
	u64 latency_last_us;
	u64 latency_max_us;
};

/**
 * struct d3cold_wake - the last wake, for d3cold/last_wake; under lock
 * @cause: enum d3cold_cause, D3COLD_NR_CAUSES if there was none
 * @comm: name of the task that resumed the device
 * @pid: its pid, in the initial namespace
 * @when: CLOCK_MONOTONIC, ns
 */
struct d3cold_wake {
	unsigned int cause;
	char comm[TASK_COMM_LEN];
	pid_t pid;
	u64 when;
};

struct d3cold_kobject;
struct d3cold_shadow;

/* Power resources of a device that are looked at. */
#define D3COLD_MAX_POWER 8

/**
 * struct d3cold_device - a device bound to this driver
 * @core: vfio-pci core device; drvdata points to it
 * @domain: our runtime-PM layer around the bus's, see pm.c
 * @layered: @domain is set; without it the device behaves as under vfio-pci
 * @no_soft_reset: No_Soft_Reset of PMCSR: D3hot to D0 keeps the state
 * @ops_lock: serialises the events of users, each with its actions, so that
 *	the core's ENTRY and EXIT alternate. Taken after the device lock and
 *	before the core's memory_lock; never in a PM callback.
 * @guest_lock: serialises the accesses that change the guest's D-state, core
 *	call and event together. Held across copies from user memory, which can
 *	take for ever, hence apart from @ops_lock: only the VMM's own threads
 *	wait for it, works try.
 * @lock: leaf lock for all fields below it down to @status, but for reads of a
 *	single one; settings are written under @ops_lock. Held for no more than
 *	a step.
 * @machine: the state machine
 * @policy: what may power the device off
 * @rearm_hold: d3cold/rearm: a wake that is not a leave keeps it awake
 * @on_lost_error: d3cold/on_lost: also raise the VFIO error interrupt
 * @max_wake_ms: a device that takes longer to wake is not powered off, 0 = any
 * @too_slow: it took longer
 * @max_cycles_per_min: power cycles a minute, 0 = no limit
 * @budget_used: where the token bucket stands, see budget.c
 * @qualified: it came back from D3cold, verified, at least once
 * @unannounced: VFIO_D3COLD_EVENT_* that notify_work has to tell the host
 * @guest_state: the D-state that the guest's last PMCSR write reached
 * @hides_no_soft_reset: this open is shown No_Soft_Reset as 0, and the device
 *	resets when its guest leaves D3hot; fixed while open
 * @was_cut: the power was cut since the guest reached D3hot
 * @owes_reset: the guest left D3hot, which it was told loses state, and still
 *	none was lost; a flag of its own, as resets clear it without the lock
 * @user: thread group id of who opened the device, 0 if closed
 * @vmm_eventfd: given with the VMM's entry, NULL if none; ours to put
 * @vmm_hold: the VMM entered with HOLD
 * @vmm_one_shot: the VMM's entry ends at the next wake
 * @eventfd: D3COLD_EVENTFD's, NULL if none; ours to put
 * @events: which events it wants
 * @pending_events: events seen since open
 * @marks: who is about to resume the device and why
 * @physical: the D-state whose time is being accounted
 * @since: since when, CLOCK_MONOTONIC, ns
 * @reached_d3cold: the current suspend has been counted as D3cold
 * @waking: it is awake, or a resume has begun: what the PCI core then calls
 *	D3cold did not answer, nobody cut its power
 * @power_kept: the PCI core says D3cold, but somebody else keeps the power on
 * @stats: counters
 * @wake: the last wake
 * @status: the page of the status region; NULL if closed
 * @region: index of the status region; fixed while open
 * @shadow: config space as the user reads it while asleep; NULL if closed
 * @shadow_wait: readers who wait for its capture
 * @identity: what the device must be after a power cut; written in probe and
 *	by suspend callbacks, which nothing that reads it runs beside
 * @saved: config state of the last power-off, the recovery's copy; written as
 *	@identity is, and under @ops_lock by open and close
 * @unclean: the last user's close found it lost, and could not reset it; under
 *	@ops_lock
 * @over_budget: D3cold is forbidden for want of a token; changed while awake
 * @budget_work: allows it again
 * @qualify_work: waits for the idle D3cold after probe and close
 * @qualify_until: when it gives up, jiffies
 * @notify_work: uevents
 * @suspended_at: end of the last suspend callback, CLOCK_MONOTONIC, ns;
 *	written as @identity is
 * @power: ACPI handles of its own power resources (_PR3); written in probe
 * @num_power: how many
 * @absent: suspends in a row at which the device did not answer
 * @intx_user_masked: the user masked INTx itself
 * @vectors_off: MSI or MSI-X vectors, how many of them to look at, that are
 *	disabled; not asked of the device anew, which may be another one by then
 * @gated: INTx unmasking and ioeventfds are stopped; written as @saved is
 * @virq_disabled: what the core's had been before
 * @memory_enabled: PCI_COMMAND_MEMORY of the guest's command register then
 * @sampler: watches for D3cold that comes through the port
 * @sample_ms: its current interval
 * @reset_work: ends the guest's entry after a reset that somebody else made
 * @reset_seen: a reset went by that the guest's view does not know yet
 * @dying: remove has begun; works are not queued any more
 * @kobj: d3cold/ in sysfs
 * @state_node: d3cold/state, for poll(2); under lock
 * @state_work: tells who polls it
 */
struct d3cold_device {
	struct vfio_pci_core_device core;
	struct dev_pm_domain domain;
	bool layered;
	bool no_soft_reset;
	struct mutex ops_lock; /* see above */
	struct mutex guest_lock; /* see above */

	spinlock_t lock; /* protects from here to @status */
	struct d3cold_machine machine;
	enum d3cold_policy policy;
	bool rearm_hold;
	bool on_lost_error;
	unsigned int max_wake_ms;
	bool too_slow;
	unsigned int max_cycles_per_min;
	u64 budget_used;
	bool qualified;
	u32 unannounced;
	pci_power_t guest_state;
	bool hides_no_soft_reset;
	bool was_cut;
	bool owes_reset;
	pid_t user;
	struct eventfd_ctx *vmm_eventfd;
	bool vmm_hold;
	bool vmm_one_shot;
	struct eventfd_ctx *eventfd;
	u32 events;
	u32 pending_events;
	struct list_head marks;
	pci_power_t physical;
	u64 since;
	bool reached_d3cold;
	bool waking;
	bool power_kept;
	struct d3cold_stats stats;
	struct d3cold_wake wake;
	struct vfio_d3cold_status *status;

	unsigned int region;
	struct d3cold_shadow *shadow;
	wait_queue_head_t shadow_wait;
	struct d3cold_identity identity;
	struct pci_saved_state *saved;
	bool unclean;
	bool over_budget;
	struct delayed_work budget_work;
	struct delayed_work qualify_work;
	unsigned long qualify_until;
	struct work_struct notify_work;
	u64 suspended_at;
	void *power[D3COLD_MAX_POWER];
	unsigned int num_power;
	unsigned int absent;
	bool intx_user_masked;
	unsigned int vectors_off;
	bool gated;
	bool virq_disabled;
	u8 memory_enabled;
	struct delayed_work sampler;
	unsigned int sample_ms;
	struct delayed_work reset_work;
	bool reset_seen;
	bool dying;

	struct d3cold_kobject *kobj;
	struct kernfs_node *state_node;
	struct delayed_work state_work;
};

static inline struct d3cold_device *d3cold_from_vfio(struct vfio_device *vdev)
{
	return container_of(vdev, struct d3cold_device, core.vdev);
}

static inline struct d3cold_device *d3cold_from_dev(struct device *dev)
{
	return container_of(dev_get_drvdata(dev), struct d3cold_device, core);
}

static inline bool d3cold_is_lost(const struct d3cold_device *d3)
{
	return READ_ONCE(d3->machine.state) == D3COLD_LOST;
}

/**
 * struct d3cold_attribute - a file of d3cold/ or of a folder in it
 * @attr: name and mode
 * @show: as device attributes have it, for a bound device; never wakes it
 * @store: likewise
 * @arg: for @show functions that serve several files
 */
struct d3cold_attribute {
	struct attribute attr;
	ssize_t (*show)(struct d3cold_device *d3,
			const struct d3cold_attribute *attr, char *buf);
	ssize_t (*store)(struct d3cold_device *d3, const char *buf,
			 size_t count);
	unsigned int arg;
};

/* event.c: stepping the machine and doing what it says */
struct d3cold_context d3cold_context(struct d3cold_device *d3);
unsigned int d3cold_step(struct d3cold_device *d3, enum d3cold_event event,
			 const struct d3cold_context *c, int *error);
void d3cold_apply(struct d3cold_device *d3, unsigned int actions);
void d3cold_core_low_power(struct d3cold_device *d3, bool entry);
int d3cold_user_event(struct d3cold_device *d3, enum d3cold_event event,
		      bool bad_fd);
void d3cold_lose(struct d3cold_device *d3);
void d3cold_signal(struct d3cold_device *d3, u32 event, bool tell_vmm);

/* pm.c: the layer around the bus's runtime PM and sleep callbacks */
void d3cold_pm_attach(struct d3cold_device *d3);
void d3cold_pm_detach(struct d3cold_device *d3);
bool d3cold_forgive(struct d3cold_device *d3);
int d3cold_get(struct d3cold_device *d3, enum d3cold_cause cause);
void d3cold_put(struct d3cold_device *d3);
unsigned int d3cold_delay_ms(const struct d3cold_device *d3);

/* wake.c: who woke it */
void d3cold_mark(struct d3cold_device *d3, struct d3cold_mark *mark,
		 enum d3cold_cause cause);
void d3cold_unmark(struct d3cold_device *d3, struct d3cold_mark *mark);
bool d3cold_wake_own(enum d3cold_cause cause);
enum d3cold_cause d3cold_wake_note(struct d3cold_device *d3, u64 *start);

/* platform.c: the platform's power resources */
bool d3cold_platform_can_cut(struct pci_dev *pdev);
void d3cold_platform_init(struct d3cold_device *d3);
bool d3cold_platform_keeps(struct d3cold_device *d3);
bool d3cold_platform_cycle(struct pci_dev *pdev, bool *off);

/* verify.c: is it the device that we powered off? */
bool d3cold_disconnected(const struct pci_dev *pdev);
void d3cold_identity_init(struct d3cold_device *d3);
bool d3cold_identity_note(struct d3cold_device *d3);
void d3cold_identity_saved(struct d3cold_device *d3);
const char *d3cold_identity_check(struct d3cold_device *d3);
bool d3cold_identity_same_id(struct d3cold_device *d3);
bool d3cold_link_downgraded(struct d3cold_device *d3);

/* recover.c: what is tried when it is not */
const char *d3cold_retry(struct d3cold_device *d3, const char *problem,
			 bool cut);
bool d3cold_alone(struct pci_dev *pdev);
bool d3cold_revive(struct d3cold_device *d3);
bool d3cold_saved_is_configured(struct pci_dev *pdev);
void d3cold_miss(struct d3cold_device *d3);
bool d3cold_present(struct d3cold_device *d3);
int d3cold_recover(struct d3cold_device *d3);
void d3cold_notify_work(struct work_struct *work);

/* budget.c: how often the power may be cut */
u64 d3cold_budget_wait(struct d3cold_device *d3);
void d3cold_budget_charge(struct d3cold_device *d3);
void d3cold_budget_limit(struct d3cold_device *d3, u64 wait_ns);
void d3cold_budget_lift(struct d3cold_device *d3);
void d3cold_budget_work(struct work_struct *work);

/* guest.c: the guest's accesses */
ssize_t d3cold_read(struct vfio_device *vdev, char __user *buf, size_t count,
		    loff_t *ppos);
ssize_t d3cold_write(struct vfio_device *vdev, const char __user *buf,
		     size_t count, loff_t *ppos);
long d3cold_ioctl(struct vfio_device *vdev, unsigned int cmd,
		  unsigned long arg);
int d3cold_region_info(struct vfio_device *vdev, struct vfio_region_info *info,
		       struct vfio_info_cap *caps);
void d3cold_reset_work(struct work_struct *work);
void d3cold_reset_done(struct pci_dev *pdev);
void d3cold_guest_state(struct d3cold_device *d3, pci_power_t state);
u8 d3cold_guest_pmcsr(const struct d3cold_device *d3, u8 value);

/* shadow.c: config reads without waking */
int d3cold_shadow_open(struct d3cold_device *d3);
void d3cold_shadow_close(struct d3cold_device *d3);
void d3cold_shadow_capture(struct d3cold_device *d3);
void d3cold_shadow_drop(struct d3cold_device *d3);
ssize_t d3cold_shadow_read(struct d3cold_device *d3, char __user *buf,
			   size_t count, loff_t *ppos);
ssize_t d3cold_shadow_write(struct d3cold_device *d3, const char __user *buf,
			    size_t count, loff_t *ppos);
ssize_t d3cold_shadow_show(struct d3cold_device *d3, char *buf,
			   unsigned int pos, size_t count);

/* feature.c: VFIO_DEVICE_FEATURE */
int d3cold_feature(struct vfio_device *vdev, u32 flags, void __user *arg,
		   size_t argsz);
void d3cold_feature_close(struct d3cold_device *d3);
bool d3cold_supported(const struct d3cold_device *d3);

/* region.c: the status region */
int d3cold_region_open(struct d3cold_device *d3);
void d3cold_region_publish(struct d3cold_device *d3);
ssize_t d3cold_region_rw(struct vfio_pci_core_device *core, char __user *buf,
			 size_t count, loff_t *ppos, bool iswrite);

/* policy.c: what may power the device off */
int d3cold_policy_parse(const char *name, enum d3cold_policy *policy);
const char *d3cold_policy_name(enum d3cold_policy policy);
bool d3cold_policy_follows(const struct d3cold_device *d3);
bool d3cold_policy_possible(const struct d3cold_device *d3,
			    enum d3cold_policy policy);
bool d3cold_policy_hides(const struct d3cold_device *d3);
int d3cold_setting_begin(struct d3cold_device *d3);
void d3cold_setting_end(struct d3cold_device *d3);

/* qualify.c: no guest is the first to try */
void d3cold_qualify_start(struct d3cold_device *d3);
void d3cold_qualify_work(struct work_struct *work);
ssize_t d3cold_qualified_show(struct d3cold_device *d3,
			      const struct d3cold_attribute *attr, char *buf);
ssize_t d3cold_qualified_store(struct d3cold_device *d3, const char *buf,
			       size_t count);

/* blockers.c: why D3cold is not reached */
bool d3cold_blocked(const struct d3cold_device *d3);
ssize_t d3cold_blockers(struct d3cold_device *d3, char *buf, size_t size);

/* stats.c: time and counters */
void d3cold_account(struct d3cold_device *d3);
const char *d3cold_cause_name(unsigned int cause);
extern const struct attribute_group d3cold_stats_group;

/* sysfs.c: d3cold/ */
int d3cold_sysfs_add(struct d3cold_device *d3);
void d3cold_sysfs_remove(struct d3cold_device *d3);
void d3cold_sysfs_state_changed(struct d3cold_device *d3);

#endif /* D3COLD_DEVICE_H */
