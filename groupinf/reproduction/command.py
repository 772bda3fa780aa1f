"""The command that runs a paper's studies, draws its figures and writes its page."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from groupinf.errors import DataError, GroupinfError
from groupinf.reproduction.driver import Wanted, reproduce
from groupinf.reproduction.page import write_page
from groupinf.reproduction.paper import Paper
from groupinf.reproduction.registry import PAPERS

# the checkout that this package is part of: it has the configurations, and keeps figures and page
ROOT = Path(__file__).resolve().parents[2]
# what shells report for a command that was interrupted
INTERRUPTED = 130


def main(arguments: list[str] | None = None) -> int:
    """Run what is asked for; 1 where something failed."""
    asked = _parser().parse_args(arguments)
    paper = PAPERS[asked.paper]
    out = (asked.out or ROOT / "results" / paper.folder).absolute()
    try:
        if asked.page is not None:
            write_page(paper, out, asked.page)
            return 0
        return _reproduced(paper, out, asked)
    except GroupinfError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted; the same command goes on", file=sys.stderr)
        return INTERRUPTED


def _reproduced(paper: Paper, out: Path, asked: argparse.Namespace) -> int:
    """Run the studies and write the page of those that are done; where studies are shrunk, nothing kept is replaced."""
    lacking = [study.config for study in paper.studies if not (ROOT / study.config).is_file()]
    if lacking:
        raise DataError(
            f"{ROOT}: expected a checkout of the repository with {lacking[0]}, found none; "
            "bash scripts/reproduce.sh there installs groupinf so that it finds its configurations"
        )
    reference = asked.reference or (out / "reference" if asked.overrides else ROOT / "results" / "reference")
    wanted = Wanted(ROOT, out, reference.absolute(), asked.jobs, tuple(asked.overrides))
    record = reproduce(paper, wanted)
    if record.done():
        write_page(paper, out, wanted.reference / paper.page)
        print(f"Page: {wanted.reference / paper.page}")
    for dataset, files in record.absent.items():
        print(f"Left out: {dataset}, which lacks {', '.join(files)}")
    for name, why in record.failed.items():
        print(f"Failed: {name}: {why}")
    return 1 if record.failed or not record.done() else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m groupinf.reproduction",
        description="Run every study of a paper whose data are in the data home ($GROUPINF_DATA), draw the figures "
        "and write the page. The same command again resumes; what is done is not run again.",
    )
    parser.add_argument("paper", choices=list(PAPERS), help="the paper")
    add = parser.add_argument
    add("--out", type=Path, metavar="DIR", help="where runs go; default: a folder of the paper below results/")
    add("--jobs", type=int, metavar="N", help="processes to use; default: all cores")
    add(
        "--set",
        dest="overrides",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="override a key of every study, such as groups.sizes.num=3 for a trial; may be repeated",
    )
    add(
        "--reference",
        type=Path,
        metavar="DIR",
        help="where figures and page go; default: results/reference, with --set the folder reference in --out",
    )
    add("--page", type=Path, metavar="FILE", help="run nothing: write the page of what --out holds as FILE")
    return parser
