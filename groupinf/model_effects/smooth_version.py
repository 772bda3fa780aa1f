"""The hinge loss of a fitted machine: predictions are made with its smooth version, at a temperature that is told."""

from __future__ import annotations

import math
from numbers import Real

from groupinf.config.words import found
from groupinf.errors import DataError
from groupinf.estimators.estimator import Translated
from groupinf.model_effects.optimum import typical_row
from groupinf.numerics.approximate_leave_one_out import own_blocks
from groupinf.numerics.fit import Fitted
from groupinf.numerics.intercept import Intercept
from groupinf.numerics.losses.hinge import SMOOTHING, Hinge
from groupinf.numerics.losses.loss import Loss
from groupinf.numerics.objective import scores
from groupinf.wording import counted, number

# A row of a larger leverage holds most of the curvature that it is measured by, and a smooth version whose minimum is
# farther from θ̂, in units of what leaving out a typical row does, is another model. Found on breast_cancer and two
# made sets of data with C of 0.001 to 1 and temperatures of 0.001 to 1, by the rank correlation of influence with the
# actual effects of 25 groups: 0.79 to 1 where neither holds (median 0.89), 0.06 to 1 where one does (median 0.69)
LARGEST_LEVERAGE, FARTHEST = 0.5, 15.0


def smoothed(parts: Translated, smoothing: object, name: str) -> Loss:
    """The loss of a model, the hinge with the temperature ``smoothing`` where it is not None.

    Raises DataError where it is no number of at least 0, the loss has no smooth version, or a free intercept would be
    left without curvature.
    """
    if smoothing is None:
        return parts.loss
    if not isinstance(parts.loss, Hinge):
        raise DataError(f"smoothing: expected none for a {name}, whose {parts.loss.label} is smooth; leave it out")
    if isinstance(smoothing, bool) or not isinstance(smoothing, Real) or not 0.0 <= float(smoothing) < math.inf:
        raise DataError(f"{SMOOTHING.name}: expected a number of at least 0, found {found(smoothing)}")
    if smoothing == 0.0 and parts.intercept is Intercept.FREE:
        expected = f"{SMOOTHING.name}: expected a number above 0 for a {name}, whose intercept is not penalised"
        raise DataError(f"{expected}, found 0, at which the {parts.loss.label} has no curvature")
    return Hinge(float(smoothing))


def told_of_smoothing(fitted: Fitted) -> dict[str, str]:
    """The temperature, and whether predictions are likely to be poor with it; nothing of a loss that is smooth."""
    loss = fitted.objective.loss
    if not isinstance(loss, Hinge):
        return {}
    told = f"{number(loss.smoothing)}, the temperature: predictions are made with {loss.derivatives_in_text}"
    poor = _poor(fitted, loss)
    return {SMOOTHING.name: told, **({"predictions": f"likely to be poor, as {poor}"} if poor else {})}


def _poor(fitted: Fitted, loss: Hinge) -> str:
    """Why predictions are likely to be poor, and what would be better; empty where they are not."""
    if not loss.curved:
        return f"without curvature they are too large; a {SMOOTHING.name} above 0 gives some"
    few, far = _few_hold_the_curvature(fitted), _another_model(fitted)
    if few and far:
        return f"{few}; and {far}. A smaller C may help, where no other {SMOOTHING.name} does"
    if few:
        return f"{few}. A larger {SMOOTHING.name} spreads curvature over more rows"
    return f"{far}. A smaller {SMOOTHING.name} is nearer to the hinge" if far else ""


def _few_hold_the_curvature(fitted: Fitted) -> str:
    """Rows of large leverage, unless they take too long to find."""
    blocks = own_blocks(fitted)
    if blocks is None:
        return ""
    objective = fitted.objective
    curvature = objective.loss.curvature(scores(objective.X, fitted.theta, 1), objective.y)[:, 0, 0]
    leverage = blocks[:, 0, 0] * curvature * objective.sample_weight
    high = int((leverage > LARGEST_LEVERAGE).sum())
    if not high:
        return ""
    those = "this row" if high == 1 else "these rows"
    return (
        f"nearly all curvature rests on {counted(high, 'row')} of a leverage above {number(LARGEST_LEVERAGE)}, up to "
        f"{number(float(leverage.max()), 4)}: influence and Newton may rank groups badly, and leave_one_out_loss, "
        f"self_newton and cooks_distance of {those} mean nothing"
    )


def _another_model(fitted: Fitted) -> str:
    """How far the minimum of the smooth version is, where that is far."""
    typical = typical_row(fitted)
    times = fitted.decrement / typical if typical > 0.0 else 0.0
    if not times > FARTHEST:
        return ""
    return f"the smooth version's minimum is {number(times)} times as far as leaving out a typical row moves the model"
