#!/usr/bin/env bash
# Set up and check everything: bash scripts/test.sh [pytest arguments]
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
"$venv/bin/python" -m pytest "$@"
