#!/bin/bash
# up_embedded.sh INSTANCE   `make up` without root: one user plays everybody, jobs are local processes, data synthetic.
set -euo pipefail
instance=$1
here=$(cd "$(dirname "$0")" && pwd)
home=$HOME/.local/share/tre/$instance
started=$SECONDS

step() { printf '\n== %s (after %ss)\n' "$1" $((SECONDS - started)); }

echo "Not root: this sets up the profile \"embedded\". One user plays everybody and no SLURM runs; synthetic data only."

step "Sandbox: can this machine hold one?"
"$here/can_sandbox.sh"
/usr/bin/python3 "$here/embedded.py" needs "$instance"

step "Environments"
umask 022
/usr/bin/python3 "$here/environments.py" services workspace --software "$home/software" >/dev/null
umask 077

step "Services"
/usr/bin/python3 "$here/embedded.py" start "$instance"

step "Demonstration: people, projects, a synthetic population"
"$home/software/services/bin/python" "$here/demo.py" --instance "$instance" --tre "$home/software/services/bin/tre" \
  --etc "$home/etc" --state "$home/state"

step "Ready"
/usr/bin/python3 "$here/addresses.py" "$instance"
"$home/software/services/bin/tre" --instance "$instance" status || true
echo "  command  $home/software/services/bin/tre --instance $instance"

if [ "${TRE_TOUR:-yes}" = yes ]; then
  step "Tour: the whole path once"
  "$home/software/services/bin/tre" --instance "$instance" tour
fi
