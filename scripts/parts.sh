#!/usr/bin/env bash
# The real parts that Abgabe runs on or is tested with. Installs and starts what is missing where we are root on
# Debian/Ubuntu (INSTALL=no forbids it), saying so; elsewhere it prints the one line that would.
#   parts.sh sandbox   something to keep hand-ins in: a Docker engine that answers, or bubblewrap
#   parts.sh all       everything the tests use
set -uo pipefail
BASE_IMAGE=${ABGABE_BASE_IMAGE:-python:3.11-slim-bookworm}
updated=

can_install() {
    [ "${INSTALL:-yes}" != no ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null
}

# install NAME PACKAGE...: install Debian packages, or say how.
install() {
    local name=$1; shift
    if ! can_install; then
        echo "Missing: $name. To install it: sudo apt-get install $*"
        return 1
    fi
    echo "Installing $name (Debian: $*)."
    if [ -z "$updated" ]; then apt-get update -qq; updated=yes; fi
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

have() { command -v "$1" >/dev/null; }
engine_answers() { have docker && docker info >/dev/null 2>&1; }

ensure_bubblewrap() { have bwrap || install bubblewrap bubblewrap; }

ensure_engine() {
    engine_answers && return 0
    have dockerd || install "a Docker engine" docker.io iptables || return 1
    if [ "$(id -u)" != 0 ] || [ "${INSTALL:-yes}" = no ]; then
        echo "No Docker engine answers. To start it: sudo systemctl start docker"
        return 1
    fi
    echo "Starting a Docker engine (log: /var/log/abgabe-dockerd.log)."
    # A session of its own: it outlives this script, as a service would.
    setsid nohup dockerd >/var/log/abgabe-dockerd.log 2>&1 </dev/null &
    for _ in $(seq 120); do
        engine_answers && return 0
        sleep 0.5
    done
    echo "The Docker engine did not start; see /var/log/abgabe-dockerd.log"
    return 1
}

# The base image from the registry, or made from Debian's own packages where there is none.
ensure_base_image() {
    docker image inspect "$BASE_IMAGE" >/dev/null 2>&1 && return 0
    timeout 120 docker pull -q "$BASE_IMAGE" >/dev/null 2>&1 && return 0
    can_install || { echo "Missing: image $BASE_IMAGE. To get it: docker pull $BASE_IMAGE"; return 1; }
    have debootstrap || install debootstrap debootstrap || return 1
    echo "No registry has $BASE_IMAGE; making it from Debian's packages (a minute)."
    local root
    root=$(mktemp -d)
    debootstrap --variant=minbase --include=python3,python3-venv,python3-pip,ca-certificates bookworm "$root" >/dev/null &&
        tar -C "$root" -c . | docker import - "$BASE_IMAGE" >/dev/null
    local made=$?
    rm -rf "$root"
    return $made
}

ensure_compose() {
    docker compose version >/dev/null 2>&1 || have docker-compose || install "Docker Compose" docker-compose
}

# The images that docker-compose.yml names, from the registry, or stand-ins made from Debian's packages.
ensure_service_images() {
    local missing=()
    for name in postgres:15-bookworm redis:7-bookworm; do
        docker image inspect "$name" >/dev/null 2>&1 || timeout 120 docker pull -q "$name" >/dev/null 2>&1 || missing+=("$name")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    can_install || { echo "Missing: ${missing[*]}. To get them: docker pull …"; return 1; }
    echo "No registry has ${missing[*]}; making them from Debian's packages."
    local place
    place=$(mktemp -d)
    cp tests/compose/stand_ins/* "$place" &&
        unpack "$place" postgresql-15 postgresql-client-15 libpq5 libicu72 libldap-2.5-0 libsasl2-2 libxml2 \
            redis-server redis-tools liblzf1 libjemalloc2 libatomic1 &&
        stand_in "$place" postgres:15-bookworm &&
        stand_in "$place" redis:7-bookworm
    local made=$?
    rm -rf "$place"
    return $made
}

# unpack PLACE PACKAGE...: what the packages hold below /usr, into PLACE/files.
unpack() {
    local place=$1; shift
    mkdir "$place/files"
    if [ -z "$updated" ]; then apt-get update -qq; updated=yes; fi
    (cd "$place" && apt-get download -qq -o APT::Sandbox::User=root "$@" && for deb in *.deb; do dpkg-deb -x "$deb" files && rm "$deb"; done)
}

stand_in() {
    docker build -q --network none --build-arg PYTHON_IMAGE="$BASE_IMAGE" --target "${2%%:*}" -t "$2" "$1" >/dev/null 2>&1
}

ensure_postgres() {
    { have initdb || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; } || install PostgreSQL postgresql
}

case ${1:-} in
sandbox)
    engine_answers || ensure_bubblewrap || exit 1
    have bwrap || can_install && ensure_bubblewrap
    ;;
all)
    missing=0
    ensure_bubblewrap || missing=1
    { ensure_engine && ensure_base_image; } || missing=1
    { ensure_compose && ensure_service_images && { have curl || install curl curl; }; } || missing=1
    scripts/wheelhouse.sh || missing=1
    have redis-server || install Redis redis-server || missing=1
    ensure_postgres || missing=1
    { have nginx && have caddy; } || install "nginx and Caddy" nginx-light caddy || missing=1
    have promtool || install Prometheus prometheus || missing=1
    have chromium || install Chromium chromium fonts-dejavu-core || missing=1
    if [ $missing = 1 ]; then
        echo "Tests that need a missing part will be counted as skipped."
        [ "${CI:-}" != true ] || exit 1
    fi
    ;;
*)
    echo "usage: $0 sandbox|all" >&2
    exit 2
    ;;
esac
exit 0
