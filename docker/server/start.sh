#!/bin/sh
# The TLS proxy runs on the engine's host, whose requests come from the gateway of this container's network: its
# X-Forwarded-For is believed, where the operator has named nobody else.
set -eu
if [ -z "${ABGABE_TRUSTED_PROXIES:-}" ]; then
    ABGABE_TRUSTED_PROXIES=$(python - <<'PYTHON'
import socket

routes = (line.split() for line in open("/proc/net/route"))
# The kernel prints addresses as numbers of the machine's own byte order.
print(next((socket.inet_ntoa(bytes.fromhex(way[2])[::-1]) for way in routes if way[1] == "00000000"), ""))
PYTHON
    )
    export ABGABE_TRUSTED_PROXIES
fi
exec abgabe up
