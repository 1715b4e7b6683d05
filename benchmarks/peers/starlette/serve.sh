#!/usr/bin/env bash
# uvicorn as its docs recommend for production: uvloop and httptools, one worker for the one core, no access log.
cd "$(dirname "$0")"
exec /usr/bin/python3 -m uvicorn app:app --host 127.0.0.1 "$@" --loop uvloop --http httptools --ws websockets --no-access-log --log-level warning --backlog 4096
