#!/bin/sh
# on_node.sh NAMESPACE NODE USER COMMAND...   run a service as if on a virtual node: in its network namespace, under
# its host name (by which slurmd knows which node it is), as its account.
# nsenter, not `ip netns exec`: that one mounts another /sys, and SLURM's cgroup code then fails.
set -eu
namespace=$1 node=$2 user=$3
shift 3
exec nsenter --net="/run/netns/$namespace" unshare --uts -- sh -c '
  hostname "$1"; user=$2; shift 2
  [ "$user" = root ] || set -- setpriv --reuid="$user" --regid="$user" --init-groups -- "$@"
  exec "$@"' as "$node" "$user" "$@"
