#!/usr/bin/env bash
# Tortures the stores of jobs: four worker processes on one store, killed with `kill -9` or frozen for longer than their lease every few seconds
# while jobs are enqueued, and PostgreSQL crashed half way. Then every acknowledged job must have exactly one outcome, of the attempt that
# held it, and the jobs of killed workers must have run again in time. The tests do the same for a minute.
#
#   benchmarks/torture.sh                               both stores, ten minutes each
#   benchmarks/torture.sh --store postgres --minutes 2
#   benchmarks/torture.sh --unfenced --minutes 1        without the fence: must end with faults
set -euo pipefail
cd "$(dirname "$0")/.."

ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || { echo "PostgreSQL is missing: ./test.sh installs it." >&2; exit 2; }
dotnet build tests/Realtime.Torture -c Release -nologo -v q -nodeReuse:false -p:UseSharedCompilation=false >/dev/null
exec dotnet tests/Realtime.Torture/bin/Release/net10.0/Realtime.Torture.dll "$@"
