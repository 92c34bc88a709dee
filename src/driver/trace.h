/* SPDX-License-Identifier: GPL-2.0-only */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM D3COLD_TRACE_SYSTEM

#if !defined(D3COLD_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define D3COLD_TRACE_H

#include <linux/pci.h>
#include <linux/tracepoint.h>

#include "machine.h"

/* An event reads as a declaration. */
/* clang-format off */
/* Numbers, not names: the same source serves every kernel's __assign_str(). */
#define D3COLD_TRACE_BDF \
	__field(int, domain) __field(u8, bus) __field(u8, devfn)
#define D3COLD_ASSIGN_BDF(_pdev)                         \
	do {                                             \
		__entry->domain = pci_domain_nr((_pdev)->bus); \
		__entry->bus = (_pdev)->bus->number;     \
		__entry->devfn = (_pdev)->devfn;         \
	} while (0)
#define D3COLD_BDF_FMT "%04x:%02x:%02x.%d"
#define D3COLD_BDF_ARGS                                             \
	__entry->domain, __entry->bus, PCI_SLOT(__entry->devfn), \
		PCI_FUNC(__entry->devfn)

TRACE_EVENT(d3cold_step,
	TP_PROTO(struct pci_dev *pdev, unsigned int from, unsigned int to,
		 unsigned int event, unsigned int actions, int error,
		 const struct d3cold_context *context),
	TP_ARGS(pdev, from, to, event, actions, error, context),
	TP_STRUCT__entry(
		D3COLD_TRACE_BDF
		__field(u8, from)
		__field(u8, to)
		__field(u8, event)
		__field(u32, actions)
		__field(int, error)
		__field(u16, context)
	),
	TP_fast_assign(
		D3COLD_ASSIGN_BDF(pdev);
		__entry->from = from;
		__entry->to = to;
		__entry->event = event;
		__entry->actions = actions;
		__entry->error = error;
		__entry->context = d3cold_context_bits(context);
	),
	TP_printk(D3COLD_BDF_FMT " event=%u from=%u to=%u actions=%#x error=%d context=%#x",
		  D3COLD_BDF_ARGS, __entry->event, __entry->from, __entry->to,
		  __entry->actions, __entry->error, __entry->context)
);

TRACE_EVENT(d3cold_suspend,
	TP_PROTO(struct pci_dev *pdev, int reached, int error),
	TP_ARGS(pdev, reached, error),
	TP_STRUCT__entry(
		D3COLD_TRACE_BDF
		__field(int, reached)
		__field(int, error)
	),
	TP_fast_assign(
		D3COLD_ASSIGN_BDF(pdev);
		__entry->reached = reached;
		__entry->error = error;
	),
	TP_printk(D3COLD_BDF_FMT " reached=D%d error=%d", D3COLD_BDF_ARGS,
		  __entry->reached, __entry->error)
);

TRACE_EVENT(d3cold_resume,
	TP_PROTO(struct pci_dev *pdev, unsigned int cause, bool cold,
		 const char *problem, u64 took_ns),
	TP_ARGS(pdev, cause, cold, problem, took_ns),
	TP_STRUCT__entry(
		D3COLD_TRACE_BDF
		__field(u8, cause)
		__field(bool, cold)
		__field(bool, verified)
		__field(u64, took_ns)
	),
	TP_fast_assign(
		D3COLD_ASSIGN_BDF(pdev);
		__entry->cause = cause;
		__entry->cold = cold;
		__entry->verified = !problem;
		__entry->took_ns = took_ns;
	),
	TP_printk(D3COLD_BDF_FMT " cause=%u cold=%d verified=%d took_ns=%llu",
		  D3COLD_BDF_ARGS, __entry->cause, __entry->cold,
		  __entry->verified, __entry->took_ns)
);

TRACE_EVENT(d3cold_recovery,
	TP_PROTO(struct pci_dev *pdev, const char *step, const char *problem),
	TP_ARGS(pdev, step, problem),
	TP_STRUCT__entry(
		D3COLD_TRACE_BDF
		__array(char, step, 8)
		__field(bool, verified)
	),
	TP_fast_assign(
		D3COLD_ASSIGN_BDF(pdev);
		strscpy(__entry->step, step, sizeof(__entry->step));
		__entry->verified = !problem;
	),
	TP_printk(D3COLD_BDF_FMT " step=%s verified=%d", D3COLD_BDF_ARGS,
		  __entry->step, __entry->verified)
);

/* clang-format on */

#endif /* D3COLD_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
