#!/usr/bin/env bash
# Makes what the Compose files read and no repository may hold: .env and the secret files.
#   installation.sh                         what is missing; nothing that is there is changed
#   installation.sh rotate                  new passwords and keys, also in the database; then starts anew with them
#   installation.sh worker-secrets FOLDER   what a worker on another machine needs, with this one's PRIVATE_ADDRESS
set -euo pipefail
folder=$(realpath -m "${2:-.}") # as the caller's folder has it
cd "$(dirname "$0")/.."
. scripts/compose.sh
umask 077

fresh() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }

# What .env says, unless the environment says otherwise, as Compose has it.
setting() {
    local found=${!1:-}
    [ -n "$found" ] || found=$(sed -n "s/^$1=//p" .env)
    echo "${found:-${2:-}}"
}

# A container's user has to read them: the folder keeps everybody else out. Renamed into place: never half-written.
write() {
    printf '%s' "$2" >"secrets/.$1"
    chmod 444 "secrets/.$1"
    mv -f "secrets/.$1" "secrets/$1"
}

write_secrets() {
    local password=$1 redis_password
    redis_password=$(fresh)
    write redis_password "$redis_password"
    write abgabe_broker_url "redis://:$redis_password@redis:6379/0"
    write secret_key "$(fresh)"
    write abgabe_metrics_token "$(fresh)"
    write postgres_password "$password"
    write abgabe_database_url "postgresql://abgabe:$password@postgres:5432/abgabe"
}

# Whose group may speak to the engine, as a container sees it.
engine_group() {
    local group rootless
    group=$(stat -c %g "$(setting DOCKER_SOCKET /var/run/docker.sock)")
    rootless=$(docker info --format '{{.SecurityOptions}}' | grep -c rootless || true)
    # A rootless engine is in a user namespace: there its user's group is 0, and the group docker, which it gives its
    # socket to where the machine has one, has the number that stands in /etc/group.
    if [ "$rootless" = 0 ]; then
        echo "$group"
    elif [ "$group" = "$(id -g)" ]; then
        echo 0
    else
        getent group docker | cut -d: -f3
    fi
}

make() {
    mkdir -p secrets
    touch .env
    # the last one that is written: where it is there, all are
    [ -e secrets/abgabe_database_url ] || write_secrets "$(fresh)"
    grep -q '^DOCKER_GID=' .env || echo "DOCKER_GID=$(engine_group)" >>.env
    grep -q '^ABGABE_BASE_URL=' .env || echo "ABGABE_BASE_URL=" >>.env
    echo "secrets/ and .env are there. ABGABE_BASE_URL in .env is the address that users see."
}

rotate() {
    local password
    password=$(fresh)
    # through standard input: an argument could be read in the list of processes
    echo "ALTER ROLE abgabe PASSWORD '$password'" | compose exec -T postgres psql -q -v ON_ERROR_STOP=1 -U abgabe -d abgabe
    write_secrets "$password"
    compose down
    compose up -d
}

worker_secrets() {
    local address
    address=$(setting PRIVATE_ADDRESS)
    [ -n "$address" ] || { echo "PRIVATE_ADDRESS is not set in .env" >&2; exit 2; }
    [ ! -e "$folder" ] || { echo "$folder is there already." >&2; exit 2; }
    mkdir -p "$folder"
    sed "s/@postgres:5432/@$address:$(setting POSTGRES_PORT 5432)/" secrets/abgabe_database_url >"$folder/abgabe_database_url"
    sed "s/@redis:6379/@$address:$(setting REDIS_PORT 6379)/" secrets/abgabe_broker_url >"$folder/abgabe_broker_url"
    cp secrets/abgabe_metrics_token "$folder"
    chmod 444 "$folder"/*
}

case ${1:-} in
'') make ;;
rotate) rotate ;;
worker-secrets)
    : "${2:?usage: $0 worker-secrets FOLDER}"
    worker_secrets
    ;;
*)
    echo "usage: $0 [rotate | worker-secrets FOLDER]" >&2
    exit 2
    ;;
esac
