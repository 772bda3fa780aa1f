"""``python -m groupinf.reproduction``: scripts/reproduce.sh sets up and calls this."""

from __future__ import annotations

import sys

from groupinf.reproduction.command import main

if __name__ == "__main__":
    sys.exit(main())
