#!/usr/bin/env bash
# Sends a real server what nobody should: random bytes, cut-off and damaged bodies, huge headers, nested multipart, for minutes. Ends with 1 where
# an answer was a 500, a request had no end, something was logged as an error, a file was left behind, or memory was kept. The tests do it for seconds.
#
#   benchmarks/fuzz.sh              three minutes
#   benchmarks/fuzz.sh 10           ten
#   benchmarks/fuzz.sh 3 12345      the requests of a seed
set -euo pipefail
cd "$(dirname "$0")/.."

dotnet build tests/Realtime.Fuzz -c Release -nologo -v q -nodeReuse:false -p:UseSharedCompilation=false >/dev/null
exec dotnet tests/Realtime.Fuzz/bin/Release/net10.0/Realtime.Fuzz.dll "$@"
