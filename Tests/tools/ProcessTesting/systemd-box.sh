#!/bin/bash
# A machine in a box: a real systemd as process 1 of its own namespaces (pid, mount, uts, ipc, net,
# cgroup), over an overlay of a root tree whose changes vanish with it.
#
#   systemd-box.sh [ROOT]
#
# ROOT is the tree below, by default this machine's own. Prints "up PID" when the box is up, PID
# being its systemd as seen from outside, and powers it off when standard input ends: so it goes
# with whoever started it. Enter it with `nsenter --target PID --all COMMAND`; its files lie under
# /proc/PID/root. Needs root, a cgroup2 mount, overlayfs, util-linux and systemd.
set -euo pipefail

# Process 1 of the new namespaces: lays out the root, and becomes systemd.
furnish() {
  local lower=$1 work=$2 root=$2/root node
  mount --make-rprivate /
  mount -t tmpfs -o mode=755 box "$work"
  mkdir "$work/upper" "$work/overlay" "$root"
  mount -t overlay -o "lowerdir=$lower,upperdir=$work/upper,workdir=$work/overlay" box "$root"
  mount -t proc proc "$root/proc"
  mount -t sysfs -o ro sysfs "$root/sys"
  mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
  mount -t tmpfs -o mode=755 box "$root/run"
  mount -t tmpfs -o mode=1777 box "$root/tmp"

  mount -t tmpfs -o mode=755 box "$root/dev"
  for node in null zero full random urandom tty; do
    touch "$root/dev/$node"
    mount --bind "/dev/$node" "$root/dev/$node"
  done
  mkdir "$root/dev/pts" "$root/dev/shm"
  mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
  mount -t tmpfs -o mode=1777 box "$root/dev/shm"
  ln -s pts/ptmx "$root/dev/ptmx"
  ln -s /proc/self/fd "$root/dev/fd"
  for node in stdin:0 stdout:1 stderr:2; do
    ln -s "/proc/self/fd/${node#*:}" "$root/dev/${node%:*}"
  done

  # A machine of its own: none of the services that the tree below would start.
  tr -d - < /proc/sys/kernel/random/uuid > "$root/etc/machine-id"
  echo box > "$root/etc/hostname"
  rm -rf "$root"/etc/systemd/system/*.target.wants "$root/var/log/journal"
  ip link set lo up

  mkdir "$root/.outside"
  cd "$root"
  pivot_root . .outside
  exec chroot . /bin/sh -c '
    umount -l /.outside; rmdir /.outside; mount --make-rshared /
    exec env -i container=box PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
      /lib/systemd/systemd --system --log-target=journal --show-status=no \
      systemd.unit=multi-user.target' < /dev/null
}

if [ "${1:-}" = --furnish ]; then
  furnish "$2" "$3"
fi

lower=${1:-/}
work=$(mktemp -d)
cgroup=$(findmnt -n -t cgroup2 -o TARGET | head -1)/$(basename "$work")
outer=
inside() { nsenter --target "$leader" --all env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"; }

close() {
  # systemd in the box ends its services in order; the namespace kills what is left.
  if [ -n "${leader:-}" ]; then inside systemctl poweroff > /dev/null 2>&1 || true; fi
  for _ in $(seq 100); do
    kill -0 "$outer" 2> /dev/null || break
    sleep 0.05
  done
  kill -KILL "$outer" 2> /dev/null || true
  wait "$outer" 2> /dev/null || true
  find "$cgroup" -depth -type d -exec rmdir {} \; 2> /dev/null || true
  rm -rf "$work"
}

mkdir "$cgroup" "$work/mount"
(
  echo "$BASHPID" > "$cgroup/cgroup.procs"
  exec setsid unshare --cgroup --pid --fork --mount --uts --ipc --net --kill-child \
    "$BASH" "$0" --furnish "$lower" "$work/mount"
) < /dev/null > "$work/console" 2>&1 &
outer=$!
trap close EXIT
trap 'exit 1' TERM INT HUP

for _ in $(seq 300); do
  leader=$(cat "/proc/$outer/task/$outer/children" 2> /dev/null || true)
  leader=${leader%% *}
  state=$([ -z "$leader" ] || inside systemctl is-system-running 2> /dev/null || true)
  case $state in
    running | degraded)
      echo "up $leader"
      cat > /dev/null
      exit 0
      ;;
  esac
  kill -0 "$outer" 2> /dev/null || break
  sleep 0.05
done
echo "the box does not come up (${state:-dead}):" >&2
cat "$work/console" >&2
exit 1
