#!/usr/bin/env bash
# Debian's packages, once.
set -euo pipefail
/usr/bin/python3 -c 'import fastapi, starlette, uvicorn, uvloop, httptools' 2>/dev/null && exit 0
run=; [ "$(id -u)" = 0 ] || run=sudo
packages="python3-fastapi python3-starlette python3-uvicorn python3-uvloop python3-httptools"
$run apt-get install -y -qq $packages >/dev/null 2>&1 || { $run apt-get update -qq && $run apt-get install -y -qq $packages >/dev/null; } || echo "FastAPI cannot be installed here: this peer is left out"
