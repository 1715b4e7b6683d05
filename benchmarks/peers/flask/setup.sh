#!/usr/bin/env bash
# Debian's packages, once.
set -euo pipefail
/usr/bin/python3 -c 'import flask, gunicorn' 2>/dev/null && exit 0
run=; [ "$(id -u)" = 0 ] || run=sudo
packages="python3-flask gunicorn"
$run apt-get install -y -qq $packages >/dev/null 2>&1 || { $run apt-get update -qq && $run apt-get install -y -qq $packages >/dev/null; } || echo "Flask cannot be installed here: this peer is left out"
