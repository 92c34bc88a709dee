#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# metrics.sh TOOL: the text format (by promtool, where there is one), counters
# that survive rebind and reboot, and files that are replaced as a whole.
# shellcheck source=tests/unit/ctl/harness.sh
. "${0%/*}/harness.sh"
fresh
put "$root/proc/sys/kernel/random/boot_id" first
put "$root/pci.ids" '144d  Odd "Names" \ Ltd'
dir=$root/sys/bus/pci/devices/0000:01:00.0

# What the format says: comments, and samples of metrics that were announced, each
# metric in one go, no sample twice
lint() {
	awk '
	/^# HELP d3cold_[a-z0-9_]+ [^ ]/ { if ($3 in help) print "twice: " $0; help[$3] = 1; now = $3; next }
	/^# TYPE d3cold_[a-z0-9_]+ (counter|gauge)$/ {
		if ($3 != now) print "not after its HELP: " $0
		if (($4 == "counter") != ($3 ~ /_total$/)) print "wrong type: " $0
		next
	}
	/^d3cold_[a-z0-9_]+(\{([a-z_]+="([^"\\]|\\["\\n])*",?)+\})? [0-9]+(\.[0-9]+)?$/ {
		name = $1; sub(/\{.*/, "", name)
		key = $0; sub(/ [^ ]*$/, "", key)
		if (name != now) print "apart from its HELP: " $0
		if (key in seen) print "twice: " $0
		seen[key] = 1
		next
	}
	{ print "no line of the format: " $0 }' "$1"
}

"$tool" metrics >"$work/text"
is "$(lint "$work/text")" "" "every line is of the format"
if command -v promtool >/dev/null; then
	is "$(promtool check metrics <"$work/text" 2>&1)" "" "promtool agrees"
fi
printf 'd3cold_x 1\n# TYPE d3cold_y_total gauge\nd3cold_z{a="b} 1\n' >"$work/bad"
is "$(lint "$work/bad" | wc -l)" 4 "that check can fail"

total() { # GREP: its value in the file written last
	sed -n "s/^$1 //p" "$work/out.prom"
}
look() {
	"$tool" metrics --output "$work/out.prom" --keep "$work/keep" >"$work/said" 2>&1
}
powered='d3cold_powered_off_total{device="0000:01:00.0"}'
latency='d3cold_wake_latency_max_seconds{device="0000:01:00.0"}'
rebind() { # COUNTS: as the driver does it, all begins at 0
	mv "$dir/d3cold" "$work/before.$1"
	cp -r "$work/before.$1" "$dir/d3cold"
	put "$dir/d3cold/stats/d3cold" "$1"
}

put "$dir/d3cold/stats/wake_latency_us_max" 250000
look
is "$(total "$powered")" 3 "at first what the driver says"
look
is "$(total "$powered")" 3 "looking twice adds nothing"
put "$dir/d3cold/stats/d3cold" 5
look
is "$(total "$powered")" 5 "it counts on"
rebind 2
look
is "$(total "$powered")" 7 "bound anew: the sum"
rebind 9
put "$dir/d3cold/stats/wake_latency_us_max" 90000
look
is "$(total "$powered")" 16 "bound anew, and already further than before"
is "$(total "$latency")" 0.250000 "the longest wake of all"
put "$root/proc/sys/kernel/random/boot_id" second
put "$dir/d3cold/stats/d3cold" 9
look
is "$(total "$powered")" 25 "after a reboot"
mv "$dir" "$work/away"
look
is "$(total "$powered")" "" "no sample while it is not there"
is "$("$tool" metrics | sed -n 's/^d3cold_devices //p')" 4 "one device less"
mv "$work/away" "$dir"
look
is "$(total "$powered")" 25 "there again: nothing is lost"
is "$(find "$work" -name 'out.prom.*' -o -name 'keep.??????')" "" "no temporary file is left"

# What it counted since is not lost by an unbind (which a fake tree does not do)
mkdir "$root/state"
mv "$work/keep" "$root/state/counters.json"
put "$dir/d3cold/stats/d3cold" 14
run unbind 01:00.0 >"$work/said"
mv "$root/state/counters.json" "$work/keep"
rebind 1
look
is "$(total "$powered")" 31 "unbind looks once more"
run unbind 01:00.0 >"$work/said"
is "$(ls "$root/state")" counters.json.lock "but begins no file"

cp "$work/out.prom" "$work/saved"
code=0
"$tool" metrics --output "$work/out.prom" --keep "$work/missing/keep" >/dev/null 2>"$work/said" || code=$?
is "$code $(cmp "$work/saved" "$work/out.prom" && echo same)" "1 same" "sums that cannot be kept: the file stays as it was"
code=0
"$tool" metrics --output "$work/missing/out.prom" >"$work/said" 2>&1 || code=$?
is "$code" 1 "a file that cannot be written is an error"
echo '{ "devices": [' >"$work/keep"
look
is "$(total "$powered") $(grep -c 'cannot be read' "$work/said") $(cat "$work/keep.bad")" '1 1 { "devices": [' \
	"sums that cannot be read: said, put aside, begun anew"

# What is no regular file is written to, not replaced; nor is a link
mkfifo "$work/pipe"
timeout 30 cat "$work/pipe" >"$work/read" &
code=0
timeout 20 "$tool" metrics --output "$work/pipe" >"$work/said" 2>&1 || code=$?
wait $!
is "$code $(test -p "$work/pipe" && echo pipe) $(grep -c '^# TYPE' "$work/read" | sed 's/[1-9].*/metrics/')" "0 pipe metrics" \
	"a pipe is written to, and stays one"
ln -s saved "$work/link"
code=0
"$tool" metrics --output "$work/link" >"$work/said" 2>&1 || code=$?
is "$code $(readlink "$work/link")" "1 saved" "a symbolic link is not replaced"
code=0
"$tool" metrics --keep "$work/pipe" >/dev/null 2>"$work/said" || code=$?
is "$code $(test -p "$work/pipe" && echo pipe)" "1 pipe" "sums are kept in a regular file only"
done_with_points
