#!/bin/sh
# TMPDIR is the volume that this worker shares with its sandboxes; what lies there is left over from one that was killed.
set -eu
find "$TMPDIR" -mindepth 1 -delete || true
exec celery -A core.queue worker -I worker.pulse -Q "${QUEUES:-grade}" --without-mingle --without-gossip
