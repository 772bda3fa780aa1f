"""The support vector machine, exactly: min P(θ) = Σ s_i max(0, 1 − ỹ_i z_i) + (λ/2)‖weights‖², ỹ in {−1, 1}.

Its dual is max Σα_i − ‖Σ α_i ỹ_i x_i‖²/2λ over 0 ≤ α ≤ s, and Σ α_i ỹ_i = 0 beside a free intercept. With weights
w = Σ α_i ỹ_i x_i/λ the gap between the two is a sum of what no row can make negative,

    P − D = Σ (s_i − α_i) max(0, 1 − m_i) + α_i max(0, m_i − 1),  m_i = ỹ_i z_i,

and by strong convexity ‖w − w*‖² ≤ 2(P − D)/λ. Which rows are inside of their margin (α = s), on it or beyond it
(α = 0) is found with a smooth hinge that is cooled; rows on it then satisfy linear equations.
Of a free intercept all minima form an interval, where P is flat; its middle is taken.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from groupinf.errors import ConvergenceError
from groupinf.numerics.factor import cholesky
from groupinf.numerics.intercept import Intercept
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.losses.smooth_hinge import SmoothHinge
from groupinf.numerics.objective import Objective, gradients, values
from groupinf.numerics.products import Design, dense, times, transposed_times
from groupinf.numerics.rounding import SLACK, UNIT, gamma
from groupinf.wording import number

# temperatures of the smooth hinge, relative to a margin of 1: each minimum starts the next
TEMPERATURES = tuple(3.0**-k for k in range(13))
NEWTON_STEPS, CUTS = 60, 40
# a Newton decrement, squared and relative to the objective, below which the next temperature may come
NEAR = 1e-12
# beside the penalty of the weights, what a free intercept is held by in a Newton step, which its length makes good
HELD = 1e-6
# a row whose curvature is below this share of the largest has none
NO_CURVATURE = 1e-14
# where a row is, and how near to 0 or 1 its share of α is at the last temperature where it is not on its margin
BEYOND, ON, INSIDE = 0, 1, 2
SATURATED = 1e-7
# the gap that a minimum may have at most, relative to the objective at θ = 0
LARGEST_GAP = 1e-8
# rows may be moved so many times, and so many more than there are parameters may be on their margins
SORTINGS, MORE_ON = 60, 200
# a row is on its margin to so much, and a dual variable at its bound
ON_MARGIN = 1e-9


@dataclass(frozen=True)
class Machine:
    """θ (P,) with a bound on its duality ``gap``, rounding included, the ``passes``, and the ``place`` of each row (n,)
    beside its margin.
    """

    theta: Array
    gap: float
    passes: int
    place: NDArray[np.int64]


def support_vector_machine(objective: Objective, start: Machine | None = None) -> Machine:
    """The minimum of ``objective``'s rows, labels, weights and λ, whatever its loss.

    Rows are first taken to stand where they do in ``start``; whatever that is, the minimum is one up to rounding.
    Whether it is one, its gap tells: nothing is raised.
    """
    if start is not None:
        near, settled = _sorted(objective, start.place, _certified(objective, np.zeros(objective.n), 0, start.place))
        # more rows on their margins than the model can bring there may have settled too, but not at a minimum
        if settled and near.gap <= LARGEST_GAP * float(objective.sample_weight.sum()):
            return near
    theta, passes = np.zeros(objective.size), 0
    for temperature in TEMPERATURES:
        cooler = replace(objective, loss=SmoothHinge(temperature))
        theta, steps = _newton(cooler, theta)
        passes += steps
    share = np.abs(cooler.loss.residuals(times(objective.X, theta[:, None]), objective.y)[:, 0])
    place = np.where(share > 1.0 - SATURATED, INSIDE, np.where(share < SATURATED, BEYOND, ON))
    return _sorted(objective, place, _certified(objective, share * objective.sample_weight, passes, place))[0]


def require_small_gap(objective: Objective, machine: Machine) -> None:
    """Raises ConvergenceError where the gap is more than LARGEST_GAP of the objective at θ = 0."""
    gap = machine.gap / float(objective.sample_weight.sum())
    if not gap <= LARGEST_GAP:
        raise ConvergenceError(
            f"the support vector machine was solved to a duality gap of {number(gap)} of the objective at 0, where "
            f"{number(LARGEST_GAP)} was expected; a larger lambda_over_n, or features scaled to about 1 "
            "(standardise: true), make the problem easier"
        )


def _newton(objective: Objective, theta: Array) -> tuple[Array, int]:
    """Newton's method with steps cut back until the objective falls: θ and the passes that it took."""
    value = float(values(objective, theta[:, None])[0])
    passes = 0
    while passes < NEWTON_STEPS:
        passes += 1
        g = gradients(objective, theta[:, None])[:, 0]
        step = _newton_step(objective, theta, g)
        slope = float(g @ step)
        if not slope > NEAR * max(value, 1.0) * UNIT**0.25:
            break
        length = 1.0
        for _ in range(CUTS):
            moved = theta - length * step
            after = float(values(objective, moved[:, None])[0])
            if after <= value - 1e-4 * length * slope:
                break
            length *= 0.5
        else:
            break
        theta, value = moved, after
    return theta, passes


def _newton_step(objective: Objective, theta: Array, g: Array) -> Array:
    """H⁻¹g with the rows that have curvature, by the smaller of two systems (Woodbury)."""
    z = times(objective.X, theta[:, None])
    a = objective.loss.curvature_state(z, objective.y)[:, 0] * objective.sample_weight
    active = np.flatnonzero(a > NO_CURVATURE * max(float(a.max(initial=0.0)), np.finfo(float).tiny))
    held = _held(objective)
    X = objective.X[active]
    S = dense(X) * np.sqrt(a[active])[:, None] / np.sqrt(held)
    scaled = g / np.sqrt(held)
    if active.size >= objective.size:
        return np.asarray(cholesky(_plus_one(S.T @ S)).solve(scaled) / np.sqrt(held))
    inner = cholesky(_plus_one(S @ S.T)).solve(S @ scaled) if active.size else np.empty(0)
    return np.asarray((scaled - S.T @ inner) / np.sqrt(held))


def _plus_one(A: Array) -> Array:
    A[np.diag_indices_from(A)] += 1.0
    return A


def _held(objective: Objective) -> Array:
    return np.where(objective.penalty() > 0.0, objective.lam, HELD * objective.lam)


def _sorted(objective: Objective, place: NDArray[np.int64], best: Machine) -> tuple[Machine, bool]:
    """Rows moved between inside, on and beyond their margins until each is where it should be; the least gap counts.

    And whether they are.
    """
    sign, s = 2.0 * objective.y - 1.0, objective.sample_weight
    slack, seen = ON_MARGIN * np.maximum(s, 1.0), set[bytes]()
    passes, settled = best.passes, False
    while len(seen) < SORTINGS and place.tobytes() not in seen and np.sum(place == ON) <= objective.size + MORE_ON:
        seen.add(place.tobytes())
        alpha, b = _on_margin(objective, place)
        found, passes = _certified(objective, alpha, passes + 1, place), passes + 1
        best = found if found.gap < best.gap else best
        m = sign * times(objective.X, _theta(objective, alpha, b)[:, None])[:, 0]
        moved = np.where(place == ON, np.where(alpha > s + slack, INSIDE, np.where(alpha < -slack, BEYOND, ON)), place)
        moved = np.where((place == INSIDE) & (m > 1.0 + ON_MARGIN), ON, moved)
        moved = np.where((place == BEYOND) & (m < 1.0 - ON_MARGIN), ON, moved)
        moved = np.where(s > 0.0, moved, place)
        settled, place = bool(np.array_equal(moved, place)), moved
    return replace(best, passes=passes), settled


def _on_margin(objective: Objective, place: NDArray[np.int64]) -> tuple[Array, float]:
    """α, s of rows inside and 0 of rows beyond, with which the rows on their margin have margins of 1; and b, 0 where
    it is none of the weights' own. Some of these α may be outside of their bounds.
    """
    sign, s, free = 2.0 * objective.y - 1.0, objective.sample_weight, objective.intercept is Intercept.FREE
    on, alpha = np.flatnonzero((place == ON) & (s > 0.0)), np.where(place == INSIDE, s, 0.0)
    X = _penalised(objective)
    w = transposed_times(X, (alpha * sign)[:, None])[:, 0] / objective.lam
    if not on.size:
        return alpha, middle_intercept(times(X, w[:, None])[:, 0], sign, s) if free else 0.0
    G, m = dense(X[on]) * sign[on, None], on.size
    system, right = np.zeros((m + free, m + free)), np.zeros(m + free)
    system[:m, :m] = G @ G.T / objective.lam
    right[:m] = 1.0 - G @ w
    if free:
        # scaled as the rows are, which leaves b to be multiplied
        scale = np.sqrt(np.trace(system) / m) or 1.0
        system[:m, m] = system[m, :m] = sign[on] * scale
        right[m] = -float(alpha @ sign) * scale
    found = linalg.lstsq(system, right, check_finite=False)[0]
    alpha[on] = found[:m]
    return alpha, float(found[m] * scale) if free else 0.0


def _theta(objective: Objective, alpha: Array, b: float) -> Array:
    sign = 2.0 * objective.y - 1.0
    w = transposed_times(_penalised(objective), (alpha * sign)[:, None])[:, 0] / objective.lam
    return np.append(w, b) if objective.intercept is Intercept.FREE else w


def _penalised(objective: Objective) -> Design:
    return objective.X[:, :-1] if objective.intercept is Intercept.FREE else objective.X


def _certified(objective: Objective, alpha: Array, passes: int, place: NDArray[np.int64]) -> Machine:
    """The model of α, made feasible, with its gap."""
    sign, s, free = 2.0 * objective.y - 1.0, objective.sample_weight, objective.intercept is Intercept.FREE
    alpha = np.clip(alpha, 0.0, s)
    if free:
        plus, minus = float(alpha @ (sign > 0.0)), float(alpha @ (sign < 0.0))
        less = min(plus, minus)
        alpha = alpha * np.where(sign > 0.0, less / plus if plus else 0.0, less / minus if minus else 0.0)
    X = _penalised(objective)
    w = transposed_times(X, (alpha * sign)[:, None])[:, 0] / objective.lam
    z = times(X, w[:, None])[:, 0]
    b = middle_intercept(z, sign, s) if free else 0.0
    m = sign * (z + b)
    terms = (s - alpha) * np.maximum(0.0, 1.0 - m) + alpha * np.maximum(0.0, m - 1.0)
    gap = SLACK * (float(terms.sum()) + _rounding(objective, X, alpha, w, z, b))
    return Machine(np.append(w, b) if free else w, gap, passes, place)


def _rounding(objective: Objective, X: Design, alpha: Array, w: Array, z: Array, b: float) -> float:
    """At most what rounding hides of the gap: of the margins, of w, of Σ α_i ỹ_i and of the sum."""
    n, p = X.shape
    size = np.sqrt(np.asarray((X**2 if isinstance(X, np.ndarray) else X.power(2)).sum(axis=1)).ravel())
    of_margins = gamma(p + 4) * (size * np.linalg.norm(w) + np.abs(z) + abs(b) + 1.0)
    of_weights = gamma(n + 2) * float(alpha @ size) / objective.lam
    of_level = gamma(2 * n + 4) * float(alpha.sum()) * abs(b)
    return float(objective.sample_weight @ of_margins + 0.5 * objective.lam * of_weights**2 + of_level)


def middle_intercept(z: Array, sign: Array, s: Array) -> float:
    """The middle of the interval of b that minimise Σ s_i max(0, 1 − ỹ_i(z_i + b)), at whose ends rows have margin 1.

    The slope in b rises by s_i at b_i = ỹ_i − z_i, from minus the weight of the positive rows.
    """
    counted = np.flatnonzero(s > 0.0)
    b = (sign - z)[counted]
    order = np.argsort(b, kind="stable")
    slope = np.cumsum(s[counted][order]) - float(s[counted] @ (sign[counted] > 0.0))
    level = UNIT**0.75 * float(s.sum())
    first = int(np.searchsorted(slope, -level))
    last = int(np.searchsorted(slope, level, side="right"))
    ends = b[order][[min(first, b.size - 1), min(last, b.size - 1)]]
    return float(ends.mean())
