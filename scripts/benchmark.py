"""Measure exact retraining and whole studies beside what one would use instead: python scripts/benchmark.py --help"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarking.page import page
from benchmarking.parts import PARTS, Settings, machine
from benchmarking.shapes import BY_DEFAULT, SHAPES
from benchmarking.studies.asked import STUDIES

# this process imports no numerical library: a child's peak memory is never below its parent's
KEPT = Path(__file__).resolve().parents[1] / "results" / "reference" / "benchmark.md"


def main(arguments: list[str] | None = None) -> None:
    """Measure what is asked for, print the page, and write it where it belongs."""
    asked = _parser().parse_args(arguments)
    for option, least in (("groups", 2), ("rounds", 1)):
        if getattr(asked, option) < least:
            sys.exit(f"Error: --{option}: expected at least {least}, found {getattr(asked, option)}")
    try:
        text = _measured(asked)
    except subprocess.CalledProcessError as error:
        sys.exit(f"Error: {error.cmd!r} ended with status {error.returncode}; see above")
    print(text)
    everything = not (asked.part or asked.dataset or asked.study)
    out = asked.out or (KEPT if everything else None)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")
        print(f"Written to {out}", file=sys.stderr)


def _measured(asked: argparse.Namespace) -> str:
    with tempfile.TemporaryDirectory() as forgotten:
        settings = Settings(
            kept=asked.measured or Path(forgotten),
            rounds=asked.rounds,
            datasets=tuple(asked.dataset or BY_DEFAULT),
            groups=asked.groups,
            peer_seconds=asked.peer_seconds,
            studies=tuple(asked.study or STUDIES),
            loop_seconds=asked.loop_seconds,
        )
        facts = machine(settings)
        return page(
            facts, {name: measure(settings) for name, measure in PARTS.items() if name in (asked.part or PARTS)}
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description="Measure whole studies beside a loop of refits in scikit-learn, short commands beside the imports "
        "they need, and exact retraining beside scikit-learn's solvers, on the same groups, one thread each. Real data "
        "come from the data home ($GROUPINF_DATA); where they are absent, whole studies are left out, and for "
        "retraining data of the same shape are made.",
        epilog=f"Without --part, --dataset and --study everything is measured, with --dataset {', '.join(BY_DEFAULT)}; "
        "and the page is written to results/reference/benchmark.md.",
    )
    _add_choice(parser, "part", PARTS, "measure only this")
    _add_choice(parser, "study", STUDIES, "of whole studies only this")
    _add_choice(parser, "dataset", SHAPES, "retrain only on this")
    parser.add_argument("--groups", type=int, default=40, metavar="N", help="groups to retrain (default: 40)")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="rounds of turns (default: 3)")
    parser.add_argument(
        "--peer-seconds",
        type=float,
        default=2.5,
        metavar="S",
        help="processor time after which a solver of scikit-learn's begins no further group in a round (default: 2.5)",
    )
    parser.add_argument(
        "--loop-seconds",
        type=float,
        default=4.0,
        metavar="S",
        help="time that the refits of a loop may take in a round; the others are scaled up from them (default: 4)",
    )
    parser.add_argument(
        "--measured",
        type=Path,
        metavar="DIR",
        help="where to keep each measurement; what is there already is not measured again, so that a run goes on",
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to write the page")
    return parser


def _add_choice(parser: argparse.ArgumentParser, option: str, names: dict[str, object], words: str) -> None:
    parser.add_argument(
        f"--{option}",
        action="append",
        choices=names,
        metavar="NAME",
        help=f"{words}, one of {', '.join(names)}; may be repeated",
    )


if __name__ == "__main__":
    main()
