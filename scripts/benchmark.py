"""Measure exact retraining beside what one would use instead: python scripts/benchmark.py --help"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarking.processes import measure
from benchmarking.report import machine_words, report
from benchmarking.shapes import BY_DEFAULT, SHAPES
from benchmarking.single_rows_page import single_rows_page

# this process imports no numerical library: a child's peak memory is never below its parent's
REFERENCE = Path(__file__).resolve().parents[1] / "results" / "reference"
KEPT, KEPT_OF_SINGLE_ROWS = REFERENCE / "benchmark.md", REFERENCE / "benchmark_single_rows.md"


def main(arguments: list[str] | None = None) -> None:
    """Measure what is asked for, print the page, and write it where it belongs."""
    asked = _parser().parse_args(arguments)
    if asked.groups < 2:
        sys.exit(f"Error: --groups: expected at least 2, half random and half tails, found {asked.groups}")
    try:
        page = _of_single_rows() if asked.single_rows else _measured(asked)
    except subprocess.CalledProcessError as error:
        sys.exit(f"Error: the measurement {error.cmd[3]!r} ended with status {error.returncode}; see above")
    print(page)
    kept = KEPT_OF_SINGLE_ROWS if asked.single_rows else None if asked.dataset else KEPT
    out = asked.out or kept
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(page, encoding="utf-8")
        print(f"Written to {out}", file=sys.stderr)


def _of_single_rows() -> str:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return single_rows_page(machine_words(_said("machine", folder)), _said("single_rows", folder))


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
    parser.add_argument(
        "--single-rows",
        action="store_true",
        help="measure leave-one-out and influence of single rows beside pyinfluence and refits with joblib, nothing "
        "else; written to results/reference/benchmark_single_rows.md",
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to write the page")
    return parser


if __name__ == "__main__":
    main()
