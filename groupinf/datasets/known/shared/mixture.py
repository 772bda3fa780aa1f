"""Points of two normal distributions: what the datasets ``mog`` and ``mog_squared`` are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from groupinf.datasets.rows.labels import Labels
    from groupinf.numerics.objective import Objective


POINTS = 120  # half of them of either distribution
FEATURES = 60
DISTANCE = 1.0  # of the means
LAMBDA_OVER_N = 1e-3


def two_normals(seed: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """X (120, 60) and codes (120,): 60 points of N(−½e₁, I), of class 0, then 60 of N(½e₁, I), of class 1."""
    import numpy as np

    half = POINTS // 2
    X = np.random.RandomState(seed).standard_normal((POINTS, FEATURES))
    X[:half, 0] -= DISTANCE / 2
    X[half:, 0] += DISTANCE / 2
    return X, np.repeat(np.arange(2), half)


def objective_of(X: NDArray[np.float64], y: Labels, classes: int, lambda_over_n: float = LAMBDA_OVER_N) -> Objective:
    """The objective without an intercept; ``classes`` 0 is squared loss."""
    import numpy as np

    from groupinf.numerics.intercept import Intercept
    from groupinf.numerics.losses.registry import loss_for
    from groupinf.numerics.objective import Objective

    weight, lam = np.ones(y.size), lambda_over_n * y.size
    return Objective(X, y.astype(np.float64), weight, lam, loss_for(classes), intercept=Intercept.NONE)
