#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# examples.sh TOOL: every example of the tool in the README, the guides and the man
# pages is run (docs.sh has the other commands):
# those that only look here, as they stand there; all others by a case, in the line
# "example CODE 'COMMAND'". An example that nobody runs is a failure, and so is a
# case's that stands nowhere.
# shellcheck source=tests/unit/ctl/harness.sh
. "${0%/*}/harness.sh"
set -o pipefail
top=$here/../../..

# What man pages have in ``` and documents indented by four spaces, comments left out
examples() {
	awk '/^```/ { inside = !inside; next } inside && /^[a-z]/' "$top"/src/d3coldctl/man/*.scd
	sed -nE 's/^    (d3coldctl .*)/\1/p' "$top"/README.md "$top"/docs/*.md |
		sed -E 's/ +#.*//; s/0000:01:00\.0/01:00.0/'
}

in_cases() {
	sed -nE "s/^\s*example [0-9]+ '(.*)'( .*)?$/\1/p" "$top"/tests/vm/cases/*.case "$top"/tests/packages/*.case
}

# What the examples are about: a device in D3cold, a recording, and a "watch" that
# ends once it has said something
port 1c.0
power_resource
pci pci0000:00/0000:00:1c.0 0000:01:00.0 144d a80a 010802 d3cold-vfio-pci
traps
group 11
ours idle D3cold auto
mkdir -p "$root/sys/power" "$root/dev" "$work/bin"
put "$root/proc/cmdline" quiet
cp "$here/recordings/three.txt" "$work/power.txt"
cat >"$work/bin/d3coldctl" <<-'END'
	#!/bin/bash
	[[ $1 == watch ]] || exec "$TOOL" "$@"
	exec 3< <(exec "$TOOL" "$@")
	IFS= read -r line <&3
	kill -INT $!
	echo "$line"
END
chmod +x "$work/bin/d3coldctl"
export TOOL="$tool" PATH="$work/bin:$PATH"
cd "$work"

looks() { [[ $1 =~ ^d3coldctl\ (list|status|check|report|metrics|watch|timeline\ --input)( |$) && ! $1 =~ --fix ]]; }

runs() { # EXAMPLE: it succeeds, and says something or writes a file
	local words

	read -ra words <<<"$1"
	timeout 20 bash -o pipefail -c "$1" >"$work/said" 2>&1 && [[ -s $work/said || -s ${words[-1]} ]]
}

in_cases | sort >"$work/cases"
examples | sort -u >"$work/examples"
while IFS= read -r example; do
	if grep -qxF -- "$example" "$work/cases"; then
		ok "a case runs: $example"
	elif looks "$example" && runs "$example"; then
		ok "$example"
	else
		echo "no test runs it" >>"$work/said"
		not_ok "$example" "$work/said"
	fi
	: >"$work/said"
done <"$work/examples"
is "$(comm -13 "$work/examples" <(uniq "$work/cases"))" "" "what the cases run stands somewhere"
is "$(uniq -d "$work/cases")" "" "and is run once"
done_with_points
