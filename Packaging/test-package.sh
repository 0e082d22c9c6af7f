#!/bin/bash
# Tries the package as an administrator would, in a clean minimal Debian with a real systemd: install,
# watch, crash, upgrade, no network, ward page, purge. Prints what was measured, and fails where a crash
# or an upgrade cost more than LIMIT_MS of watching. Needs root; the tree of Debian is fetched once into
# build/debian.tar (mmdebstrap).
set -euo pipefail
cd "$(dirname "$0")/.."

BEDS=${BEDS:-200}
LIMIT_MS=${LIMIT_MS:-2000}
package=$(ls -t build/ecgd_*_"$(dpkg --print-architecture)".deb | head -1)
work=$(mktemp -d /tmp/ecgd-package.XXXXXX)
say() { printf '%s\n' "== $*"; }
fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }

cleanup() {
  exec 9>&- || true
  [ -z "${box:-}" ] || wait "$box" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT

say "lintian"
if command -v lintian >/dev/null; then lintian --fail-on error "$package"; else echo "lintian is not installed: left out"; fi

say "a minimal Debian with the package's dependencies"
# The first of alternatives, without versions.
depends=$(dpkg-deb -f "$package" Depends | sed 's/ *([^)]*)//g; s/ *|[^,]*//g; s/, */,/g')
if [ "$(cat build/debian.depends 2>/dev/null)" != "$depends" ] || [ ! -f build/debian.tar ]; then
  command -v mmdebstrap >/dev/null || apt-get install -y -qq --no-install-recommends mmdebstrap >/dev/null
  rm -f build/debian.tar
  mmdebstrap --quiet --variant=minbase --include="systemd,systemd-sysv,$depends" bookworm build/debian.tar
  echo "$depends" > build/debian.depends
fi
mkdir "$work/root"
tar -xf build/debian.tar -C "$work/root"
cp "$package" "$work/root/ecgd.deb"
# The next version: the same programs under a higher number.
mkdir "$work/next"
dpkg-deb -R "$package" "$work/next/tree"
sed -i 's/^Version: .*/&+next/' "$work/next/tree/DEBIAN/control"
dpkg-deb --root-owner-group -b "$work/next/tree" "$work/root/ecgd-next.deb" >/dev/null
(cd "$work/root" && find etc usr var lib -xdev ! -path 'var/lib/dpkg*' 2>/dev/null | sort) > "$work/before"

say "a real systemd over it"
mkfifo "$work/in" "$work/out"
Tests/tools/ProcessTesting/systemd-box.sh "$work/root" < "$work/in" > "$work/out" &
box=$!
exec 9> "$work/in"
read -r word leader < "$work/out"
[ "$word" = up ] || fail "the box did not come up"
inside() { nsenter --target "$leader" --all env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 "$@"; }

say "dpkg -i gives a running, watching daemon"
inside dpkg -i /ecgd.deb
[ "$(inside systemctl is-active ecgd)" = active ] || { inside journalctl -u ecgd --no-pager; fail "it does not run"; }
[ "$(inside systemctl is-enabled ecgd)" = enabled ] || fail "it is not enabled"
inside ecgctl status | head -3
for program in ecgd ecgctl ecgdash; do
  inside $program --version >/dev/null
  for file in bash-completion/completions/$program zsh/vendor-completions/_$program \
    fish/vendor_completions.d/$program.fish; do
    inside test -s "/usr/share/$file" || fail "no completions: $file"
  done
done
for page in man8/ecgd.8 man1/ecgctl.1 man8/ecgdash.8 man5/ecgd.yaml.5; do
  inside test -s "/usr/share/man/$page.gz" || fail "no manual page $page"
done

say "the administrator's own configuration"
inside sed -i 's/learningSeconds: model/learningSeconds: 20/' /etc/ecgd/ecgd.yaml
inside systemctl restart ecgd
say "$BEDS beds in real time"
inside ecgctl replay synthetic:900 --copies "$BEDS" >/dev/null 2>"$work/replay.log" 9>&- &
status() { inside ecgctl status --json; }
# Waits until every bed's beats are judged and taken anew; prints milliseconds since $1 (ns), which the file
# $work/ms has then too.
watching() {
  python3 - "$1" "$leader" "$BEDS" "$work/ms" <<'PYTHON'
import json, subprocess, sys, time
since, leader, beds = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
command = ["nsenter", "--target", leader, "--all", "env", "-i", "PATH=/usr/bin:/bin", "ecgctl", "status", "--json"]
end = time.time() + 120
first, last = None, "no answer"
while time.time() < end:
    answer = subprocess.run(command, capture_output=True, text=True)
    now = time.time_ns()
    if answer.returncode == 0:
        report = json.loads(answer.stdout)
        report = report.get("status", report)
        streams = {s["id"]: s for s in report["streams"]}
        phases = [(s.get("learnt") or {}).get("phase") for s in streams.values()]
        judged = [phase for phase in phases if phase in ("settling", "learnt")]
        last = f"{len(streams)} beds, {len(judged)} of them judged, {report['packets']} packets"
        if first is None and len(judged) == beds:
            first = {i: s["samples"] for i, s in streams.items()}
        elif first and all(streams[i]["samples"] > n for i, n in first.items()):
            with open(sys.argv[4], "w") as file:
                file.write(f"{(now - since) // 1_000_000}")
            lost = max(s["lost"] / s["sampleRateHz"] for s in streams.values())
            print(f"{(now - since) / 1e6:.0f} ms until all {beds} beds are watched with what was learnt; "
                  f"up to {lost:.2f} s of samples lost in all so far")
            sys.exit(0)
    time.sleep(0.02)
sys.exit(f"not watching: {last}")
PYTHON
}
within() { [ "$1" -le "$LIMIT_MS" ] || fail "$2 took $1 ms, more than $LIMIT_MS"; }
watching "$(date +%s%N)" || { inside journalctl -u ecgd --no-pager | tail -20; fail "the beds are not judged"; }
sleep 6

say "kill -9"
since=$(date +%s%N)
inside systemctl kill -s KILL ecgd
watching "$since" || fail "not watching after a crash"
within "$(cat "$work/ms")" "watching again after a crash"
[ "$(inside systemctl show --value -p NRestarts ecgd)" = 1 ] || fail "it was not restarted once"
inside journalctl -u ecgd --no-pager | grep -F "patients are known from before" | tail -1

say "upgrade"
pid=$(inside systemctl show --value -p MainPID ecgd)
before=$(status | python3 -c 'import json,sys; r=json.load(sys.stdin); r=r.get("status",r); print(sum(s["samples"] for s in r["streams"]))')
since=$(date +%s%N)
inside dpkg -i /ecgd-next.deb
watching "$since" || fail "not watching after an upgrade"
stopped=$(inside journalctl -u ecgd -o short-unix --no-pager | grep -F 'Stopping' | tail -1 | cut -d. -f1,2 | cut -d' ' -f1)
started=$(inside journalctl -u ecgd -o short-unix --no-pager | grep -F 'Started' | tail -1 | cut -d' ' -f1)
away=$(python3 -c "print(round(($started - $stopped) * 1000))")
unwatched=$(python3 -c "print(round($since / 1e6 + $(cat "$work/ms") - $stopped * 1000))")
echo "the daemon was away for $away ms; until every bed was seen to be watched again, $unwatched ms"
within "$unwatched" "the upgrade"
[ "$(inside systemctl show --value -p MainPID ecgd)" != "$pid" ] || fail "the old program still runs"
inside grep -q 'learningSeconds: 20' /etc/ecgd/ecgd.yaml || fail "the configuration was not kept"
after=$(status | python3 -c 'import json,sys; r=json.load(sys.stdin); r=r.get("status",r); print(sum(s["samples"] for s in r["streams"]))')
[ "$after" -gt "$before" ] || fail "the state was not kept"

say "without network, on sockets of systemd's"
inside systemctl stop ecgd
inside systemctl start ecgd-local-samples.socket ecgd-local-alerts.socket ecgd-local-waveforms.socket ecgd-local-control.socket
inside systemctl start ecgd-local.service || { inside journalctl -u ecgd-local --no-pager | tail; fail "ecgd-local does not start"; }
inside timeout 60 ecgctl replay synthetic:30 --speed 10 --endpoint ipc:///run/ecgd-local/samples >/dev/null 2>&1 || fail "no gateway reaches ecgd-local"
inside ecgctl status --endpoint ipc:///run/ecgd-local/control | head -4

say "the ward page, over TCP and without network"
inside systemctl start ecgd ecgdash ecgdash-local
get() { # what answers /healthz at a socket that bash can open
  inside bash -c 'exec 3<>/dev/tcp/127.0.0.1/8790; printf "GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n" >&3; head -1 <&3'
}
for _ in $(seq 100); do page=$(get 2>/dev/null || true); case $page in *200*) break ;; esac; sleep 0.1; done
case $page in *200*) echo "$page" ;; *) fail "the ward page says: $page" ;; esac
inside test -S /run/ecgdash-local/page || fail "no page on a unix socket"

say "the sandboxes, as they run"
for unit in ecgd.service:12 ecgdash.service:12 ecgd-local.service:5 ecgdash-local.service:5; do
  [ "$(inside systemctl is-active "${unit%:*}")" = active ] || fail "${unit%:*} does not run"
  inside systemd-analyze security --threshold=${unit#*:} "${unit%:*}" | tail -1
done
for unit in $(inside sh -c 'ls /lib/systemd/system/ecgd*'); do
  inside systemd-analyze verify --recursive-errors=yes --man=no "$unit" || fail "verify: $unit"
done

say "purge leaves nothing"
inside dpkg --purge ecgd
(cd "/proc/$leader/root" && find etc usr var lib -xdev ! -path 'var/lib/dpkg*' 2>/dev/null | sort) > "$work/after"
left=$(comm -13 "$work/before" "$work/after" | grep -i ecgd || true)
[ -z "$left" ] || { echo "$left"; fail "purge left that behind"; }
inside getent group ecgd-operators && fail "purge left a group behind"
[ -z "$(inside sh -c 'cat /proc/[0-9]*/comm' | grep -i ecgd)" ] || fail "purge left a process behind"
say "everything passed"
