#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# docs.sh TOOL TOP: every command in README.md and docs/*.md is run: d3coldctl's here, on a
# fake machine, where it must be no usage error; the others by a test that docs.txt
# names, with the line of it that does.
# shellcheck source=tests/unit/ctl/harness.sh
. "${0%/*}/harness.sh"
top=$2

# commands FILE ...: the indented blocks and those fenced as sh, a command a line,
# without comments
commands() {
	awk '
	FNR == 1 { block = fence = 0; before = "" }
	/^```sh$/ { fence = 1; next }
	/^```/ { fence = 0; next }
	/^    [^ ]/ && (block || before ~ /^[ \t]*$/) { block = 1 }
	/^[^ ]/ { block = 0 }
	{ before = $0 }
	block || fence {
		sub(/^    /, "")
		sub(/[ \t]+#.*/, "")
		if (/\\$/) { sub(/ *\\$/, ""); sub(/^ +/, ""); held = held $0 " "; next }
		sub(/^ +/, "")
		if (held $0 != "") print held $0
		held = ""
	}' "$@" | sort -u
}

# tested COMMAND: says why not
tested() {
	line=$(grep -F "$1 -> " "$here/docs.txt" | awk -v c="$1 -> " 'index($0, c) == 1') || true
	[ -n "$line" ] || { echo "docs.txt does not know it"; return; }
	where=${line#"$1 -> "}
	case $where in
	"not run: "*) ;;
	*": "*)
		grep -qF -- "${where#*: }" "$top/${where%%: *}" || echo "not so: $where" ;;
	*) echo "docs.txt: what is '$where'?" ;;
	esac
}

# installed PACKAGES: each is one that the test bed installs
installed() {
	for package; do
		grep -qw -- "$package" "$top/tests/vm/roots" "$top/tests/packages/run" || echo "$package is in no root"
	done
}

tried() { # ARGUMENTS: on a machine of its own
	fresh
	code=0
	(cd "$work" && timeout 3 "$tool" "$@" >out 2>&1) || code=$?
	case $code in
	0 | 1 | 3 | 77 | 124) ;;
	*) echo "exit code $code: $(cat "$work/out")" ;;
	esac
}

cat >"$work/page.md" <<'END'
Text.

    one two \
        three   # comment
    four

- list
    continued
END
is "$(commands "$work/page.md" | tr '\n' ,)" "four,one two three," "the extractor finds commands, and no text"
isnt_empty() { [ -n "$("$@")" ] && echo said; }
is "$(isnt_empty tested 'make coffee') $(isnt_empty tried bind --colour) $(isnt_empty installed coffee)" \
	"said said said" "an unknown command fails"

commands "$top/README.md" "$top"/docs/*.md >"$work/all"
while read -r line; do
	case $line in
	d3coldctl\ *) is "$(eval "tried ${line#d3coldctl }")" "" "$line" ;;
	"apt install ../"*) is "$(tested "$line")" "" "$line" ;;
	"apt install "*) is "$(eval "installed ${line#apt install }")" "" "$line" ;;
	*) is "$(tested "$line")" "" "$line" ;;
	esac
done <"$work/all"
is "$(sed 's/ -> .*//' "$here/docs.txt" | grep -v '^#' | grep -vxF -f "$work/all")" "" "docs.txt has no command that is gone"
done_with_points
