#!/usr/bin/env bash
# uvicorn as its docs recommend for production: uvloop and httptools, one worker for the one core, no access log. The last argument names the app.
cd "$(dirname "$0")"
exec /usr/bin/python3 -m uvicorn "with_${!#}:app" --host 127.0.0.1 "${@:1:$#-1}" --loop uvloop --http httptools --no-access-log --log-level warning --backlog 4096
