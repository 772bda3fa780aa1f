"""How large effects are at most, as influence predicts it: what they are held to, frozen for all blocks of a study."""

from __future__ import annotations

from collections.abc import Sequence

from scipy import sparse

from groupinf.effects.evaluations.evaluation import Norm, Quantity
from groupinf.effects.evaluations.registry import of_the_paper
from groupinf.effects.test_rows import TestRows
from groupinf.numerics.change import RowChange
from groupinf.numerics.fit import Fitted


def frozen_scales(
    fitted: Fitted, change: RowChange, test: TestRows, W: sparse.csr_array, evaluations: Sequence[Quantity]
) -> tuple[dict[str, float], dict[str, Norm]]:
    """(scales, gradient_norms) of a Study of the groups W (G, n), on these evaluations and what retraining is held to.

    An evaluation on which no group has any influence has scale 1.
    """
    needed: dict[Quantity, None] = dict.fromkeys((*evaluations, *of_the_paper(fitted.objective.loss)))
    scales = {evaluation.name: evaluation.scale(fitted, change, test, W) for evaluation in needed}
    norms = {name: scale.gradient_norm for name, scale in scales.items() if scale.gradient_norm is not None}
    return {name: scale.largest or 1.0 for name, scale in scales.items()}, norms
