#!/usr/bin/env bash
# Debian's packages, once.
set -euo pipefail
/usr/bin/python3 -c 'import celery, redis' 2>/dev/null && command -v redis-server >/dev/null && exit 0
run=; [ "$(id -u)" = 0 ] || run=sudo
packages="python3-celery python3-redis redis-server"
$run apt-get install -y -qq --no-install-recommends $packages >/dev/null 2>&1 || { $run apt-get update -qq && $run apt-get install -y -qq --no-install-recommends $packages >/dev/null; } || echo "Celery cannot be installed here: this peer is left out"
