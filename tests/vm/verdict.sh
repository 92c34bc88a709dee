# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034
#
# Reads what a machine left behind and says its points. Sourced by `run`, whose
# counters passed, failed, skipped and point it moves on.

# What a healthy kernel does not say
bad_log='WARNING:|BUG:|BUG |Oops|[Cc]all [Tt]race|UBSAN|KASAN|KCSAN|lockdep is turned off'
bad_log+='|possible (circular|recursive) locking|suspicious RCU|inconsistent lock'
bad_log+='|hung task|blocked for more than|soft lockup|hard LOCKUP|detected stalls'
bad_log+='|self-detected stall|general protection|[Kk]ernel panic|refcount_t:'
bad_log+='|list_(add|del) corruption|scheduling while atomic|sleeping function'
bad_log+='|page allocation failure|unable to handle|Unbalanced|unbalanced'
bad_log+='|kmemleak: ([0-9]+ new suspected|Cannot|Memory pool empty)'
bad_log+='|Runtime PM usage count underflow|irq [0-9]+: nobody cared'

# log_complaints DIR EXPECTED-REGEX
log_complaints() {
	local logs=() f

	for f in "$1/console" "$1/dmesg"; do
		[[ ! -s $f ]] || logs+=("$f")
	done
	((${#logs[@]})) || { echo "there is no kernel log"; return; }
	# our own markers quote the case
	# our own markers quote the case; a log without complaints is no error of grep's
	{
		cat "${logs[@]}" | tr -d '\r' | grep -aE "$bad_log" | grep -av ' case: ' |
			if [[ -n ${2:-} ]]; then grep -avE "$2"; else cat; fi | sort -u
	} || true
}

# point_out ok|"not ok" WHAT: a point of ours, beside those of the case
point_out() {
	point=$((point + 1))
	echo "$1 $point - $2"
	case $1 in
	ok) passed=$((passed + 1)) ;;
	*) failed=$((failed + 1)) ;;
	esac
}

# judge DIR NAME EXIT-CODE-OF-MACHINE EXPECTED-LOG: prints the run's TAP and sets
# $verdict, "N passed" with ", N failed" if there are any
judge() {
	local dir=$1 name=$2 code=$3 line count=0 plan='' why='' p=$passed f=$failed complaints

	while IFS= read -r line; do
		case $line in
		'ok '*'# SKIP'*) skipped=$((skipped + 1)) ;;
		'ok '*) passed=$((passed + 1)) ;;
		'not ok '*) failed=$((failed + 1)) ;;
		1..*) plan=${line#1..}; continue ;;
		'Bail out!'*) why=$line; line="# $line" ;;
		esac
		if [[ $line =~ ^(ok|not\ ok)\ [0-9]+\ -\ (.*)$ ]]; then
			count=$((count + 1)) point=$((point + 1))
			echo "${BASH_REMATCH[1]} $point - $name: ${BASH_REMATCH[2]}"
		else
			echo "$line"
		fi
	done < <(cat "$dir/tap" 2>/dev/null)

	if [[ -n $why ]]; then
		:
	elif ((code == 124 || code == 137)); then
		why="the machine did not power off in time and was killed"
	elif ((code)); then
		why="the machine ended with code $code: $(tail -n 1 "$dir.machine" 2>/dev/null)"
	elif [[ $plan != "$count" || $count == 0 ]]; then
		why="the case ended before its end, after $count points"
	fi
	if [[ -z $why ]]; then
		point_out ok "$name: ran to its end"
	else
		point_out "not ok" "$name: ran to its end"
		echo "#   $why"
		tail -n 5 "$dir/stderr" 2>/dev/null | sed 's/^/#   stderr: /' || true
		tail -n 3 "$dir/console" 2>/dev/null | tr -d '\r' | sed 's/^/#   console: /' || true
	fi
	complaints=$(log_complaints "$dir" "$4")
	if [[ -z $complaints ]]; then
		point_out ok "$name: the kernel did not complain"
	else
		point_out "not ok" "$name: the kernel did not complain"
		printf '%s\n' "${complaints//$'\n'/$'\n'#   }" | sed '1s/^/#   /'
	fi
	verdict="$((passed - p)) passed"
	((failed == f)) || verdict+=", $((failed - f)) failed (logs: build/vm/runs/$name/)"
}
