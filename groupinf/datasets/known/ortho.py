"""Ortho: copies of two points on each of two axes, of which the removal scales influence by unlike factors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from groupinf.datasets.facts import DatasetFacts, KnownDataset
from groupinf.datasets.known.shared.copies_on_axes import Axis
from groupinf.datasets.known.shared.made import CITATION, URL

if TYPE_CHECKING:
    from groupinf.datasets.dataset import Dataset


FACTS = DatasetFacts(
    name="ortho",
    title="Ortho: copies of two points on each of two axes",
    n=120,
    n_test=1,
    d=2,
    n_classes=2,
    licence="none needed: made by this package",
    citation=CITATION,
    url=URL,
    made=True,
    adversarial=(
        "Points, labels and numbers of copies are chosen adversarially, so that the Newton step exceeds the influence "
        "of copies by factors that differ from point to point."
    ),
)

AXES = (Axis(0.075, 0.15, 40, 20), Axis(1.0, 0.1, 40, 20))


def load(home: Path, seed: int) -> Dataset:
    """Return the copies, and the test point ``ones``, (1, 1). ``home`` is not looked at and ``seed`` is not used."""
    import numpy as np

    from groupinf.datasets.known.shared.copies_on_axes import copies_on
    from groupinf.datasets.known.shared.made import made_dataset

    X, y = copies_on(AXES)
    return made_dataset(FACTS, X, y, {"ones": np.ones(FACTS.d)})


KNOWN = KnownDataset(FACTS, load)
