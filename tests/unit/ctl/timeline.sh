#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# timeline.sh TOOL: pictures and pages of recordings (golden.sh looks at what is
# read from them), and recordings that are broken.
# shellcheck source=tests/unit/ctl/harness.sh
. "${0%/*}/harness.sh"
input=$here/recordings/three.txt

draw() { # FILE: exit code
	code=0
	timeout 20 "$tool" timeline --input "$input" --output "$work/$1" >"$work/said" 2>&1 || code=$?
	echo $code
}
count() { # REGEX FILE
	grep -oE "$1" "$work/$2" | wc -l
}

is "$(draw out.svg)" 0 "a picture"
is "$(draw out.html)" 0 "a page"
is "$(draw out.txt; cmp "$input" "$work/out.txt")" 0 "the recording itself"
is "$(count '<path class="(wake|lost)" d="M[0-9.]+ [0-9]+h8' out.svg)" \
	"$(grep -c d3cold_resume "$input")" "a mark for each wake"
is "$(count '<circle class="lost" cx="[0-9.]+" cy="[0-9]+" r="3.5"><title>' out.svg)" \
	"$(grep -c d3cold_recovery "$input")" "a mark for each step of a recovery"
# 21 s after the start; the plot is 968 wide and begins at 16
is "$(sed -nE 's/.*class="D3hot" x="([0-9.]+)".*<title>D3hot for 20.0 s.*/\1/p' "$work/out.svg")" \
	"$(awk '/ start / { a = $5; next } { t = $4; sub(/:$/, "", t); if (t + 0 > b) b = t + 0 }
		END { printf "%.2f", 16 + 21 * 968 / (b - a) }' "$input")" \
	"a band is where its time is"
is "$(count 'RTX 4090\] &lt;&amp;&quot;&gt;' out.html)" 1 "names are escaped"
is "$(sed 's/http:\/\/www.w3.org\/2000\/svg//' "$work/out.html" | grep -cE 'https?:|src=|<script|@import|url\(')" 0 \
	"the page needs nothing from elsewhere"
is "$(count 'prefers-color-scheme:dark' out.svg)" 1 "light and dark"
if command -v xmllint >/dev/null; then
	is "$(xmllint --noout "$work/out.svg" 2>&1)" "" "the picture is well-formed"
fi

# Half of it, lines upside down, one device only, nothing
broken=0
for how in 'head -c 1500' tac 'grep -v look' 'grep resume' 'sed s/[0-9]/9/g' \
	'sed s/1000/99999999999999999999/' 'sed s/:/x/' 'head -n 1' 'head -n 4'; do
	$how "$here/recordings/three.txt" >"$work/in.txt"
	input=$work/in.txt
	for kind in svg html; do
		code=$(draw "broken.$kind")
		case $code in
		0 | 1) ;;
		*) broken=$((broken + 1)) && cat "$work/said" ;;
		esac
	done
done
is "$broken" 0 "broken recordings are refused or drawn"
: >"$work/in.txt"
is "$(draw x.svg) $(cat "$work/said" | head -n 1)" "1 d3coldctl: the recording names no device" "an empty one is refused"
input=$work/none
is "$(draw x.svg) $(head -n 1 "$work/said")" "1 d3coldctl: cannot read $work/none: No such file or directory" \
	"one that is not there, too"
done_with_points
