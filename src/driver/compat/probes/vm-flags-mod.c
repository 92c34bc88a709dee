// SPDX-License-Identifier: GPL-2.0-only
/* 6.3: vm_flags is changed by functions only. Can go when 6.2 is too old. */
#include <linux/mm.h>

void probe(struct vm_area_struct *vma);
void probe(struct vm_area_struct *vma)
{
	vm_flags_mod(vma, VM_DONTEXPAND, VM_MAYWRITE);
}
