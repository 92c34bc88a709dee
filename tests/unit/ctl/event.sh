#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# event.sh SCRIPT: what udev runs for LOST and RECOVERED logs them and runs the
# administrator's program.
# shellcheck source=tests/unit/ctl/harness.sh
. "${0%/*}/harness.sh"

# Stand-ins that write down how they were called
for name in logger systemd-run setsid; do
	printf '#!/bin/sh\necho %s "$@" >>%s/said\n' "$name" "$work" >"$work/$name"
	chmod +x "$work/$name"
done
PATH=$work:$PATH
said() {
	until_it [ -s "$work/said" ]
	cat "$work/said"
	rm -f "$work/said"
}

D3COLD_HOOK=$work/none "$tool" LOST 0000:01:00.0
is "$(said)" "logger -t d3coldctl -p daemon.err -- 0000:01:00.0 did not come back from D3cold; try: d3coldctl recover 0000:01:00.0" \
	"LOST is an error in the journal"
D3COLD_HOOK=$work/none "$tool" RECOVERED 0000:01:00.0
is "$(said)" 'logger -t d3coldctl -p daemon.notice -- 0000:01:00.0 is there again; its policy is "off" until another is set' \
	"RECOVERED is a notice"
ln -s /bin/true "$work/hook"
D3COLD_HOOK=$work/hook "$tool" LOST 0000:01:00.0
both_said() { [ "$(grep -c . "$work/said")" -ge 2 ]; }
until_it both_said
is "$(said | tail -n 1 | sed 's/.*\/hook/hook/')" "hook LOST 0000:01:00.0" "the administrator's program is run"
done_with_points
