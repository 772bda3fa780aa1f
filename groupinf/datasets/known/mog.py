"""MoG: two normal distributions, and test points on which influence disagrees with the truth; made from the seed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from groupinf.datasets.facts import DatasetFacts, KnownDataset
from groupinf.datasets.known.shared.made import CITATION, URL
from groupinf.datasets.known.shared.mixture import FEATURES, POINTS

if TYPE_CHECKING:
    from groupinf.datasets.dataset import Dataset


FACTS = DatasetFacts(
    name="mog",
    title="MoG: points of two normal distributions whose means are 1 apart",
    n=POINTS,
    n_test=2,
    d=FEATURES,
    n_classes=2,
    licence="none needed: made by this package",
    citation=CITATION,
    url=URL,
    made=True,
    adversarial=(
        "Test points are chosen adversarially, so that influence disagrees with the Newton step and the actual effect "
        "for the pairs of rows with the largest angle between influence and Newton step."
    ),
)

# pairs, γ and κ of ``opposing_test_point``: few pairs can be turned round, all of more no further than to no order
DECORRELATED = 120, 1e-2, 1.0
REVERSED = 30, 1e-3, 2.0


def load(home: Path, seed: int) -> Dataset:
    """Return 60 points of each distribution, drawn by ``seed``, and the test points ``decorrelated`` and ``reversed``.

    They are those of ``opposing_test_point`` for logistic loss without an intercept at λ/n = 10⁻³. ``home`` is not
    looked at. With one thread of BLAS, so that the last digits do not depend on their number.
    """
    from threadpoolctl import threadpool_limits

    from groupinf.datasets.known.shared.made import made_dataset
    from groupinf.datasets.known.shared.mixture import objective_of, two_normals
    from groupinf.datasets.known.shared.turned_pairs import opposing_test_point, turned_pairs

    X, y = two_normals(seed)
    with threadpool_limits(limits=1):
        steps = turned_pairs(objective_of(X, y, FACTS.n_classes), max(DECORRELATED[0], REVERSED[0]))
        named = {"decorrelated": DECORRELATED, "reversed": REVERSED}
        test = {
            name: opposing_test_point(steps.first(pairs), ridge, agreement)
            for name, (pairs, ridge, agreement) in named.items()
        }
    return made_dataset(FACTS, X, y, test)


KNOWN = KnownDataset(FACTS, load)
