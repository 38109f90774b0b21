#!/bin/bash
# test.sh   all tests. First those that need nothing but Python; then an instance named `test` is set up by the same
# Ansible that sets up a real one (two nodes, network namespaces of this machine), and cluster tests, browser tests and
# the tour run on it. It is stopped at the end, whatever happened. What could not run is listed with the reason.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/.."
mkdir -p build
instance=test
failed=()
not_run=()
started=$SECONDS

step() { printf '\n== %s (after %ss)\n' "$1" $((SECONDS - started)); }
try() { # NAME COMMAND...
  local name=$1
  shift
  "$@" || { failed+=("$name"); return 1; }
}

export TRE_SKIPPED_LIST
pytest_on() { # LIST PATHS/OPTIONS...
  TRE_SKIPPED_LIST=build/skipped-$1.txt
  shift
  .venv/bin/python -m pytest -q -p no:cacheprovider --timeout 180 "$@"
}

cannot_run_a_cluster() {
  [ "$(id -u)" -eq 0 ] || { echo "not root"; return; }
  [ -r /etc/debian_version ] || { echo "not Debian"; return; }
  "$here/can_sandbox.sh" >/dev/null 2>&1 || echo "this machine cannot sandbox"
}

install_browser() {
  command -v chromium >/dev/null && return
  DEBIAN_FRONTEND=noninteractive apt-get update -qq &&
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium >/dev/null
}

second_run_changes_nothing() {
  local recap
  /usr/bin/python3 "$here/play.py" site --instance "$instance" --inventory test >build/second-run.txt 2>&1 ||
    { tail -n 30 build/second-run.txt; return 1; }
  recap=$(grep -E '^localhost ' build/second-run.txt)
  echo "$recap"
  grep -q 'changed=0 ' <<<"$recap" || { grep -B2 '^changed' build/second-run.txt; return 1; }
}

nothing_is_left() {
  /usr/bin/python3 "$here/remnants.py" "$instance" | tee build/remnants.txt |
    /usr/bin/python3 -c 'import json, sys; sys.exit(any(json.load(sys.stdin).values()))' ||
    { cat build/remnants.txt; return 1; }
}

step "Tests that need nothing but Python"
rm -f build/skipped-*.txt
try unit pytest_on plain -n 2 -m "not cluster and not browser"

reason=$(cannot_run_a_cluster)
if [ -n "$reason" ]; then
  not_run+=("cluster tests, browser tests, tour: $reason")
  printf 'tests/cluster: %s\ntests/browser: %s\n' "$reason" "$reason" >build/skipped-cluster.txt
else
  trap '/usr/bin/python3 "$here/down.py" "$instance" >/dev/null' EXIT
  step "A fresh instance with two nodes"
  try purge /usr/bin/python3 "$here/purge.py" "$instance"
  if try "make up" env TRE_TOUR=no "$here/up.sh" "$instance" test; then
    step "A second run of the playbook"
    try "second run" second_run_changes_nothing
    step "Tests on the cluster and in a browser"
    try chromium install_browser
    export TRE_TEST_INSTANCE=$instance
    try cluster pytest_on cluster -m "cluster or browser" tests/cluster tests/browser
    step "The tour"
    try tour "/opt/tre/$instance/services/bin/tre" --instance "$instance" tour
  else
    not_run+=("cluster tests, browser tests, tour: make up failed")
    printf 'tests/cluster: make up failed\ntests/browser: make up failed\n' >build/skipped-cluster.txt
  fi
  step "Down"
  try down /usr/bin/python3 "$here/down.py" "$instance"
  try "nothing left" nothing_is_left
fi

step "Summary"
cat build/skipped-*.txt 2>/dev/null | sed 's/^/not run: /'
for one in "${not_run[@]}"; do echo "NOT RUN $one"; done
for one in "${failed[@]}"; do echo "FAILED $one"; done
[ ${#failed[@]} -eq 0 ] && echo "all green"
[ ${#failed[@]} -eq 0 ]
