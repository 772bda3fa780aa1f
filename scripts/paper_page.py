"""Write the page of a reproduction anew: python scripts/paper_page.py RESULTS_DIR -o FILE"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from groupinf.errors import GroupinfError
from groupinf.reproduction.page import write_page


def main(arguments: list[str] | None = None) -> None:
    """Read what the reproduction has stored and write the page; compute no effect."""
    parser = argparse.ArgumentParser(description="Write the page of what scripts/reproduce_paper.sh has run.")
    parser.add_argument("results", type=Path, metavar="RESULTS_DIR", help="the --out of scripts/reproduce_paper.sh")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="where to write the page")
    asked = parser.parse_args(arguments)
    try:
        write_page(asked.results, asked.output)
    except GroupinfError as error:
        sys.exit(f"Error: {error}")


if __name__ == "__main__":
    main()
