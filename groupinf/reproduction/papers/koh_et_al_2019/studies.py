"""The studies of configs/paper, cheap ones first, and the figures that are drawn from them."""

from __future__ import annotations

from pathlib import Path

from groupinf.reproduction.paper import Study

CONFIGS = Path("configs") / "paper"
PERCENTILE = "test_points.percentile=[40,60]"  # figure C.1
EVALUATION = "-c1"

# Table 1 and the figures show them in this order, the paper's
ORDER = ("diabetes", "enron", "dogfish", "mnist", "cdr")


def _study(name: str, command: str) -> Study:
    return Study(name, command, CONFIGS / f"{name}.yaml")


def _figure_1(*shorts: str) -> tuple[Study, ...]:
    """The runs of Figure 1, each with its evaluation on other test points."""
    runs = [_study(f"figure-1-{short}", "experiment") for short in shorts]
    return tuple(
        study
        for run in runs
        for study in (run, Study(f"{run.name}{EVALUATION}", "evaluate", run.config, run.name, (PERCENTILE,)))
    )


# labelling functions, and crowdworkers
NATURAL = ("natural-groups-cdr", "natural-groups-multinli")

# data that are made so that influence fails
COUNTEREXAMPLES = tuple(
    f"figure-3-{short}" for short in ("mog", "mog-reversed", "mog-squared", "ortho", "ortho-12", "ortho-12-counts")
)

STUDIES: tuple[Study, ...] = (
    *(_study(name, "experiment") for name in COUNTEREXAMPLES),
    _study(NATURAL[0], "experiment"),
    *_figure_1("dogfish", "cdr", "diabetes"),
    _study(NATURAL[1], "experiment"),
    *_figure_1("enron"),
    *(_study(f"figure-c2-{short}", "sweep") for short in ("cdr", "diabetes", "dogfish", "enron", "mnist")),
    *_figure_1("mnist"),
)

_RUNS = tuple(f"figure-1-{short}" for short in ORDER)
_SWEEPS = tuple(f"figure-c2-{short}" for short in ORDER)
# what each figure is drawn from, of which it takes those that are there
FIGURES: dict[str, tuple[str, ...]] = {
    "figure-1": _RUNS,
    "figure-2": _RUNS,
    "figure-3": COUNTEREXAMPLES,
    "figure-c1": tuple(f"{name}{EVALUATION}" for name in _RUNS),
    "figure-c2": _SWEEPS,
    "figure-c3": _SWEEPS,
    "figure-c4": _RUNS,
    "figure-4": NATURAL,
    **{f"figure-c{number}": NATURAL[:1] for number in (5, 6, 7)},
    **{f"figure-c{number}": NATURAL[1:] for number in (8, 9, 10, 11)},
}
