#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# event.sh SCRIPT: what udev runs for LOST and RECOVERED logs them and runs the
# administrator's program.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
script=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck source=tests/unit/ctl/points.sh
. "$here/points.sh"

# Stand-ins that write down how they were called
for name in logger systemd-run setsid; do
	printf '#!/bin/sh\necho %s "$@" >>%s/said\n' "$name" "$work" >"$work/$name"
	chmod +x "$work/$name"
done
PATH=$work:$PATH
said() { tries=0
	while ! [ -s "$work/said" ] && [ $tries -lt 100 ]; do
		sleep 0.1
		tries=$((tries + 1))
	done
	cat "$work/said"
	rm -f "$work/said"
}

D3COLD_HOOK=$work/none "$script" LOST 0000:01:00.0
is "$(said)" "logger -t d3coldctl -p daemon.err -- 0000:01:00.0 did not come back from D3cold; try: d3coldctl recover 0000:01:00.0" \
	"LOST is an error in the journal"
D3COLD_HOOK=$work/none "$script" RECOVERED 0000:01:00.0
is "$(said)" 'logger -t d3coldctl -p daemon.notice -- 0000:01:00.0 is there again; its policy is "off" until another is set' \
	"RECOVERED is a notice"
ln -s /bin/true "$work/hook"
D3COLD_HOOK=$work/hook "$script" LOST 0000:01:00.0
tries=0
while [ "$(grep -c . "$work/said")" -lt 2 ] && [ $tries -lt 100 ]; do
	sleep 0.1
	tries=$((tries + 1))
done
is "$(said | tail -n 1 | sed 's/.*\/hook/hook/')" "hook LOST 0000:01:00.0" "the administrator's program is run"
done_with_points
