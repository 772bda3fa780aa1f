"""What the constants of the propositions are found by: eigenvalues by iteration are those of the whole matrix."""

from __future__ import annotations

import numpy as np
import pytest

from groupinf.numerics.fit import fit
from groupinf.numerics.intercept import Intercept
from groupinf.numerics.losses.registry import loss_for
from groupinf.numerics.objective import Objective
from groupinf.theory import propositions
from groupinf.theory.propositions import LEAST_ACCURACY, constants_of

LAM = 0.3


def test_outermost_eigenvalues_by_iteration_are_those_of_the_whole_matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    """σ_max to ten digits; σ_min + λ to the accuracy that is asked of it, where others lie next to it."""
    rng = np.random.default_rng(5)
    X, y = rng.normal(size=(90, 40)) * 10.0 ** np.linspace(-4, 0, 40), rng.integers(0, 2, size=90).astype(np.float64)
    fitted = fit(Objective(X, y, np.ones(90), LAM, loss_for(2), intercept=Intercept.NONE))
    p = 1 / (1 + np.exp(-X @ fitted.theta))
    values = np.linalg.eigvalsh((X.T * (p * (1 - p))) @ X)
    for largest_whole, accuracy in ((40, 1e-9), (0, LEAST_ACCURACY)):
        monkeypatch.setattr(propositions, "WHOLE", largest_whole)
        found = constants_of(fitted, of_removal=True)
        assert found is not None
        assert found.largest == pytest.approx(values[-1], rel=1e-9)
        assert found.least + LAM == pytest.approx(values[0] + LAM, rel=accuracy)
