#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Do the tests see an error in the tables? Every row is spoilt, one at a time,
# and some of the code beside them; each time the tests must fail. Prints TAP.
#
# usage: mutants.sh masks.c OUTDIR TEST_OBJECT...
# CC and CPPFLAGS come from the environment.

set -eu
# The output of a mutant is of no interest, nor is where it crashed.
export SEQUENCES=3000

# try_one OUTDIR N: 0 if mutant N of OUTDIR is caught
try_one()
{
	# shellcheck disable=SC2086
	${CC:-cc} $CPPFLAGS -O0 -w -o "$1/mutant-$2" "$1/mutant-$2.c" \
		$OBJECTS -lcmocka || return 2
	if timeout 60 "$1/mutant-$2" >/dev/null 2>&1; then
		return 1
	fi
	rm -f "$1/mutant-$2"
}

if [ "$1" = --try ]; then
	if try_one "$2" "$3"; then
		echo "ok $3 - $(cat "$2/mutant-$3.name")"
	else
		echo "not ok $3 - $(cat "$2/mutant-$3.name")"
		exit 1
	fi
	exit 0
fi

source=$1
out=$2
shift 2
OBJECTS=$*
export OBJECTS
mkdir -p "$out"
rm -f "$out"/mutant-*

# A row a line.
base=$out/base.c
awk '
	held != "" {
		sub(/^[ \t]+/, " ")
		held = held $0
		if (/},/) {
			print held
			held = ""
		}
		next
	}
	/^\t\{ / && !/},/ { held = $0; next }
	{ print }
' "$source" >"$base"

n=0
# mutate NAME SED_COMMAND
mutate()
{
	n=$((n + 1))
	sed "$2" "$base" >"$out/mutant-$n.c"
	echo "$1" >"$out/mutant-$n.name"
	if cmp -s "$base" "$out/mutant-$n.c"; then
		echo "mutants.sh: $1: changes nothing" >&2
		exit 1
	fi
}

# rows TABLE: its line numbers
rows()
{
	awk -v table="$1" '
		index($0, table "[] = {") { on = 1; next }
		/^};|^} / { on = 0 }
		on && /^\t\{ / { print NR }
	' "$base"
}

# row LINE: what is said of it
row()
{
	sed -n "$1{s/^\t//;s/},.*/}/;p;}" "$base"
}

for i in $(rows masks); do
	mutate "not virtual: $(row "$i")" "${i}s/, [^,]* },/, 0 },/"
	case $(row "$i") in
	*ALL_VIRT*)
		mutate "too narrow: $(row "$i")" \
			"${i}s/, \([124]\), ALL_VIRT/, \1 - 1, ALL_VIRT/"
		;;
	esac
done
for i in $(rows served); do
	mutate "not served: $(row "$i")" "${i}d"
done
for i in $(rows vendors); do
	mutate "header too long: $(row "$i")" "${i}s/ },/ + 1 },/"
	mutate "header too short: $(row "$i")" "${i}s/ },/ - 1 },/"
done
for i in $(rows vndr_bodies); do
	mutate "not served: $(row "$i")" "${i}d"
done

mutate 'wider: virtio window' 's/\(0x05, 1\)6 },/\17 },/'
mutate 'wider: SATA' 's/\(PCI_CAP_ID_SATA, STD, 0, \)8 }/\19 }/'
mutate 'wider: power budget' 's/PCI_PWR_DATA }/PCI_PWR_DATA + 1 }/'
mutate 'INTx disable is another bit' \
	's/PCI_COMMAND, 2, PCI_COMMAND_INTX_DISABLE/PCI_COMMAND, 2, 0x200/'
mutate 'MSI data of 32 bits at the other place' \
	's/MSI_32, PCI_MSI_DATA_32/MSI_32, PCI_MSI_DATA_64/'
mutate 'MSI form as the guest has it' 's/c->phys\[flags\]/c->vconfig[flags]/'
mutate 'headers of all are direct' 's/direct = false;/;/'
mutate 'id 0 at 0x100 is one like others' \
	's/r->id == PCI_CAP_ID_BASIC ? 0 : pos/pos/'
mutate 'runs go on at 0x100' 's/limit = PCI_CFG_SPACE_SIZE;/;/'
mutate 'virtual dword' 's/r->id == PCI_CAP_ID_INVALID_VIRT ?/0 ?/'
mutate 'unassigned has a header' 's/if (r->id == PCI_CAP_ID_INVALID ||/if (/'
mutate 'dirty BARs' 's/if (c->bardirty)$/if (0)/'
mutate 'clean BARs' 's/if (c->bardirty)$/if (1)/'
mutate 'unmapped BAR' 's/!c->bar\[i\].size)/0)/'
mutate 'I/O BAR' 's/if (bar->io)/if (0)/'
mutate 'prefetchable BAR' 's/if (bar->prefetch)/if (0)/'
mutate '64-bit BAR' 's/if (bar->mem64)/if (0)/'
mutate 'I/O BAR that looks like a 64-bit one' \
	's/if (bar & PCI_BASE_ADDRESS_MEM_TYPE_64/if (c->bar[i].mem64/'
mutate 'upper half of a BAR' 's/(u32)(mask >> 32)/0/'
mutate 'ROM enable bit' 's/ | PCI_ROM_ADDRESS_ENABLE//'
mutate 'ROM image' 's/servable\[PCI_ROM_ADDRESS \/ 8\] &= 0xf0/;/'
mutate 'memory enable' 's/if (c->no_command_memory)/if (0)/'
mutate 'memory enable, too often' 's/if (c->no_command_memory)/if (1)/'
mutate 'tail of a dword' 's/(r->end + 3) & ~3u/r->end/'
mutate 'Link Status 2' 's/PCI_EXP_LNKSTA2 + 2/0/'
mutate 'Link Status' 's/PCI_EXP_LNKSTA + 2/0/'
mutate 'version of PCI Express' 's/PCI_EXP_FLAGS_VERS) >= 2/15) >= 1/'
mutate 'overlay BAR' 's/least = 0x34/least = 0x30/'
mutate 'head of the extended list' \
	'/serve(servable, PCI_CFG_SPACE_SIZE,/d'
mutate 'standard header' 's/serve(servable, 0, PCI_STD_HEADER_SIZEOF,/(void)(/'
mutate 'size of a ROM image' 's/size < c->rom_image/0/'
mutate 'vendor of a body' 's/vendor == vndr_bodies\[i\].vendor/1/'
mutate 'type of a body' 's/c->vconfig\[pos + 3\] == /1 || /'
mutate 'abutting vendor capabilities' 's/length < PCI_CAP_SIZEOF/1/'
mutate 'a range is its first byte' 's/for (; len; pos++, len--)/if (len)/'

echo "1..$n"
i=1
while [ $i -le $n ]; do
	echo $i
	i=$((i + 1))
done | xargs -P "$(nproc)" -n 1 "$0" --try "$out"
