#!/usr/bin/env bash
# Makes a virtual environment with the first Python >= 3.11 of this machine.
set -euo pipefail
target=$1

usable() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

python=
for name in python3 python3.13 python3.12 python3.11; do
    if command -v "$name" >/dev/null && usable "$name"; then python=$name; break; fi
done
if [ -z "$python" ]; then
    echo "Abgabe needs Python 3.11 or later. On Debian or Ubuntu: apt-get install python3 python3-venv" >&2
    exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    if [ "$(id -u)" = 0 ] && [ "${INSTALL:-yes}" != no ] && command -v apt-get >/dev/null; then
        echo "Installing python3-venv (Debian package), which this machine lacks."
        apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv
    else
        echo "Python cannot make virtual environments here. Run: sudo apt-get install python3-venv" >&2
        exit 1
    fi
fi
echo "Making $target with $("$python" --version)."
"$python" -m venv "$target"
