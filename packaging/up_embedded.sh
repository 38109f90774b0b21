#!/bin/bash
# up_embedded.sh INSTANCE   `make up` without root: one user plays everybody, jobs are local processes, data synthetic.
set -euo pipefail
instance=$1
here=$(cd "$(dirname "$0")" && pwd)
started=$SECONDS

step() { printf '\n== %s (after %ss)\n' "$1" $((SECONDS - started)); }

echo "Not root: this sets up the profile \"embedded\". One user plays everybody and no SLURM runs; synthetic data only."

step "Sandbox: can this machine hold one?"
"$here/can_sandbox.sh"
/usr/bin/python3 "$here/embedded.py" needs "$instance"
mapfile -t places < <(/usr/bin/python3 "$here/embedded.py" places "$instance")
software=${places[0]} etc=${places[1]} state=${places[2]}

step "Environments"
umask 022
/usr/bin/python3 "$here/environments.py" services workspace --software "$software" >/dev/null
umask 077

step "Services"
/usr/bin/python3 "$here/embedded.py" start "$instance"

step "Demonstration: people, projects, a synthetic population"
"$software/services/bin/python" "$here/demo.py" --instance "$instance" --tre "$software/services/bin/tre" \
  --etc "$etc" --state "$state"

step "Ready"
/usr/bin/python3 "$here/addresses.py" "$instance"
"$software/services/bin/tre" --instance "$instance" status || true
echo "  command  $software/services/bin/tre --instance $instance"

if [ "${TRE_TOUR:-yes}" = yes ]; then
  step "Tour: the whole path once"
  "$software/services/bin/tre" --instance "$instance" tour
fi
