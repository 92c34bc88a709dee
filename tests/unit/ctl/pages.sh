#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# pages.sh TOOL PAGES: each command has a man page and completion, and both know
# the options that its --help knows. PAGES is the folder of the built pages.
set -euo pipefail
here=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
source=$here/../../../src/d3coldctl
tool=$1 pages=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

n=0 bad=0
same() { # GOT WANTED WHAT
	n=$((n + 1))
	if [[ $1 == "$2" ]]; then
		echo "ok $n - $3"
	else
		bad=1
		echo "not ok $n - $3"
		diff <(tr ' ' '\n' <<<"$2") <(tr ' ' '\n' <<<"$1") | sed 's/^/#   /' || true
	fi
}
words() { sort -u | tr '\n' ' '; }

# What bash-completion itself would do
_get_comp_words_by_ref() { cur=${line[-1]} prev=${line[-2]} words=("${line[@]}") cword=$((${#line[@]} - 1)); }
__ltrim_colon_completions() { :; }
compopt() { :; }
# shellcheck source=src/d3coldctl/completion.bash
source "$source/completion.bash"

# offered WORD ...: the last may be unfinished
offered() {
	line=("$tool" "$@")
	COMPREPLY=()
	_d3coldctl
	printf '%s\n' "${COMPREPLY[@]}" | words
}

# The long options in a text, but for those that every command has
options() {
	{ grep -oE -- '--[a-z][a-z-]+' || true; } | sed -E '/^--(help|usage|version|json)$/d' | words
}

mapfile -t commands < <("$tool" --help | sed -n '/^Commands/,/^$/s/^  \([a-z]*\) .*/\1/p')
same "$(offered '')" "$(printf '%s\n' "${commands[@]}" | words)" "completion knows the commands"
same "$(grep -oE '^\.?\\fBd3coldctl-[a-z]+' "$pages/d3coldctl.8" | sed 's/.*-//' | words)" \
	"$(printf '%s\n' "${commands[@]}" | words)" "the main page names the commands"
same "$(cd "$pages" && printf '%s\n' d3coldctl-*.8 | sed 's/d3coldctl-\(.*\)\.8/\1/' | words)" \
	"$(printf '%s\n' "${commands[@]}" | words)" "a page for each, and none besides"
for command in "${commands[@]}"; do
	help=$("$tool" "$command" --help)
	wanted=$(sed -nE 's/^  (-.,|   ) (--[a-z-]+).*/\2/p' <<<"$help" | options)
	page=$source/man/d3coldctl-$command.8.scd
	same "$(sed -n '/^# SYNOPSIS/,/^# DESC/p' "$page" | options)" "$wanted" "$command: the options of its synopsis"
	same "$(sed -n '/^\*--/p' "$page" | options)" "$wanted" "$command: its options are explained"
	same "$(offered "$command" -- | options)" "$wanted" "$command: completion offers its options"
	same "$(grep -c '^\.SH \(EXIT STATUS\|EXAMPLES\)' "$pages/d3coldctl-$command.8")" 2 \
		"$command: exit codes and examples"
done

# Devices
dir=$work/sys/bus/pci
mkdir -p "$dir"/{devices,drivers/d3cold-vfio-pci}/0000:01:00.0 "$dir/devices/0000:02:00.0"
export D3COLD_SYSFS=$work/sys
same "$(offered unbind '')" "0000:01:00.0 " "unbind: our devices"
same "$(offered bind '')" "0000:01:00.0 0000:02:00.0 " "bind: all devices"
same "$(offered bind --policy e)" "explicit " "bind: values of an option"
same "$(offered set 0000:01:00.0 pol)" "policy= " "set: settings"
echo "1..$n"
exit $bad
