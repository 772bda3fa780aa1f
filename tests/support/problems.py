"""Small objectives with known structure, for the tests of numerics and effects."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from groupinf.numerics.losses.registry import loss_for
from groupinf.numerics.objective import Objective, with_intercept


def make_objective(
    classes: int,
    n: int = 60,
    d: int = 4,
    lam: float = 0.7,
    weighted: bool = False,
    as_sparse: bool = False,
    seed: int = 0,
) -> Objective:
    """A random problem: classes 0 is regression, 2 binary, more softmax."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d)) * np.logspace(0, 1, d)
    if as_sparse:
        X[np.abs(X) < 1.0] = 0.0
    y = rng.integers(classes, size=n).astype(float) if classes else rng.normal(size=n)
    y[: max(classes, 1)] = np.arange(max(classes, 1))
    weight = rng.uniform(0.3, 2.5, size=n) if weighted else np.ones(n)
    return Objective(with_intercept(sparse.csr_array(X) if as_sparse else X), y, weight, lam, loss_for(classes))
