"""Ortho in twelve dimensions: where influence orders the removal of copies the other way round."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from groupinf.datasets.facts import KnownDataset
from groupinf.datasets.known import ortho
from groupinf.datasets.known.shared.copies_on_axes import Axis

if TYPE_CHECKING:
    from groupinf.datasets.dataset import Dataset


FACTS = replace(
    ortho.FACTS,
    name="ortho_12",
    title="Ortho in 12 dimensions: copies of two points on each of twelve axes",
    n=305,
    d=12,
    adversarial=(
        "Points, labels and numbers of copies are chosen adversarially, so that influence orders the axes the other "
        "way round than the actual effect of removing all but one copy of the first point of each."
    ),
)

AXES = (
    Axis(0.93, 0.50, 20, 10),
    Axis(0.93, 0.07, 5, 40),
    Axis(0.80, 0.05, 5, 40),
    Axis(0.68, 0.08, 5, 20),
    Axis(0.58, 0.13, 5, 10),
    Axis(0.50, 0.23, 5, 5),
    Axis(0.37, 0.07, 5, 5),
    Axis(0.37, 0.32, 5, 5),
    Axis(0.32, 0.32, 5, 5),
    Axis(0.17, 0.05, 5, 5),
    Axis(0.13, 0.06, 5, 40),
    Axis(0.06, 0.05, 10, 40),
)


def load(home: Path, seed: int) -> Dataset:
    """Return the copies, and the test point ``ones``. ``home`` is not looked at and ``seed`` is not used."""
    import numpy as np

    from groupinf.datasets.known.shared.copies_on_axes import copies_on
    from groupinf.datasets.known.shared.made import made_dataset

    X, y = copies_on(AXES)
    return made_dataset(FACTS, X, y, {"ones": np.ones(FACTS.d)})


KNOWN = KnownDataset(FACTS, load)
