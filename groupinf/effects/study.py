"""What every block of groups is computed from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from groupinf.effects.trust import Trust
from groupinf.numerics.bounds import Bounded
from groupinf.numerics.engine import Engine
from groupinf.numerics.factor import Factor
from groupinf.numerics.fit import Fitted
from groupinf.numerics.objective import Objective


@dataclass(frozen=True)
class Study:
    """What every block needs: the fit, the test rows, what to compute, and the frozen scale of each evaluation.

    ``test`` holds the rows of ``test_points``, ``sums`` the slice of them that each test point is the sum over (empty
    where each row is a test point); ``scales`` maps an evaluation to its largest predicted effect over all groups,
    ``gradient_norms`` to the largest ‖∇f(θ̂)‖ in H⁻¹ over test points. ``bounded`` is what bounds on scores need,
    ``of_fit`` what they say of θ̂.
    """

    fitted: Fitted
    engine: Engine
    influence_solver: Factor
    test: Objective
    test_points: tuple[int, ...]
    evaluations: tuple[str, ...]
    methods: tuple[str, ...]
    scales: Mapping[str, float]
    gradient_norms: Mapping[str, float]
    bounded: Bounded
    of_fit: Trust
    sums: tuple[slice, ...] = ()
