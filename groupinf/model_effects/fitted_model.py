"""A fitted model that may be asked for effects again and again: what is computed once is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from groupinf.model_effects.asked import Entries
from groupinf.model_effects.group_effects import group_effects
from groupinf.model_effects.optimum import Distance
from groupinf.model_effects.point_effects import point_effects
from groupinf.model_effects.result import GroupEffects, PointEffects
from groupinf.model_effects.taken import Taken
from groupinf.model_effects.test_rows import EACH, SUM
from groupinf.numerics.losses.loss import Array


@dataclass(frozen=True, repr=False)
class FittedModel:
    """A model with the rows that it was fitted to and is tested on, and the factor of its Hessian: asked for the
    effects of other groups, it fits nothing.
    """

    taken: Taken

    def group_effects(
        self,
        groups: Any,
        *,
        evaluations: Entries | None = None,
        methods: Entries | None = None,
        change: str | Mapping[str, Any] | None = None,
        retrain: str | Mapping[str, Any] = "all",
        test_points: str | Sequence[int] = SUM,
        jobs: int = 1,
        seed: int = 0,
    ) -> GroupEffects:
        """What removing or changing each of the ``groups`` does, as ``groupinf.group_effects`` says."""
        return group_effects(
            self.taken,
            groups,
            evaluations=evaluations,
            methods=methods,
            change=change,
            retrain=retrain,
            test_points=test_points,
            jobs=jobs,
            seed=seed,
        )

    def point_effects(
        self, *, evaluations: Entries | None = None, test_points: str | Sequence[int] = EACH
    ) -> PointEffects:
        """What removing each training row does, as ``groupinf.point_effects`` says."""
        return point_effects(self.taken, evaluations=evaluations, test_points=test_points)

    @property
    def told(self) -> Mapping[str, str]:
        """How the model was taken: loss, λ, λ/n, intercept, weights, earlier steps, how far it was from its optimum."""
        return self.taken.told

    @property
    def distance(self) -> Distance:
        """How far the model itself was from the optimum."""
        return self.taken.distance

    @property
    def theta(self) -> Array:
        """θ̂, by features, the intercept last where there is one: (d + 1,) of one output, else (d + 1, K)."""
        fitted, outputs = self.taken.fit.fitted, self.taken.linear.loss.outputs
        full = fitted.objective.in_full(fitted.theta)
        return full if outputs == 1 else full.reshape(-1, outputs)

    def __repr__(self) -> str:
        return "\n".join([f"FittedModel of a {self.taken.name}", *(f"  {k}: {v}" for k, v in self.told.items())])
