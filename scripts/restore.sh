#!/usr/bin/env bash
# restore.sh FOLDER: put a backup of backup.sh, also an older version's, into this installation, which holds no accounts
# yet; then start it.
set -euo pipefail
backup=$(realpath "${1:?usage: $0 FOLDER}")
cd "$(dirname "$0")/.."
. scripts/compose.sh
umask 077

sql() { compose exec -T postgres psql -q -v ON_ERROR_STOP=1 -U abgabe -d abgabe "$@"; }

wait_for_database() {
    for _ in $(seq 120); do
        if compose exec -T postgres pg_isready -q -h 127.0.0.1 -U abgabe -d abgabe; then return; fi
        sleep 0.5
    done
    echo "PostgreSQL did not start: docker compose logs postgres" >&2
    exit 1
}

refuse_unless_empty() {
    [ -n "$(sql -At -c "SELECT to_regclass('user_account')")" ] || return 0
    local accounts
    accounts=$(sql -At -c 'SELECT count(*) FROM user_account')
    if [ "$accounts" != 0 ]; then
        echo "This installation has $accounts accounts. A backup is restored only into an empty one." >&2
        exit 1
    fi
}

(cd "$backup" && sha256sum --quiet -c SHA256SUMS)
compose up -d postgres
wait_for_database
refuse_unless_empty
compose stop server worker
{ echo 'DROP SCHEMA public CASCADE; CREATE SCHEMA public;' && gunzip -c "$backup/database.sql.gz"; } | sql --single-transaction >/dev/null
compose run --rm --no-deps -T server tar -C /data -xf - <"$backup/data.tar"
install -m 444 "$backup/secret_key" secrets/.secret_key
mv -f secrets/.secret_key secrets/secret_key
compose up -d
echo "Restored from $backup; the start has brought the database to this version's schema."
