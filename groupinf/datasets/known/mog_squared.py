"""MoG with squared loss: the points of ``mog`` with targets −1 and 1, where the Newton step is the truth."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from groupinf.datasets.facts import KnownDataset
from groupinf.datasets.known import mog

if TYPE_CHECKING:
    from groupinf.datasets.dataset import Dataset


FACTS = replace(
    mog.FACTS,
    name="mog_squared",
    title="MoG with squared loss: points of two normal distributions whose means are 1 apart, with targets -1 and 1",
    n_test=1,
    n_classes=0,
)

# pairs, γ and κ of ``opposing_test_point``
REVERSED = 30, 1e-3, 1.0


def load(home: Path, seed: int) -> Dataset:
    """Return 60 points of each distribution, drawn by ``seed``, and the test point ``reversed``.

    It is that of ``opposing_test_point`` for squared loss without an intercept at λ/n = 10⁻³. ``home`` is not looked
    at. With one thread of BLAS, so that the last digits do not depend on their number.
    """
    import numpy as np
    from threadpoolctl import threadpool_limits

    from groupinf.datasets.known.shared.made import made_dataset
    from groupinf.datasets.known.shared.mixture import objective_of, two_normals
    from groupinf.datasets.known.shared.turned_pairs import opposing_test_point, turned_pairs

    X, codes = two_normals(seed)
    y = 2.0 * codes.astype(np.float64) - 1.0
    pairs, ridge, agreement = REVERSED
    with threadpool_limits(limits=1):
        test = opposing_test_point(turned_pairs(objective_of(X, y, FACTS.n_classes), pairs), ridge, agreement)
    return made_dataset(FACTS, X, y, {"reversed": test})


KNOWN = KnownDataset(FACTS, load)
