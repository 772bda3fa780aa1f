"""What the theory of a study is computed with: frozen once, before any block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array

from groupinf.effects.context import BlockContext
from groupinf.effects.evaluations.evaluation import RowNumbers
from groupinf.effects.study import Study
from groupinf.numerics.change import Changed, RowChange, changed
from groupinf.numerics.fit import Fitted
from groupinf.numerics.intercept import Intercept
from groupinf.numerics.losses.loss import Array, Loss
from groupinf.numerics.objective import Objective, row_norms
from groupinf.numerics.products import Design
from groupinf.numerics.reduced import Pencil
from groupinf.numerics.rounding import SLACK, Sizes
from groupinf.numerics.row_norms import proven, range_norms, training_norms
from groupinf.numerics.verified import VerifiedFactor, amplifications, verified_factor
from groupinf.theory.balls import Ball, InHessian, InPenalty, radius_of
from groupinf.theory.end import AtFit, Passed, at_fit, passed
from groupinf.theory.intervals import Place
from groupinf.theory.propositions import Constants, constants_of
from groupinf.theory.spectra import Spectra, spectra_of

# P up to which a factor of H is proven: four products of P × P matrices for each process
LARGEST_PROVEN = 4096


@dataclass(frozen=True)
class Prover:
    """What proven intervals need: sizes of rows, training rows at θ̂, the ``verified`` factor of H, None where there is
    none, how far rows ``reach`` in it, and the same by the penalty, None beside a free intercept.
    """

    sizes: Sizes
    row_sizes: RowNumbers
    at_fit: AtFit
    verified: VerifiedFactor | None
    reach: RowNumbers
    by_penalty: RowNumbers | None

    def of_fit(self, fitted: Fitted, change: RowChange) -> Place:
        """θ̂ with what surrounds it."""
        unchanged = changed(fitted, change, [np.empty(0, dtype=np.int64)])
        return self._place(unchanged, fitted.theta[:, None], [], np.ones(1))

    def after(self, at: BlockContext, theta: Array) -> Place:
        """The groups of a block at θ (P, B)."""
        count = len(at.changed.members)
        if self.verified is None:
            return self._place(at.changed, theta, [], np.full(count, np.inf))
        pencils = [at.reduced.pencil(b) for b in range(count)]
        return self._place(at.changed, theta, pencils, amplifications(self.verified, at.reduced, at.changed))

    def _place(self, of: Changed, theta: Array, pencils: Sequence[Pencil | None], amplification: Array) -> Place:
        found, objective = passed(of, self.at_fit, self.sizes, theta), of.objective
        balls: list[Ball] = []
        if self.verified is not None:
            balls.append(self._in_hessian(self.verified, found, objective.loss, pencils, amplification))
        if self.by_penalty is not None:
            balls.append(_in_penalty(self.by_penalty, found, objective.lam))
        return Place(
            theta=theta,
            balls=balls,
            score_error=found.score_error,
            sizes=self.row_sizes,
            columns=np.repeat(self.sizes.columns, objective.loss.outputs)[:, None],
            terms=objective.n + self.row_sizes.test.size + objective.loss.roundings + 6.0,
        )

    def _in_hessian(
        self,
        verified: VerifiedFactor,
        found: Passed,
        loss: Loss,
        pencils: Sequence[Pencil | None],
        amplification: Array,
    ) -> InHessian:
        """The ball in H_θ, of which every share of H tells how much is left, and the best counts."""
        assert loss.concordance is not None  # what a verified factor takes
        with np.errstate(invalid="ignore"):
            of_shares = np.where(found.lost > 0.0, found.shares - amplification * found.lost, found.shares)
        kept = np.maximum(np.max(of_shares, axis=0), 0.0) / SLACK
        ball = InHessian(verified, self.reach, pencils, amplification, kept, np.full(kept.size, np.inf))
        with np.errstate(invalid="ignore", divide="ignore"):
            decrement = ball.norms(found.gradient[:, None])[0] + ball.within(found.off) + found.scattered
            radius = radius_of(loss.concordance, ball.growth * self.reach.training.max(), decrement)
        return replace(ball, radius=np.where(np.isnan(radius), np.inf, radius))


def _in_penalty(reach: RowNumbers, found: Passed, lam: float) -> InPenalty:
    norm = np.linalg.norm(found.gradient, axis=0) + np.linalg.norm(found.off, axis=0) + found.in_all
    return InPenalty(lam, reach, SLACK * norm / np.sqrt(lam))


def _prover(study: Study) -> Prover:
    fitted, change, sizes, test = study.fitted, study.change, study.bounded.sizes, study.test.rows
    objective, outputs = fitted.objective, fitted.objective.loss.outputs
    verified = study.bounded.verified or verified_factor(fitted, sizes, test, study.engine.kernel, LARGEST_PROVEN)
    reach, leverage = RowNumbers(np.full(objective.n, np.inf), np.full(test.n, np.inf)), np.zeros(objective.n)
    if verified is not None:
        reach, leverage = _reach(verified, fitted, study.bounded.at_fit, sizes, test)
    by_penalty = None
    if objective.intercept is not Intercept.FREE:
        apart = SLACK * np.sqrt(min(outputs, 2) / objective.lam)
        by_penalty = RowNumbers(apart * row_norms(objective.X), apart * row_norms(test.X))
    largest_weight = np.maximum(objective.sample_weight, change.own * max(1.0, change.times))
    return Prover(
        sizes=sizes,
        row_sizes=RowNumbers(sizes.rows, _scaled_norms(test.X, sizes)),
        at_fit=at_fit(fitted, largest_weight, sizes, leverage),
        verified=verified,
        reach=reach,
        by_penalty=by_penalty,
    )


def _reach(
    verified: VerifiedFactor, fitted: Fitted, z: Array, sizes: Sizes, test: Objective
) -> tuple[RowNumbers, Array]:
    """How far rows reach in H, and their leverages with the weight 1."""
    rows = replace(fitted.objective, sample_weight=np.ones(fitted.objective.n))
    ranges, curved, weights = training_norms(rows, z, verified.W, sizes, verified.omega)
    others = range_norms(test.X, verified.W, sizes, rows.loss.outputs)
    reach = RowNumbers(proven(ranges, verified.deficit), proven(others, verified.deficit))
    return reach, SLACK * (1.0 + verified.omega) * weights * proven(curved, verified.deficit) ** 2


def _scaled_norms(X: Design, sizes: Sizes) -> Array:
    """‖x/m‖ of each row: (m,)."""
    return SLACK * row_norms(X / sizes.columns if isinstance(X, np.ndarray) else csr_array(X * (1.0 / sizes.columns)))


@dataclass(frozen=True)
class Theory:
    """How spectra are found, the constants of the paper's propositions where these apply, and what intervals need.

    ``of_removal`` says that groups are removed, which the propositions are about; ``of_fit`` is θ̂, from which effects
    are measured.
    """

    spectra: Spectra
    constants: Constants | None
    prover: Prover
    of_fit: Place
    of_removal: bool


def theory_for(study: Study) -> Theory:
    """The theory of a study whose loss is smooth, and whose change moves no curvature by a new label."""
    fitted, change = study.fitted, study.change
    of_removal, prover = change.times == 0.0 and change.label is None, _prover(study)
    constants = constants_of(fitted, of_removal)
    return Theory(spectra_of(fitted, change), constants, prover, prover.of_fit(fitted, change), of_removal)
