#!/usr/bin/env bash
# Set up and reproduce: bash scripts/reproduce.sh PAPER [--out DIR] [--jobs N] [--set KEY=VALUE]...
set -euo pipefail
here=$PWD # --out and --reference start from here
source "$(dirname "${BASH_SOURCE[0]}")/venv.sh"

venv=$(cd "$venv" && pwd)
if [[ ! $venv/.dev-installed -nt pyproject.toml ]]; then # test.sh installs the package from this checkout as well
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable .
fi
cd "$here"
exec "$venv/bin/python" -P -m groupinf.reproduction "$@"
