#!/usr/bin/env bash
# Set up and reproduce the paper: bash scripts/reproduce_paper.sh [--out DIR] [--jobs N] [--set KEY=VALUE]...
set -euo pipefail
exec bash "$(dirname "${BASH_SOURCE[0]}")/reproduce.sh" koh_et_al_2019 "$@"
