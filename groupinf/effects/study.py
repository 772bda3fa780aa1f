"""What every block of groups is computed from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from groupinf.effects.evaluations.evaluation import Norm, Quantity
from groupinf.effects.evaluations.registry import of_the_paper
from groupinf.effects.methods.method import Prediction
from groupinf.effects.test_rows import TestRows
from groupinf.effects.trust import Trust
from groupinf.numerics.bounds import Bounded
from groupinf.numerics.change import RowChange
from groupinf.numerics.engine import Engine
from groupinf.numerics.factor import Factor
from groupinf.numerics.fit import Fitted
from groupinf.numerics.support_vectors import Machine


@dataclass(frozen=True)
class Linearised:
    """What predictions are made with where their loss is another than the fitted one: its derivatives at θ̂, what they
    make of the change, and what solves with them.
    """

    fitted: Fitted
    change: RowChange
    engine: Engine


@dataclass(frozen=True)
class Study:
    """What every block needs: the fit, what is done to a group's rows, the test points, what to compute, and the
    frozen scale of each evaluation.

    ``scales`` maps an evaluation's name to its largest influence by ``fitted`` over all groups, ``gradient_norms`` to
    the largest ‖∇f(θ̂)‖ in H⁻¹ over test points; both have the ``evaluations``, and those that are ``held``.
    ``bounded`` is what bounds on scores need, ``of_fit`` what they say of θ̂. ``machine`` is the fit where its loss is
    not smooth: ``fitted`` then has the derivatives there of a smooth one. The loss of the ``test`` rows is the one that
    is measured. ``influence_solver`` and ``methods`` are those of ``linearised``, where there is one.
    """

    fitted: Fitted
    change: RowChange
    engine: Engine
    influence_solver: Factor
    test: TestRows
    evaluations: tuple[Quantity, ...]
    methods: tuple[Prediction, ...]
    scales: Mapping[str, float]
    gradient_norms: Mapping[str, Norm]
    bounded: Bounded
    of_fit: Trust
    machine: Machine | None = None
    linearised: Linearised | None = None

    @property
    def held(self) -> tuple[Quantity, ...]:
        """What retraining is held to, whatever else is measured: so that θ̂(δ) depends on data and groups alone."""
        return of_the_paper(self.fitted.objective.loss)
