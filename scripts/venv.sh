# Sourced by the other scripts: goes to the repository's root and makes the virtual environment
# $VENV (default .venv) with $PYTHON (default python3) if it is not there; sets venv.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
venv=${VENV:-.venv}
if [[ ! -x $venv/bin/python ]]; then
  python=${PYTHON:-python3}
  if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Error: expected Python 3.11 or newer, found $("$python" --version 2>&1); set PYTHON to a newer one" >&2
    exit 1
  fi
  "$python" -m venv "$venv"
fi
