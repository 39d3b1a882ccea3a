#!/usr/bin/env bash
# backup.sh FOLDER: what this installation knows, while it runs. restore.sh takes it back.
# The database is read first, in one snapshot, and the files after it: a file is stored before a row names it and never
# changed, so no row of the backup can be without its file.
set -euo pipefail
target=$(realpath -m "${1:?usage: $0 FOLDER}")
cd "$(dirname "$0")/.."
. scripts/compose.sh
umask 077

[ ! -e "$target" ] || { echo "$target is there already." >&2; exit 2; }
for service in postgres server; do
    compose exec -T "$service" true >/dev/null 2>&1 ||
        { echo "No $service of this installation answers; start it: docker compose up -d" >&2; exit 1; }
done
fresh=$target.partial
rm -rf "$fresh"
trap 'rm -rf "$fresh"' EXIT
mkdir -p "$fresh"
compose exec -T postgres pg_dump --no-owner --no-privileges -U abgabe abgabe | gzip >"$fresh/database.sql.gz"
# 1 from tar, and only from tar: a folder grew while it was read, as they do
compose exec -T server sh -c 'tar -C /data --exclude=./blobs/tmp -cf - .; r=$?; [ $r -le 1 ] || exit 2' >"$fresh/data.tar"
tar -tf "$fresh/data.tar" | grep -c . >/dev/null || { echo "The server's files did not arrive whole." >&2; exit 1; }
cp secrets/secret_key "$fresh/secret_key"
(cd "$fresh" && sha256sum -- * >SHA256SUMS)
mv "$fresh" "$target"
echo "Backed up to $target ($(du -sh "$target" | cut -f1))."
