"""What proves where the minima of groups lie: balls around their Newton steps, by a factor of H and by the penalty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from groupinf.effects.context import BlockContext
from groupinf.effects.evaluations.evaluation import RowNumbers
from groupinf.effects.study import Study
from groupinf.errors import ConvergenceError
from groupinf.numerics.change import Changed, RowChange, changed
from groupinf.numerics.factor import cholesky, with_flat_filled
from groupinf.numerics.fit import Fitted
from groupinf.numerics.intercept import Intercept
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Objective, Rows, hessian, row_norms, scores
from groupinf.numerics.products import dense
from groupinf.numerics.reduced import Pencil
from groupinf.numerics.rounding import SLACK, UNIT, Sizes, gamma, hessian_terms
from groupinf.numerics.verified import VerifiedFactor, amplifications, proven_amplification, verified_factor
from groupinf.theory.balls import Ball, InHessian, InPenalty, radius_of
from groupinf.theory.end import SHARES, AtFit, Passed, at_fit, passed
from groupinf.theory.intervals import Place

# P up to which a factor of H is proven: four products of P × P matrices for each process
LARGEST_PROVEN = 4096
# by how much larger than their estimates amplifications are tried to be proven: most are by the first
MARGINS = (1.02, 1.1, 1.3, 1.7, 2.5)
# cRν up to which H_θ is factored where the bound of it leaves nothing proven: the bound is seldom farther off
HOPELESS = 5.0
# passes up to whose work that is done, as much as retraining takes: a Hessian is the work of p(K' + 1)/4 of them
MOST_PASSES = 16.0
# training rows of which it is solved for how far they reach in each group's own Hessian
SOLVED_ROWS = 32


@dataclass(frozen=True)
class Outer:
    """The training rows that reach farthest in H, and how far the ``others`` do."""

    rows: Rows
    others: float


@dataclass(frozen=True)
class Prover:
    """What proven intervals need: sizes of rows, training rows at θ̂, the ``verified`` factor of H, None where there is
    none, how far rows ``reach`` in it, and ``of_columns``, at least the norm in H⁻¹ of any v that is not above the
    largest |x_ij| of each column; and the ball ``by_penalty``, without its radius, None beside a free intercept.
    ``shares`` are those of curvatures of which passes tell. ``enough`` is the cRν up to which a ball is as good as
    any, so that nothing more is solved for: 0 where every ball is to be the best.
    """

    sizes: Sizes
    row_sizes: RowNumbers
    at_fit: AtFit
    verified: VerifiedFactor | None
    reach: RowNumbers
    outer: Outer
    of_columns: float
    by_penalty: InPenalty | None
    shares: tuple[float, ...] = SHARES
    enough: float = 0.0

    def of_fit(self, fitted: Fitted, change: RowChange) -> Place:
        """θ̂ with what surrounds it."""
        unchanged = changed(fitted, change, [np.empty(0, dtype=np.int64)])
        return self._place(unchanged, np.zeros((fitted.theta.size, 1)), [], np.ones(1))

    def after(
        self, at: BlockContext, pencils: Sequence[Pencil | None], step: Array, amplification: Array | None = None
    ) -> Place:
        """The groups of a block at θ̂ + ``step`` (P, B); ``amplification`` is known where it has been proven before."""
        known = self.amplification(at, pencils) if amplification is None else amplification
        return self._place(at.changed, step, pencils if self.verified is not None else [], known)

    def amplification(self, at: BlockContext, pencils: Sequence[Pencil | None]) -> Array:
        """a with H ≤ a(H − H(δ)) for the groups of a block; infinite where nothing is proven: (B,)."""
        if self.verified is None:
            return np.full(len(pencils), np.inf)
        amplification = amplifications(self.verified, pencils.__getitem__, at.changed, MARGINS)
        # the rounding of a factor of the rows themselves is not counted: of such a group this proves nothing
        by_rows = np.array([pencil is not None and pencil.factor.by_rows for pencil in pencils])
        return np.where(by_rows, np.inf, amplification)

    def _place(self, of: Changed, step: Array, pencils: Sequence[Pencil | None], amplification: Array) -> Place:
        found, objective = passed(of, self.at_fit, self.sizes, step, self.shares), of.objective
        balls: list[Ball] = []
        if self.verified is not None:
            balls.append(self._in_hessian(self.verified, of, found, pencils, amplification))
        if self.by_penalty is not None:
            balls.append(_in_penalty(self.by_penalty, found))
        return Place(
            theta=found.theta,
            balls=balls,
            score_error=found.score_error,
            sizes=self.row_sizes,
            terms=objective.n + self.row_sizes.test.size + objective.loss.roundings + 6.0,
            gradient=found.gradient,
        )

    def _in_hessian(
        self,
        verified: VerifiedFactor,
        of: Changed,
        found: Passed,
        pencils: Sequence[Pencil | None],
        amplification: Array,
    ) -> InHessian:
        """The ball in H_θ, of which every share of H tells how much is left, and the best counts.

        Where nothing follows from that, and it is not hopeless, H_θ itself is factored.
        """
        with np.errstate(invalid="ignore"):
            of_shares = np.where(found.lost > 0.0, found.shares - amplification * found.lost, found.shares)
        kept = np.maximum(np.max(of_shares, axis=0), 0.0) / SLACK
        ball = self._measured(
            InHessian(verified, self.reach, self.of_columns, pencils, amplification, kept, kept, kept), of, found
        )
        late = np.flatnonzero(~np.isfinite(ball.radius) & (ball.product <= HOPELESS))
        if not ball.solves or late.size == 0 or _passes_of_hessian(of.objective) > MOST_PASSES:
            return ball
        return self._measured(_with_own_hessians(ball, of, found, late), of, found)

    def _measured(self, ball: InHessian, of: Changed, found: Passed) -> InHessian:
        """A ball with its radius, and the cRν that this takes."""
        with np.errstate(invalid="ignore", divide="ignore"):
            decrement = ball.norms(found.gradient[:, None])[0] + ball.within(found.off) + found.scattered
            if self.enough:
                plain = self._by_reach(ball, of, decrement, self._plain_reach(ball))
                if np.all(plain.product <= self.enough):
                    return plain
            return self._by_reach(ball, of, decrement, self._reaching(ball, of, found))

    def _by_reach(self, ball: InHessian, of: Changed, decrement: Array, reaching: tuple[Array, Array]) -> InHessian:
        concordance, (reach, share) = of.objective.loss.concordance, reaching
        assert concordance is not None  # what a verified factor takes
        with np.errstate(invalid="ignore", divide="ignore"):
            of_rest = decrement / np.maximum(1.0 - share, 0.0)
            radius, product = radius_of(concordance, reach, of_rest), concordance * reach * of_rest
        least = [np.min(np.where(np.isnan(values), np.inf, values), axis=0) for values in (radius, product)]
        return replace(ball, radius=least[0], product=least[1])

    def _reaching(self, ball: InHessian, of: Changed, found: Passed) -> tuple[Array, Array]:
        """R of the rows that are left when none, one, two, … of those that reach farthest are not counted, and at most
        what share of H_θ these hold, Σ s a R²: (many, B) each.

        A row that reaches far has next to no curvature: without it R falls by more than H_θ does.
        """
        if not ball.solves or self.outer.rows.size == 0:
            return self._plain_reach(ball)
        others = ball.growth * self.outer.others
        rows, loss = of.objective.at(self.outer.rows), of.objective.loss
        weight = rows.sample_weight[:, None] * of.terms.counts[self.outer.rows]
        each = np.where(weight > 0.0, ball.norms(dense(rows.X).T[:, :, None]), 0.0)
        y = rows.y if of.terms.labels is None else of.terms.labels[self.outer.rows]
        curvature = loss.curvature_state(scores(rows.X, found.theta, 1), y)[:, 0] / found.surely
        order = np.argsort(-each, axis=0)
        sorted_reach = np.take_along_axis(each, order, axis=0)
        held = SLACK * np.cumsum(np.take_along_axis(weight * curvature * each**2, order, axis=0), axis=0)
        left = np.vstack([sorted_reach[1:], np.zeros((1, others.size))])
        reach = np.maximum(np.vstack([sorted_reach[:1], left]), others)
        return reach, np.vstack([np.zeros((1, others.size)), held])

    def _plain_reach(self, ball: InHessian) -> tuple[Array, Array]:
        """That of all rows, in the norm of H."""
        reach = ball.growth * self.reach.training.max()
        return reach[None], np.zeros((1, reach.size))


def _in_penalty(ball: InPenalty, found: Passed) -> InPenalty:
    norm = np.linalg.norm(found.gradient, axis=0) + np.linalg.norm(found.off, axis=0) + found.in_all
    return replace(ball, radius=SLACK * norm / np.sqrt(ball.lam))


def _passes_of_hessian(objective: Objective) -> float:
    return 0.25 * objective.p * (objective.loss.outputs + 1)


def _with_own_hessians(ball: InHessian, of: Changed, found: Passed, late: NDArray[np.int64]) -> InHessian:
    """The same with H_θ in the place of H − H(δ) for the groups that are ``late``: nothing of it is lost."""
    pencils, amplification, kept = list(ball.pencils), ball.amplification.copy(), ball.kept.copy()
    verified, loss = ball.verified, of.objective.loss
    for b in late:
        theta, own = found.theta[:, b], of.objective_of(int(b))
        A = with_flat_filled(own, hessian(own, theta))
        try:
            factor = cholesky(A.copy())
        except ConvergenceError:
            continue
        # as the rounding of H − H(δ), at other scores and for another diagonal
        of_scores = np.expm1(2.0 * (loss.concordance or 0.0) * found.largest_error[b])
        of_rows = gamma(hessian_terms(own)) + 2.0 * loss.roundings * UNIT + of_scores
        units = (3.0 * of_rows + gamma(own.size + 2)) / verified.omega
        larger = SLACK * max(1.0, units) * max(1.0, float(np.max(np.diag(A) / np.diag(verified.H))))
        pencil = Pencil(A, verified.H, factor, larger)
        pencils[b], kept[b] = pencil, 1.0
        amplification[b] = proven_amplification(verified, pencil, np.inf, MARGINS)
    return replace(ball, pencils=tuple(pencils), amplification=amplification, kept=kept)


def factor_bytes(size: int) -> int:
    """Of a proven factor of P = ``size`` parameters: W, and three matrices more while it is proven."""
    return 4 * 8 * size**2 if size <= LARGEST_PROVEN else 0


def prover_of(study: Study) -> Prover:
    """The prover of a study."""
    fitted, change, sizes, test = study.fitted, study.change, study.bounded.sizes, study.test.rows
    objective, outputs = fitted.objective, fitted.objective.loss.outputs
    verified = study.bounded.verified or verified_factor(fitted, sizes, test, study.engine.kernel, LARGEST_PROVEN)
    reach, leverage = RowNumbers(np.full(objective.n, np.inf), np.full(test.n, np.inf)), np.zeros(objective.n)
    if verified is not None:
        reach, leverage = RowNumbers(verified.reach, verified.test_reach), verified.unit_leverage
    largest, by_penalty = np.repeat(sizes.columns, outputs), None
    if objective.intercept is not Intercept.FREE:
        unit = SLACK / np.sqrt(objective.lam)
        apart = unit * np.sqrt(min(outputs, 2))
        rows = RowNumbers(apart * row_norms(objective.X), apart * row_norms(test.X))
        by_penalty = InPenalty(objective.lam, rows, float(unit * np.linalg.norm(largest)), np.empty(0))
    largest_weight = np.maximum(objective.sample_weight, change.own * max(1.0, change.times))
    return Prover(
        sizes=sizes,
        row_sizes=RowNumbers(sizes.rows, SLACK * sizes.test_rows),
        at_fit=at_fit(fitted, largest_weight, sizes, leverage),
        verified=verified,
        reach=reach,
        outer=_outer(reach.training, outputs),
        of_columns=np.inf if verified is None else float(verified.norm_within(largest[:, None])[0]),
        by_penalty=by_penalty,
    )


def _outer(reach: Array, outputs: int) -> Outer:
    """Of several outputs none: each row would have to be solved for pair by pair."""
    order = np.argsort(-reach, kind="stable")
    many = min(SOLVED_ROWS, reach.size - 1) if outputs == 1 else 0
    return Outer(order[:many], float(reach[order[many]]))
