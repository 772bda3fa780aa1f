"""By self-influence with the Hessian without the row."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from groupinf.studies.repair_labels.orders.order import Known, Order

if TYPE_CHECKING:
    from groupinf.numerics.losses.loss import Array


class LeaveOneOutInfluence(Order):
    """How far the Newton step without a row raises its loss, to first order: gᵢᵀ(H − Hᵢ)⁻¹gᵢ, for one output
    sᵢ²rᵢ²qᵢ/(1 − sᵢaᵢqᵢ) with qᵢ = xᵢᵀH⁻¹xᵢ.
    """

    name: ClassVar = "leave_one_out_influence"
    label: ClassVar = "Leave-one-out influence"
    in_text: ClassVar = "by leave-one-out influence"
    equation: ClassVar = "gᵢᵀ(H − Hᵢ)⁻¹gᵢ"
    source: ClassVar = "Koh and Liang 2017, section 5.4, with the Hessian without the row"
    colour: ClassVar = "#882255"
    marker: ClassVar = "X"

    def score(self, known: Known) -> Array:
        """gᵢᵀ(H − Hᵢ)⁻¹gᵢ."""
        steps = known.steps
        score = np.einsum("nk,nkm,nm->n", known.fitted.residuals, steps.blocks, steps.residuals)
        return np.where(steps.lost, np.nan, score)
