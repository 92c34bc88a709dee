# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Points. While quiet is set only those that fail are said and counted.

points=0
failures=0
quiet=

log() { printf '<6>case: %s\n' "$*" >/dev/kmsg; }

note() { printf '# %s\n' "$*"; }

ok() {
	[[ -z $quiet ]] || return 0
	points=$((points + 1))
	printf 'ok %d - %s\n' $points "$*"
	log "ok $points - $*"
}

# not_ok WHAT [DETAIL ...]
not_ok() {
	local detail what=$1

	points=$((points + 1))
	failures=$((failures + 1))
	shift
	printf 'not ok %d - %s\n' $points "$what"
	for detail; do
		printf '#   %s\n' "$detail"
	done
	log "not ok $points - $what: $*"
}

# skip WHAT WHY
skip() {
	points=$((points + 1))
	printf 'ok %d - %s # SKIP %s\n' $points "$1" "$2"
}

is() { # GOT WANTED WHAT
	if [[ $1 == "$2" ]]; then
		ok "$3"
	else
		not_ok "$3" "got '$1'" "expected '$2'"
		return 1
	fi
}

isnt() { # GOT UNWANTED WHAT
	if [[ $1 != "$2" ]]; then
		ok "$3"
	else
		not_ok "$3" "got '$1', which must not be"
		return 1
	fi
}

like() { # GOT REGEX WHAT
	if [[ $1 =~ $2 ]]; then
		ok "$3"
	else
		not_ok "$3" "got '$1'" "expected a match of $2"
		return 1
	fi
}

# at_most GOT LIMIT WHAT
at_most() {
	if [[ $1 =~ ^[0-9]+$ ]] && (($1 <= $2)); then
		ok "$3"
	else
		not_ok "$3" "got '$1'" "expected $2 or less"
		return 1
	fi
}

works() { # WHAT COMMAND ...
	local what=$1 said

	shift
	if said=$("$@" 2>&1); then
		ok "$what"
	else
		not_ok "$what" "exit code $? of: $*" "$said"
		return 1
	fi
}

fails() { # WHAT COMMAND ...
	local what=$1 said

	shift
	if said=$("$@" 2>&1); then
		not_ok "$what" "no failure of: $*" "$said"
		return 1
	else
		ok "$what"
	fi
}

# in_a_row N WHAT COMMAND ...: N times, with $round from 1; says the points of the
# first and one for all, and gives up at the first that fails
in_a_row() {
	local n=$1 what=$2 before=$failures

	shift 2
	for ((round = 1; round <= n && failures == before; round++)); do
		"$@"
		quiet=1
	done
	quiet=
	if ((failures == before)); then
		ok "$what: $n in a row"
	else
		not_ok "$what: $n in a row" "failed in round $((round - 1))"
	fi
}

# Nothing more makes sense
bail() {
	printf 'Bail out! %s\n' "$*"
	log "Bail out! $*"
	exit 1
}

# A point on kernels with kmemleak, which may be wrong once about what is on its
# way between two CPUs, and looks only at what is older than 5 s
no_leak() {
	local file=/sys/kernel/debug/kmemleak

	[[ -e $file ]] || return 0
	nap 5.5
	echo scan >$file
	echo scan >$file
	if [[ -z $(<$file) ]]; then
		ok "no memory leaked"
	else
		mapfile -t report <$file
		not_ok "no memory leaked" "${report[@]}"
	fi
}

finish() {
	printf '1..%d\n' $points
	exit 0
}

# nap SECONDS, without a process
exec {nap_fd}<> <(:)
nap() { read -r -t "$1" -u "$nap_fd" _ || true; }

# wait_for SECONDS COMMAND ...: until the command succeeds; its failure at the end
wait_for() {
	local deadline=$((${EPOCHREALTIME/./} + $1 * 1000000))

	shift
	until "$@"; do
		((${EPOCHREALTIME/./} < deadline)) || return 1
		nap 0.02
	done
}
