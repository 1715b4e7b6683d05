#!/usr/bin/env bash
# Redis, Node and the package, once.
set -euo pipefail
run=; [ "$(id -u)" = 0 ] || run=sudo
command -v redis-server >/dev/null || $run apt-get install -y -qq redis-server >/dev/null 2>&1 || { echo "Redis cannot be installed here: this peer is left out"; exit 0; }
command -v npm >/dev/null || { echo "npm is not installed: this peer is left out"; exit 0; }
[ -d node_modules ] || npm install --no-package-lock --no-audit --no-fund --silent
