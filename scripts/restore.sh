#!/usr/bin/env bash
# restore.sh FOLDER: put a backup of backup.sh, also an older version's, into this installation, which holds no accounts
# yet; then start it.
set -euo pipefail
backup=$(realpath -m "${1:?usage: $0 FOLDER}")
cd "$(dirname "$0")/.."
. scripts/compose.sh
umask 077

# How many accounts there are; waits for the database.
accounts() {
    compose exec -T postgres sh -c "
        for try in \$(seq 120); do pg_isready -q -h 127.0.0.1 -U abgabe -d abgabe && break; sleep 0.5; done
        psql -qAt -v ON_ERROR_STOP=1 -U abgabe -d abgabe" <<'SQL'
SELECT to_regclass('user_account') IS NOT NULL AS made \gset
\if :made
SELECT count(*) FROM user_account;
\else
SELECT 0;
\endif
SQL
}

[ -d "$backup" ] || { echo "There is no folder $backup." >&2; exit 2; }
for name in database.sql.gz data.tar secret_key SHA256SUMS; do
    [ -f "$backup/$name" ] || { echo "$backup is no whole backup: it has no $name." >&2; exit 2; }
done
(cd "$backup" && sha256sum --quiet -c SHA256SUMS) || { echo "$backup is not whole: its checksums are wrong." >&2; exit 2; }
tar -tf "$backup/data.tar" | grep -c . >/dev/null && [ -s "$backup/secret_key" ] && gunzip -t "$backup/database.sql.gz" ||
    { echo "$backup is not whole." >&2; exit 2; }
compose up -d postgres
found=$(accounts)
if [ "$found" != 0 ]; then
    echo "This installation has $found accounts. A backup is restored only into an empty one." >&2
    exit 1
fi
compose stop server worker
# the database last, in one transaction: until it is there, this can be repeated
compose run --rm --no-deps -T server tar -C /data -xf - <"$backup/data.tar"
install -m 444 "$backup/secret_key" secrets/.secret_key
mv -f secrets/.secret_key secrets/secret_key
{ echo 'DROP SCHEMA public CASCADE; CREATE SCHEMA public;' && gunzip -c "$backup/database.sql.gz"; } |
    compose exec -T postgres psql -q --single-transaction -v ON_ERROR_STOP=1 -U abgabe -d abgabe >/dev/null
compose up -d
echo "Restored from $backup; the start has brought the database to this version's schema."
