#!/usr/bin/env bash
# gunicorn as its docs recommend: two workers a core and one more. The arguments are --port N.
cd "$(dirname "$0")"
exec /usr/bin/python3 -m gunicorn --workers 3 --bind "127.0.0.1:$2" --backlog 4096 app:app
