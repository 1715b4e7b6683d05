#!/usr/bin/env bash
# Installs what the tests need on a bare Debian machine with the .NET SDK (Chromium, Node, PostgreSQL, PgBouncer), builds everything and runs
# every test. Arguments go to `dotnet test`, for instance: ./test.sh --filter FullyQualifiedName~Chat
set -euo pipefail
cd "$(dirname "$0")"

say() { printf '\n== %s\n' "$*"; }

missing=()
[ -x /usr/bin/chromium ] || missing+=(chromium)
command -v node >/dev/null || missing+=(nodejs)
command -v npm >/dev/null || missing+=(npm)
# The tests start servers of their own; the one that Debian starts is left alone.
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing+=(postgresql)
[ -x /usr/sbin/pgbouncer ] || missing+=(pgbouncer)
if [ ${#missing[@]} -gt 0 ]; then
    say "Installing ${missing[*]}"
    root=(); [ "$(id -u)" = 0 ] || root=(sudo)
    "${root[@]}" apt-get update -qq
    DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
# Build servers would outlive this script.
export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false

say "JavaScript client"
(cd clients/js && npm ci --no-audit --no-fund --silent && npm test --silent)

say "Build"
dotnet build Realtime.sln -v quiet -nologo

say "Test"
# A test that hangs is named and ends the run, instead of holding it for ever.
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
dotnet test Realtime.sln --no-build -nologo --logger "console;verbosity=minimal" \
    --blame-hang-timeout 6m --blame-hang-dump-type none --results-directory "$results" "$@" || {
    status=$?
    find "$results" -name 'Sequence*.xml' -exec grep -h 'Completed="False"' {} + || true
    exit "$status"
}
