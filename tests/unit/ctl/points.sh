# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# TAP for the scripts that test the tool.

number=0
failed=0

ok() { # WHAT
	number=$((number + 1))
	echo "ok $number - $1"
}

not_ok() { # WHAT FILE-WITH-DETAILS
	number=$((number + 1))
	failed=$((failed + 1))
	echo "not ok $number - $1"
	sed 's/^/# /' "$2"
}

is() { # GOT WANTED WHAT
	if [ "$1" = "$2" ]; then
		ok "$3"
	else
		number=$((number + 1))
		failed=$((failed + 1))
		echo "not ok $number - $3"
		printf "# got '%s'\n# expected '%s'\n" "$1" "$2"
	fi
}

done_with_points() {
	echo "1..$number"
	[ "$failed" -eq 0 ]
}
