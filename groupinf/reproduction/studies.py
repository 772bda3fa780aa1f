"""The studies of configs/paper, cheap ones first, and the figures that are drawn from them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from groupinf.datasets.files.data_home import data_home
from groupinf.datasets.known.registry import facts_of

CONFIGS = Path("configs") / "paper"
PERCENTILE = "test_points.percentile=[40,60]"  # figure C.1
EVALUATION = "-c1"

# Table 1 and the figures show them in this order, the paper's
ORDER = ("diabetes", "enron", "dogfish", "mnist", "cdr")


@dataclass(frozen=True)
class Study:
    """Something to run: ``what`` is experiment, sweep or evaluate; ``of`` is the study that an evaluation is of."""

    name: str
    what: str
    of: str = ""

    @property
    def config(self) -> Path:
        """The file, relative to the repository's root."""
        return CONFIGS / f"{self.of or self.name}.yaml"


def _figure_1(*shorts: str) -> tuple[Study, ...]:
    """The runs of Figure 1, each with its evaluation on other test points."""
    names = [f"figure-1-{short}" for short in shorts]
    return tuple(
        study
        for name in names
        for study in (Study(name, "experiment"), Study(f"{name}{EVALUATION}", "evaluate", of=name))
    )


STUDIES: tuple[Study, ...] = (
    Study("natural-groups-cdr", "experiment"),
    *_figure_1("dogfish", "cdr", "diabetes"),
    Study("natural-groups-multinli", "experiment"),
    *_figure_1("enron"),
    *(Study(f"figure-c2-{short}", "sweep") for short in ("cdr", "diabetes", "dogfish", "enron", "mnist")),
    *_figure_1("mnist"),
)

_RUNS = tuple(f"figure-1-{short}" for short in ORDER)
_SWEEPS = tuple(f"figure-c2-{short}" for short in ORDER)
# what each figure is drawn from, of which it takes those that are there
FIGURES: dict[str, tuple[str, ...]] = {
    "figure-1": _RUNS,
    "figure-2": _RUNS,
    "figure-c1": tuple(f"{name}{EVALUATION}" for name in _RUNS),
    "figure-c2": _SWEEPS,
    "figure-c3": _SWEEPS,
    "figure-c4": _RUNS,
}


def dataset_of(study: Study, root: Path) -> str:
    """The name of the dataset that its configuration asks for."""
    return str(yaml.safe_load((root / study.config).read_text(encoding="utf-8"))["dataset"]["name"])


def absent_files(dataset: str) -> list[str]:
    """The files of a dataset that are not below the data home."""
    return [source.path for source in facts_of(dataset).files if not (data_home() / source.path).is_file()]
