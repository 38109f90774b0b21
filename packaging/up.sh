#!/bin/bash
# up.sh INSTANCE INVENTORY   what `make up` does, step by step. Ends with addresses, logins and the tour.
set -euo pipefail
umask 022
instance=$1 inventory=$2
here=$(cd "$(dirname "$0")" && pwd)
software=/opt/tre/$instance
started=$SECONDS

step() { printf '\n== %s (after %ss)\n' "$1" $((SECONDS - started)); }

if [ "$(id -u)" -ne 0 ]; then
  exec "$here/up_embedded.sh" "$instance"
fi

slurm_can_be_had() {
  command -v slurmctld >/dev/null && return
  apt-cache show slurmctld >/dev/null 2>&1 || { apt-get update -qq && apt-cache show slurmctld >/dev/null 2>&1; }
}
if ! slurm_can_be_had; then
  echo "SLURM cannot be had on this machine: run make up as an ordinary user, which sets up the embedded profile." >&2
  exit 1
fi

step "Environments"
"$here/bootstrap.sh" "$instance"

step "Sandbox: can this machine hold one?"
"$here/can_sandbox.sh"

step "Ansible: accounts, keys, SLURM, walls, services"
/usr/bin/python3 "$here/play.py" site --instance "$instance" --inventory "$inventory"

step "Demonstration: people, projects, a synthetic population"
"$software/services/bin/python" "$here/demo.py" --instance "$instance" --tre "$software/services/bin/tre" \
  --etc "/etc/tre/$instance" --state "/var/lib/tre/$instance"

# The default instance's command is on everyone's path; others are called by theirs.
if [ "$instance" = main ]; then
  ln -sfn "$software/services/bin/tre" /usr/local/bin/tre
fi

step "Ready"
/usr/bin/python3 "$here/addresses.py" "$instance"

if [ "${TRE_TOUR:-yes}" = yes ]; then
  step "Tour: the whole path once"
  "$software/services/bin/tre" --instance "$instance" tour
fi
