#!/usr/bin/env bash
# Downloads what the server's and the worker's images install into docker/wheelhouse, for engines whose builds have no
# network. Without this, building them fetches the same pinned packages from the package index.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-.venv/bin/python}
wanted=$(mktemp)
trap 'rm -f "$wanted"' EXIT
"$python" - >"$wanted" <<'PYTHON'
import sys
import tomllib

if sys.version_info[:2] != (3, 11):
    sys.exit("The images have Python 3.11, so must be what fetches their wheels: PYTHON=python3.11 scripts/wheelhouse.sh")
with open("pyproject.toml", "rb") as file:
    print(*tomllib.load(file)["project"]["dependencies"], sep="\n")
# pip fetches for the Python that it runs on; redis wants this one below 3.11.3, which an image may have
print("async-timeout==5.0.1")
PYTHON

# Nothing to fetch where the same was asked before.
made=docker/wheelhouse/.made-$(cat "$wanted" constraints.txt | sha256sum | cut -c1-16)
[ ! -e "$made" ] || exit 0
rm -f docker/wheelhouse/*.whl docker/wheelhouse/.made-*
"$python" -m pip wheel --quiet --disable-pip-version-check -c constraints.txt -r "$wanted" -w docker/wheelhouse
touch "$made"
echo "docker/wheelhouse holds $(ls docker/wheelhouse | wc -l) wheels."
