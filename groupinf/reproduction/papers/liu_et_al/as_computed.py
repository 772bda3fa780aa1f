"""What the authors' programs compute, from the θ̂ and the retrained θ̂(w) of our runs.

Their loss of a row is ℓ + (λ/n)‖weights‖², without the ½ that the solvers have with which they fit, scikit-learn's: so
that Hessian and gradients have twice the penalty of the fit. Of regression ℓ is (y − z)², and there all is consistent.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from groupinf.analysis.agreement import correlation, rank_correlation, slope
from groupinf.errors import DataError
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.numerics.losses.hinge import Hinge
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Objective, scores
from groupinf.numerics.products import dense
from groupinf.reproduction.restored import restored
from groupinf.studies.group_effects.block import stored_block
from groupinf.studies.group_effects.result import Run

# of scikit-learn's fit: smaller ones change no digit
TOLERANCE = 1e-8
# what they add to the diagonal of a Hessian that would have no inverse
DAMPING = 1e-4
# below this share of the largest |influence| a row is hardly used
HARDLY = 0.02
# a score so far from 0 is beyond the margin of 1 by half of it
FAR = 1.5


@dataclass(frozen=True)
class AsComputed:
    """Of n rows and m test rows what they call I/−n, the effect of removal, and the leave-one-out difference: (n, m).

    ``risk`` is the mean of their losses at θ̂, ``norm`` ‖θ̂‖ with the intercept where there is one; ``scores`` (n,) are
    those of the training rows.
    """

    influence: Array
    difference: Array
    risk: float
    norm: float
    scores: Array

    def pearson(self, point: int | None = 0, without: int | None = None) -> float:
        """Pearson's r of one test row, perhaps without a row, or of all test rows together."""
        rows = np.delete(np.arange(self.scores.size), [] if without is None else without)
        columns = slice(None) if point is None else slice(point, point + 1)
        influence, difference = (of[rows, columns].ravel() for of in (self.influence, self.difference))
        return float(correlation(influence, difference))

    @property
    def steepness(self) -> float:
        """Differences on influence of the first test row, with a constant, as the penalty gives both one."""
        x, y = (of[:, 0] - of[:, 0].mean() for of in (self.influence, self.difference))
        return float(slope(x, y))


@dataclass(frozen=True)
class Use:
    """How a model uses its n rows for one test row: Spearman's ρ of |influence| with |score|, the share of rows whose
    |influence| is below HARDLY of the largest, the largest beyond FAR and the ``least``, as shares of the largest, and
    the range of influence times n.
    """

    distance: float
    hardly: float
    far: float
    least: float
    low: float
    high: float


def use_of(influence: Array, scores: Array) -> Use:
    """The same of (n,) each; ``far`` is 0 where no |score| is larger than FAR."""
    sizes, distances = np.abs(influence), np.abs(scores)
    largest = float(sizes.max())
    return Use(
        distance=float(rank_correlation(sizes, distances)),
        hardly=float(np.mean(sizes < HARDLY * largest)),
        far=float(sizes[distances > FAR].max(initial=0.0)) / largest,
        least=float(sizes.min()) / largest,
        low=float(influence.min()) * influence.size,
        high=float(influence.max()) * influence.size,
    )


@dataclass(frozen=True)
class Models:
    """Training rows (n, p) and test rows (m, p), each with its loss, θ̂ (P,), and θ̂ without each row (n, P)."""

    train: Objective
    test: Objective
    theta: Array
    without: Array

    def smoothed(self, temperature: float) -> Models:
        """The same, of a support vector machine, with derivatives of the smooth hinge of another temperature."""
        loss = Hinge(temperature)
        return replace(self, train=replace(self.train, loss=loss), test=replace(self.test, loss=loss))


def models_of(run: Run) -> Models:
    """Those of a run that removed every row by itself, one output, one test row to a test point.

    Raises DataError where the run is not whole.
    """
    _, blocks = restored(run)
    study = blocks.shared.study
    return Models(study.fitted.objective, study.test.rows, study.fitted.theta, _retrained(run))


def by_libsvm(models: Models) -> Models:
    """The same support vector machines as scikit-learn's SVC fits them, whose kernel is in single precision."""
    from sklearn.svm import SVC

    of, rows = models.train, np.arange(models.train.n)
    X = dense(of.X)

    def fitted(kept: NDArray[np.intp]) -> Array:
        machine = SVC(C=1.0 / of.lam, kernel="linear", tol=TOLERANCE).fit(X[kept, :-1], of.y[kept])
        return np.concatenate([machine.coef_[0], machine.intercept_])

    return replace(models, theta=fitted(rows), without=np.array([fitted(np.delete(rows, row)) for row in rows]))


def as_computed(models: Models, damping: float = 0.0) -> AsComputed:
    """Their numbers."""
    objective, test, theta = models.train, models.test, models.theta
    n, unit = objective.n, 1.0 if objective.loss.is_for(2) else 2.0
    penalty = objective.penalty() / n
    z = scores(objective.X, theta, 1)
    curvature = objective.loss.curvature_state(z.copy(), objective.y)[:, 0]
    X = dense(objective.X)
    gradients = _gradients(objective, theta, unit) + 2.0 * penalty * theta
    hessian = unit * (X.T * curvature) @ X / n + np.diag(2.0 * penalty + damping)
    of_test = _gradients(test, theta, unit) + 2.0 * penalty * theta
    own = _losses(test, theta[:, None], unit) + penalty @ theta**2
    without = _losses(test, models.without.T, unit) + penalty @ models.without.T**2
    return AsComputed(
        influence=gradients @ np.linalg.solve(hessian, of_test.T) / n,
        difference=(without - own).T,
        risk=float(np.mean(_losses(objective, theta[:, None], unit)) + penalty @ theta**2),
        norm=float(np.linalg.norm(theta)),
        scores=z[:, 0],
    )


def _gradients(of: Objective, theta: Array, unit: float) -> Array:
    """Of each row's loss, without a penalty: (rows, P)."""
    residuals = of.loss.residuals(scores(of.X, theta, 1), of.y)
    return np.asarray(unit * residuals * dense(of.X))


def _losses(of: Objective, theta: Array, unit: float) -> Array:
    """Of each row under B models: (rows, B)."""
    return np.asarray(unit * of.loss.values(scores(of.X, theta, 1), of.y))


def _retrained(run: Run) -> Array:
    """θ̂(w) of every group in the order of the groups."""
    directory = RunDirectory(run.path)
    files = directory.block_files()
    found = []
    for number in range(run.manifest.n_blocks):
        arrays = directory.read_block(number, files)
        theta = None if arrays is None else stored_block(arrays).theta
        if theta is None:
            raise DataError(f"{run.path}: block {number} is missing or altered")
        found.append(theta)
    return np.concatenate(found)
