#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# pages.sh TOOL PAGES: each command has a man page and completion, and both know
# the options that its --help knows. PAGES is the folder of the built pages.
# shellcheck source=tests/unit/ctl/harness.sh
. "${0%/*}/harness.sh"
set -o pipefail
source=$here/../../../src/d3coldctl
pages=$2
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
is "$(offered '')" "$(printf '%s\n' "${commands[@]}" | words)" "completion knows the commands"
is "$(grep -oE '^\.?\\fBd3coldctl-[a-z]+' "$pages/d3coldctl.8" | sed 's/.*-//' | words)" \
	"$(printf '%s\n' "${commands[@]}" | words)" "the main page names the commands"
is "$(cd "$pages" && printf '%s\n' d3coldctl-*.8 | sed 's/d3coldctl-\(.*\)\.8/\1/' | words)" \
	"$(printf '%s\n' "${commands[@]}" | words)" "a page for each, and none besides"
for command in "${commands[@]}"; do
	help=$("$tool" "$command" --help)
	wanted=$(sed -nE 's/^  (-.,|   ) (--[a-z-]+).*/\2/p' <<<"$help" | options)
	page=$source/man/d3coldctl-$command.8.scd
	is "$(sed -n '/^# SYNOPSIS/,/^# DESC/p' "$page" | options)" "$wanted" "$command: the options of its synopsis"
	is "$(sed -n '/^\*--/p' "$page" | options)" "$wanted" "$command: its options are explained"
	is "$(offered "$command" -- | options)" "$wanted" "$command: completion offers its options"
	is "$(grep -c '^\.SH \(EXIT STATUS\|EXAMPLES\)' "$pages/d3coldctl-$command.8")" 2 \
		"$command: exit codes and examples"
done

# Devices
dir=$root/sys/bus/pci
mkdir -p "$dir"/devices/0000:01:00.0/d3cold "$dir/devices/0000:02:00.0"
is "$(offered unbind '')" "0000:01:00.0 " "unbind: our devices"
is "$(offered bind '')" "0000:01:00.0 0000:02:00.0 " "bind: all devices"
is "$(offered bind --policy e)" "explicit " "bind: values of an option"
is "$(offered set 0000:01:00.0 pol)" "policy= " "set: settings"
done_with_points
