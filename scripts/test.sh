#!/usr/bin/env bash
# Lint, types, import contracts and tests; every part runs even if an earlier one failed, and one line sums up.
set -uo pipefail
bin=.venv/bin
failed=()

part() {
    local name=$1; shift
    echo "== $name"
    "$@" || failed+=("$name")
}

part "lint" $bin/ruff check .
part "format" $bin/ruff format --check .
part "types" $bin/mypy
part "import contracts" $bin/lint-imports
part "tests" $bin/pytest -q -m "not long" "$@"

if [ ${#failed[@]} -gt 0 ]; then
    echo "FAILED: ${failed[*]}"
    exit 1
fi
echo "All parts passed: lint, format, types, import contracts, tests."
