"""Measure exact retraining beside what one would use instead: python scripts/benchmark.py --help"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarking.processes import measure
from benchmarking.report import report
from benchmarking.shapes import BY_DEFAULT, SHAPES

# this process imports no numerical library: a child's peak memory is never below its parent's
KEPT = Path(__file__).resolve().parents[1] / "results" / "reference" / "benchmark.md"


def main(arguments: list[str] | None = None) -> None:
    """Measure what is asked for, print the page, and write it where it belongs."""
    asked = _parser().parse_args(arguments)
    if asked.groups < 2:
        sys.exit(f"Error: --groups: expected at least 2, half random and half tails, found {asked.groups}")
    try:
        page = _measured(asked)
    except subprocess.CalledProcessError as error:
        sys.exit(f"Error: the measurement {error.cmd[3]!r} ended with status {error.returncode}; see above")
    print(page)
    out = asked.out or (None if asked.dataset else KEPT)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(page, encoding="utf-8")
        print(f"Written to {out}", file=sys.stderr)


def _measured(asked: argparse.Namespace) -> str:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        machine = _said("machine", folder)
        measured = {
            dataset: _dataset(dataset, folder / dataset, asked.groups, asked.peer_seconds)
            for dataset in asked.dataset or BY_DEFAULT
        }
        growth = _said("growth", folder)["rows"] if asked.growth else []
    return report(machine, measured, growth)


def _dataset(name: str, folder: Path, groups: int, peer_seconds: float) -> dict[str, Any]:
    """Results of each task, under its name; the folder with data and reference is emptied afterwards."""
    folder.mkdir()
    facts = _said("prepare", folder, name, str(groups))
    results = {"prepare": facts, "groupinf": _said("groupinf", folder, name)}
    for peer, serves in facts["serves"].items():
        if serves:
            results[peer] = _said(peer, folder, name, str(peer_seconds))
    for file in folder.iterdir():
        file.unlink()
    return results


def _said(task: str, folder: Path, name: str = "", amount: str = "") -> dict[str, Any]:
    print(f"{name or 'all'}: {task}", file=sys.stderr, flush=True)
    return measure(task, folder, name, amount)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description="Measure exact retraining beside scikit-learn's solvers, on the same groups, one thread each. "
        "Real data come from the data home ($GROUPINF_DATA); where they are absent, data of the same shape are made.",
        epilog=f"Without --dataset these are measured: {', '.join(BY_DEFAULT)}; and the page is written to "
        "results/reference/benchmark.md.",
    )
    parser.add_argument(
        "--dataset",
        action="append",
        choices=SHAPES,
        metavar="NAME",
        help=f"one of {', '.join(SHAPES)}; may be repeated",
    )
    parser.add_argument("--groups", type=int, default=40, metavar="N", help="groups to retrain (default: 40)")
    parser.add_argument(
        "--peer-seconds",
        type=float,
        default=40.0,
        metavar="S",
        help="processor time after which a solver of scikit-learn's begins no further group (default: 40)",
    )
    parser.add_argument("--growth", action="store_true", help="also measure how the cost grows, on made data")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to write the page")
    return parser


if __name__ == "__main__":
    main()
