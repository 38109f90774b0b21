#!/bin/bash
# can_sandbox.sh   refuse a machine that cannot hold a workspace in, before anything starts: there is no silent fall-back.
set -euo pipefail
if ! command -v bwrap >/dev/null; then
  if [ "$(id -u)" -ne 0 ]; then
    echo "Refused: bubblewrap is missing, so this machine cannot sandbox a workspace. Install the package bubblewrap." >&2
    exit 1
  fi
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends bubblewrap >/dev/null
fi
# As an account without privileges, with the namespaces a job will have.
trial=(bwrap --unshare-all --unshare-user --disable-userns --die-with-parent --ro-bind / / --proc /proc /usr/bin/true)
drop=()
[ "$(id -u)" -ne 0 ] || drop=(setpriv --reuid=65534 --regid=65534 --clear-groups --)
if ! "${drop[@]}" "${trial[@]}" 2>/dev/null; then
  echo "Refused: this machine does not let an unprivileged account make the namespaces of a sandbox (user namespaces)." >&2
  echo "Inside a container or chroot, allow them or use a machine of its own. Nothing was started." >&2
  exit 1
fi
