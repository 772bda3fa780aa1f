#!/usr/bin/env bash
# Set up and run a first experiment: bash scripts/demo.sh
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/venv.sh"

rm -f "$venv/.dev-installed" # what test.sh installed is about to be replaced
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check '.[html]'
exec "$venv/bin/groupinf" experiment configs/breast_cancer.yaml "$@"
