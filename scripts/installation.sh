#!/usr/bin/env bash
# Makes what docker-compose.yml reads and no repository may hold: .env and the secret files.
#   installation.sh           what is missing; nothing that is there is changed
#   installation.sh rotate    new passwords and a new key, also in the running database; then starts anew with them
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/compose.sh
umask 077

fresh() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }

# A container's user has to read them: the folder keeps everybody else out. Renamed into place: never half-written.
write() {
    printf '%s' "$2" >"secrets/.$1"
    chmod 444 "secrets/.$1"
    mv -f "secrets/.$1" "secrets/$1"
}

write_secrets() {
    local password=$1
    write redis_password "$(fresh)"
    write secret_key "$(fresh)"
    write abgabe_broker_url "redis://:$(cat secrets/redis_password)@redis:6379/0"
    write postgres_password "$password"
    write abgabe_database_url "postgresql://abgabe:$password@postgres:5432/abgabe"
}

rotate() {
    local password
    password=$(fresh)
    # through standard input: an argument could be read in the list of processes
    echo "ALTER ROLE abgabe PASSWORD '$password'" | compose exec -T postgres psql -q -v ON_ERROR_STOP=1 -U abgabe -d abgabe
    write_secrets "$password"
    compose up -d --force-recreate
}

# Whose group may speak to the engine, as a container sees it.
engine_group() {
    case $(docker info --format '{{.SecurityOptions}}') in
    *rootless*) echo 0 ;;
    *) stat -c %g "${DOCKER_SOCKET:-/var/run/docker.sock}" ;;
    esac
}

mkdir -p secrets
case ${1:-} in
rotate) rotate ;;
'')
    [ -e secrets/abgabe_database_url ] || write_secrets "$(fresh)"
    [ -e .env ] || printf '%s\n' "DOCKER_GID=$(engine_group)" "ABGABE_BASE_URL=" >.env
    echo "secrets/ and .env are there. Set ABGABE_BASE_URL in .env to the address that users see, then: docker compose up -d"
    ;;
*)
    echo "usage: $0 [rotate]" >&2
    exit 2
    ;;
esac
