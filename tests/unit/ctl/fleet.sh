#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# fleet.sh TOOL FLEET: dashboard and alerts speak of metrics that the tool prints,
# and libvirt's hook does what it says. (What promtool says of them: tests/vm/cases/fleet.case)
# shellcheck source=tests/unit/ctl/harness.sh
. "${0%/*}/harness.sh"
fleet=$2
fresh

"$tool" metrics >"$work/metrics"
sed -n 's/^# HELP \([^ ]*\) .*/\1/p' "$work/metrics" | sort >"$work/names"
# unknown FILE: names and label="value" pairs in it that the tool does not print
unknown() {
	grep -o '\bd3cold_[a-z0-9_]*' "$1" | sort -u | grep -vxF -f "$work/names" || true
	grep -oE '\b(state|cause|policy)(=|!=)\\?"[^"$\\]*' "$1" | sed 's/[!\\]*//g' | sort -u | while read -r pair; do
		grep -qF "$pair\"" "$work/metrics" || echo "$pair"
	done
}
for file in alerts.yml alerts_test.yml dashboard.json; do
	is "$(unknown "$fleet/$file")" "" "$file: every metric and label is the tool's"
done
echo 'd3cold_lost{state="gone"} and d3cold_state{state=\"lost\"}' >"$work/wrong"
is "$(unknown "$work/wrong" | tr '\n' ' ')" 'd3cold_lost state="gone ' "that check can fail"
is "$(perl -MJSON::PP -0777 -ne 'decode_json($_); print "fine"' "$fleet/dashboard.json")" \
	fine "the dashboard is JSON"
is "$(sed -n 's/.*- alert: //p' "$fleet/alerts.yml" | sort)" \
	"$(sed -n 's/.*alertname: //p' "$fleet/alerts_test.yml" | sort -u)" "each alert has a test"

# libvirt's hook: a guest with a device that sleeps, one that is lost, one of the
# host's, one that is none of PCI
mkdir "$work/bin"
cat >"$work/bin/d3coldctl" <<'END'
#!/bin/sh
echo "$*" >>"$D3COLD_CALLS"
[ "$1 ${fails:-}" != "recover yes" ]
END
chmod +x "$work/bin/d3coldctl"
D3COLD_CALLS=$work/calls
export D3COLD_CALLS
pci_hostdev() { # BUS
	cat <<END
    <hostdev mode='subsystem' type='pci' managed='yes'>
      <driver name='vfio'/>
      <source>
        <address domain='0x0000' bus='0x$1' slot='0x00' function='0x0'/>
      </source>
      <address type='pci' domain='0x0000' bus='0x05' slot='0x00' function='0x0'/>
    </hostdev>
END
}
{
	echo "<domain type='kvm'><devices>"
	pci_hostdev 01
	echo "<hostdev mode='subsystem' type='usb'><source><address bus='3' device='7'/></source></hostdev>"
	pci_hostdev 07
	pci_hostdev 02
	echo "</devices></domain>"
} >"$work/guest.xml"
hook() { # OPERATION: its exit code, and what it did
	: >"$work/calls"
	code=0
	PATH=$work/bin:$PATH "$fleet/libvirt-hook" guest "$1" begin - <"$work/guest.xml" 2>"$work/said" || code=$?
	echo "$code $(tr '\n' ',' <"$work/calls")"
}
is "$(hook prepare)" "0 set 0000:01:00.0 policy=auto,recover 0000:07:00.0," \
	"a guest starts: its policy is set, a lost device recovered and left off"
is "$(fails=yes && export fails && hook prepare) $(cat "$work/said")" \
	"1 set 0000:01:00.0 policy=auto,recover 0000:07:00.0, guest: 0000:07:00.0 is lost and cannot be recovered" \
	"one that cannot be recovered keeps the guest from starting"
is "$(hook release)" "0 set 0000:01:00.0 policy=idle," "a guest has ended: the policy for then"
is "$(hook started)" "0 " "nothing else is of interest"
done_with_points
