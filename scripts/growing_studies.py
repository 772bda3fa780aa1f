"""Measure how the time and memory of whole studies grow: python scripts/growing_studies.py --help"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarking.growing.page import growth_page
from benchmarking.growing.study import LARGE, LEAST, LINES, Measured, StudyShape, measured_study
from benchmarking.processes import measure

KEPT = Path(__file__).resolve().parents[1] / "results" / "reference" / "growth.md"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what is asked for, print the page, and write it where it belongs."""
    asked = _parser().parse_args(arguments)
    try:
        with TemporaryDirectory() as folder:
            machine = measure("machine", Path(folder))
        least = _study("smallest", LEAST, asked.jobs)
        wanted = asked.line or (*LINES, *(LARGE if asked.large else ()))
        lines = {line: [_study(line, shape, asked.jobs) for shape in LINES[line]] for line in LINES if line in wanted}
        large = [_study(name, shape, asked.jobs) for name, shape in LARGE.items() if name in wanted]
    except subprocess.CalledProcessError as error:
        sys.exit(f"Error: {' '.join(map(str, error.cmd))} ended with status {error.returncode}:\n{error.stderr}")
    page = growth_page(machine, asked.jobs, least, lines, large)
    print(page)
    out = asked.out or (None if asked.line else KEPT)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(page, encoding="utf-8")
        print(f"Written to {out}", file=sys.stderr)


def _study(name: str, shape: StudyShape, jobs: int) -> Measured:
    study = measured_study(shape, jobs)
    sizes = f"n {shape.n:,}, d {shape.d}, K {shape.classes}, {shape.groups:,} groups"
    told = f"{sum(stage.cpu for stage in study.stages):.0f} s of the processor, {study.wall:.0f} s on the clock"
    print(f"{name}: {sizes}: {told}, {study.own / 1e6:,.0f} MB", file=sys.stderr, flush=True)
    return study


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description="Run whole studies on made data with rows, features, classes and groups doubled in turn, and say "
        "how processor seconds and memory grow; about ten minutes on two quiet cores.",
        epilog="Without --line all that is doubled is measured; the page is written to results/reference/growth.md. "
        "Two large studies are tall, 1,000,000 × 100 with 500 groups, and multinli, 392,702 × 600 with three classes "
        "and 380 groups: their data take 0.8 and 1.9 GB of the folder of temporary files, and as much again while a "
        "command runs.",
    )
    parser.add_argument(
        "--line",
        action="append",
        choices=(*LINES, *LARGE),
        metavar="NAME",
        help=f"measure this alone, one of {', '.join((*LINES, *LARGE))}; may be repeated",
    )
    parser.add_argument("--large", action="store_true", help="also the two large studies")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="processes of each command (default: 2)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to write the page")
    return parser


if __name__ == "__main__":
    main()
