"""Run the paper's studies and write the page: scripts/reproduce_paper.sh sets up and calls this."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from groupinf.errors import GroupinfError
from groupinf.reproduction.driver import Wanted, reproduce
from groupinf.reproduction.page import write_page

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "results" / "reference"


def main(arguments: list[str] | None = None) -> int:
    """Run what is asked for; 1 where something failed."""
    asked = _parser().parse_args(arguments)
    out = asked.out.absolute()
    reference = (asked.reference or (out / "reference" if asked.overrides else KEPT)).absolute()
    try:
        record = reproduce(Wanted(ROOT, out, reference, asked.jobs, tuple(asked.overrides)))
        if record.done():
            write_page(out, reference / "paper.md")
            print(f"Page: {reference / 'paper.md'}")
    except GroupinfError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted; the same command goes on", file=sys.stderr)
        return 130
    for dataset, files in record.absent.items():
        print(f"Left out: {dataset}, which lacks {', '.join(files)}")
    for name, why in record.failed.items():
        print(f"Failed: {name}: {why}")
    return 1 if record.failed or not record.done() else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/reproduce_paper.sh",
        description="Run every study of configs/paper whose data are in the data home ($GROUPINF_DATA), draw the "
        "figures and write the page. The same command again resumes; what is done is not run again.",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=ROOT / "results" / "paper",
        metavar="DIR",
        help="where runs go; default: %(default)s",
    )
    parser.add_argument("--jobs", type=int, metavar="N", help="processes to use; default: all cores")
    parser.add_argument(
        "--set",
        dest="overrides",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="override a key of every study, such as groups.sizes.num=3 for a trial; may be repeated",
    )
    parser.add_argument(
        "--reference",
        type=Path,
        metavar="DIR",
        help="where figures and page go; default: results/reference, with --set the folder reference in --out",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
