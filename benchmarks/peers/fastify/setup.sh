#!/usr/bin/env bash
# Node and the package, once.
set -euo pipefail
command -v npm >/dev/null || { echo "npm is not installed: this peer is left out"; exit 0; }
[ -d node_modules ] || npm install --no-package-lock --no-audit --no-fund --silent
