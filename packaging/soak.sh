#!/bin/bash
# soak.sh [INSTANCE]   the promise of the README, kept from nothing: a bare Debian root made by debootstrap, in which only
#                      git and make are installed, a clone of this commit, `make up`, the tour, `make down`.
# The root shares this machine's kernel and network, so it uses an instance of its own (default: soak). How this machine reaches its
# package sources is handed in when it runs and is never part of the project.
set -euo pipefail
instance=${1:-soak}
here=$(cd "$(dirname "$0")" && pwd)
repository=$(cd "$here/.." && pwd)
root=$(mktemp -d /var/tmp/tre-soak-XXXXXX)
trap 'rm -rf --one-file-system "$root"' EXIT
started=$SECONDS

step() { printf '\n== %s (after %ss)\n' "$1" $((SECONDS - started)); }

[ "$(id -u)" -eq 0 ] || { echo "make soak needs root." >&2; exit 1; }
command -v debootstrap >/dev/null || apt-get install -qq -y debootstrap >/dev/null

step "A bare Debian root"
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | head -n 1)
debootstrap --variant=minbase --include=git,make,ca-certificates bookworm "$root" "$mirror" >"$root.log" 2>&1 ||
  { tail -n 20 "$root.log"; exit 1; }
rm -f "$root.log" "$root/etc/apt/sources.list"
chmod 755 "$root"

hand_in() { # FILE or FOLDER of this machine, if it is there, at the same place of the root
  [ -e "$1" ] || return 0
  mkdir -p "$root$(dirname "$1")"
  cp -aL "$1" "$root$(dirname "$1")/"
}
for place in /etc/apt/sources.list /etc/apt/sources.list.d /etc/pip.conf /etc/xdg/pip /root/.config/pip /root/.npmrc \
  /usr/etc/npmrc /etc/npmrc /etc/resolv.conf /etc/ssl/certs/ca-certificates.crt /usr/local/share/ca-certificates; do
  hand_in "$place"
done
# Package folders on disk that those settings name, if any.
folders=$({ cat "$root"/etc/pip.conf "$root"/etc/xdg/pip/* "$root"/root/.config/pip/* 2>/dev/null; echo "${PIP_FIND_LINKS:-}"; } |
  grep -oE '(file://)?/[A-Za-z0-9/_.-]+' | sed 's#^file://##' | cut -d/ -f1-3 | sort -u)
# (an index on disk keeps its files beside its list, so the folder above is handed in)
settings=$(env | grep -E '^(PIP|NPM|npm|NODE|SSL|CURL|REQUESTS|http|https|no|HTTP|HTTPS|NO)_' || true)

step "A clone, and nothing else"
git clone -q "file://$repository" "$root/root/tre"

step "make up, tour and make down in it"
# A new mount namespace whose root is the bare one: a plain chroot may not make the user namespaces of the sandbox.
cat >"$root/enter.sh" <<'ENTER'
set -euo pipefail
root=$1
mount --make-rprivate /
mount --bind "$root" "$root"
mkdir -p "$root/old"
for place in dev sys; do mount --rbind "/$place" "$root/$place"; done
mount -t proc proc "$root/proc"
for place in run tmp; do mount -t tmpfs -o mode=1777 "$place" "$root/$place"; done
chmod 755 "$root/run"
for place in $3; do
  if [ -d "$place" ] && [ ! -e "$root$place" ]; then mkdir -p "$root$place"; mount --bind -o ro "$place" "$root$place"; fi
done
cd "$root"
pivot_root . old
umount -l /old
cd /root/tre
make up INSTANCE="$2"
make down INSTANCE="$2"
ENTER
readarray -t passed <<<"$settings"
env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "${passed[@]/#/}" \
  unshare --mount --pid --fork --kill-child bash "$root/enter.sh" "$root" "$instance" "$folders"
step "Done: the path is whole from a bare root"
