#!/usr/bin/env bash
# Measures Realtime beside its peers and writes the tables to docs/benchmarks/:
#
#   benchmarks/run.sh                      every group, in full
#   benchmarks/run.sh --quick              a few short runs of each, to see that all works (tables go to artifacts/benchmarks/)
#   benchmarks/run.sh plaintext            one group
#   benchmarks/run.sh --rounds 9 --seconds 15 sockets
#   benchmarks/run.sh --minutes 5 churn    people who come and go, for five minutes instead of thirty
#   benchmarks/run.sh --self-check         does the load notice one fault in a million deliveries?
#
# BENCHMARK_LOCK=FILE holds `flock FILE` while it builds and while it measures, for a machine that others build on.
# BENCHMARK_NICE=-10 runs servers and loads at that niceness (as root), for the same reason.
set -euo pipefail
cd "$(dirname "$0")/.."

install() {
    local run=; [ "$(id -u)" = 0 ] || run=sudo
    echo "Installing $*"
    $run apt-get install -y -qq "$@" >/dev/null || { $run apt-get update -qq && $run apt-get install -y -qq "$@" >/dev/null; }
}

command -v wrk >/dev/null || install wrk
command -v taskset >/dev/null || install util-linux
# Thousands of sockets on either side.
ulimit -n "$(ulimit -Hn)" 2>/dev/null || true

for setup in benchmarks/peers/*/setup.sh; do
    [ ! -e "$setup" ] || (cd "$(dirname "$setup")" && ./setup.sh)
done

echo "Building ours and the peers"
build=(dotnet build benchmarks/build.proj -c Release -nologo -v q -nodeReuse:false -p:UseSharedCompilation=false)
[ -z "${BENCHMARK_LOCK:-}" ] || build=(flock "$BENCHMARK_LOCK" "${build[@]}")
log=$("${build[@]}" 2>&1) || { echo "$log"; exit 1; }

exec dotnet benchmarks/Realtime.Benchmarks/bin/Release/net10.0/Realtime.Benchmarks.dll "$@"
