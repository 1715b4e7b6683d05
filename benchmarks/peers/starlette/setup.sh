#!/usr/bin/env bash
# Debian's packages, once.
set -euo pipefail
/usr/bin/python3 -c 'import starlette, uvicorn, uvloop, httptools, websockets' 2>/dev/null && exit 0
run=; [ "$(id -u)" = 0 ] || run=sudo
packages="python3-starlette python3-uvicorn python3-uvloop python3-httptools python3-websockets"
$run apt-get install -y -qq $packages >/dev/null 2>&1 || { $run apt-get update -qq && $run apt-get install -y -qq $packages >/dev/null; } || echo "Starlette cannot be installed here: this peer is left out"
