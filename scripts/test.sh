#!/usr/bin/env bash
# Set up and check everything: bash scripts/test.sh [pytest arguments]
# Tests run in as many processes as there are processors, 8 at most, those of a file in one: what they share is made once,
# and there is one Slurm. With -n 0 they run one after the other.
# Tests that need real data, a Slurm of one node or a browser are skipped, and say why, where these cannot be had.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/venv.sh"

if [[ ! $venv/.dev-installed -nt pyproject.toml ]]; then
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
  touch "$venv/.dev-installed"
fi
"$venv/bin/ruff" format --check .
"$venv/bin/ruff" check .
"$venv/bin/mypy"
"$venv/bin/python" -m pytest --numprocesses auto --maxprocesses 8 --dist loadfile "$@"
