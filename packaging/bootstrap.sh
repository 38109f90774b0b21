#!/bin/bash
# bootstrap.sh INSTANCE   bring a bare Debian machine to where Ansible can run: the system's Python with venv, and the
#                         services environment, which holds Ansible. Everything after that is Ansible's (ansible/site.yml).
# bootstrap.sh --dev      the developers' environment in .venv
set -euo pipefail
umask 022
instance=$1
here=$(cd "$(dirname "$0")" && pwd)

if [ ! -r /etc/debian_version ]; then
  echo "This is not Debian; Debian 12 or newer is needed." >&2
  exit 1
fi

# What the first step of Ansible needs. ensurepip and python3-apt are asked of the system's Python itself.
missing=()
[ -x /usr/bin/python3 ] || missing+=(python3)
/usr/bin/python3 -c 'import ensurepip' 2>/dev/null || missing+=(python3-venv)
/usr/bin/python3 -c 'import apt' 2>/dev/null || missing+=(python3-apt)
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" -ne 0 ]; then
    echo "Debian packages are missing, and only root can install them: ${missing[*]}" >&2
    exit 1
  fi
  echo "  Debian packages: ${missing[*]}" >&2
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -qq -y --no-install-recommends "${missing[@]}" ca-certificates >/dev/null
fi

if [ "$instance" = --dev ]; then
  exec /usr/bin/python3 "$here/environments.py" dev >/dev/null
fi
/usr/bin/python3 "$here/environments.py" services workspace --software "/opt/tre/$instance" >/dev/null
