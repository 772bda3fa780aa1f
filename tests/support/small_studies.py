"""Small random problems, their groups and their blocks of effects, beside the same in extended precision."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from support.extended import ExtendedModel

from groupinf.effects.block import BlockEffects, compute_block
from groupinf.effects.evaluations.evaluation import Quantity
from groupinf.effects.evaluations.registry import of_the_paper
from groupinf.effects.methods.method import Setting, predictions_of
from groupinf.effects.scales import frozen_scales
from groupinf.effects.study import Study
from groupinf.effects.trust import trust_in_fit
from groupinf.groups.groups import Groups
from groupinf.numerics.bounds import bounded_problem
from groupinf.numerics.change import removing
from groupinf.numerics.engine import choose_engine
from groupinf.numerics.fit import Fitted, fit
from groupinf.numerics.losses.registry import loss_for
from groupinf.numerics.objective import Objective, with_intercept
from groupinf.numerics.row_space import is_reduced, row_space_basis
from groupinf.studies.group_effects.schema import METHODS_OF_THE_PAPER
from groupinf.studies.group_effects.test_points import single_rows

Array = np.ndarray


@dataclass(frozen=True)
class Problem:
    """Training rows with weights, test rows, λ, groups; ``classes`` 0 is regression, 2 binary, more softmax."""

    X: Array
    y: Array
    weight: Array
    X_test: Array
    y_test: Array
    lam: float
    classes: int
    groups: tuple[Array, ...]

    @property
    def evaluations(self) -> tuple[Quantity, ...]:
        """All that the task allows."""
        return of_the_paper(loss_for(self.classes))


def with_groups(problem: Problem, rng: np.random.Generator, count: int, largest: float = 0.4) -> Problem | None:
    """The same with random groups that leave every class; None where there is none."""
    groups = []
    for _ in range(count):
        size = int(rng.integers(1, max(2, int(largest * problem.y.size))))
        rows = np.sort(rng.choice(problem.y.size, size, replace=False))
        left = np.delete(problem.y, rows)
        if all((left == label).any() for label in range(problem.classes)):
            groups.append(rows)
    return Problem(**{**vars(problem), "groups": tuple(groups)}) if groups else None


def random_problem(seed: int, smallest: float = 1e-12) -> Problem | None:
    """Few rows of few features: separable or not, badly scaled, far from the origin, weighted; λ/n down to 1e-12."""
    rng = np.random.default_rng(seed)
    classes, n, d = int(rng.choice([0, 2, 2])), int(rng.integers(8, 16)), int(rng.integers(1, 4))
    X = rng.normal(size=(n + 2, d))
    X = [X, X * 10.0 ** rng.uniform(-4, 4, size=d), np.round(3 * X), X + rng.uniform(-50, 50, size=d)][rng.integers(4)]
    direction = rng.normal(size=d) / (X.std(axis=0) + 1e-300)
    signal = (X - X.mean(axis=0)) @ direction / np.sqrt(d) + rng.choice([0.0, 0.0, 0.3, 2.0]) * rng.normal(size=n + 2)
    y = (signal > np.median(signal)).astype(float) if classes else signal
    weight = rng.uniform(0.2, 3.0, size=n) if rng.integers(2) else np.ones(n)
    lam = n * 10.0 ** rng.uniform(np.log10(smallest), 0)
    if classes and min((y[:n] == 0).sum(), (y[:n] == 1).sum()) < 2:
        return None
    return with_groups(Problem(X[:n], y[:n], weight, X[n:], y[n:], lam, classes, ()), rng, 2)


def study_of(problem: Problem) -> Study:
    """The study of single test rows, all methods and evaluations."""
    basis = row_space_basis(problem.X) if is_reduced(problem.X) else None
    loss = loss_for(problem.classes)

    def coordinates(X: Array) -> Array:
        return with_intercept(X if basis is None else X @ basis)

    objective = Objective(coordinates(problem.X), problem.y, problem.weight, problem.lam, loss, basis)
    test = Objective(coordinates(problem.X_test), problem.y_test, np.ones(problem.y_test.size), 0.0, loss, basis)
    fitted, tested = fit(objective), single_rows(range(problem.y_test.size))
    groups = _groups(problem)
    change, W = removing(fitted), sparse.csr_array(groups.removal_matrix(objective.n))
    scales, norms = frozen_scales(fitted, change, tested.of(test), W, problem.evaluations)
    engine = choose_engine(fitted, change, float(groups.sizes.mean()))
    bounded = bounded_problem(fitted, test, engine.kernel)
    methods = predictions_of(METHODS_OF_THE_PAPER, Setting(fitted, change))
    return Study(
        fitted, change, engine, fitted.factor, tested.of(test), problem.evaluations, methods, scales,
        norms, bounded, trust_in_fit(bounded, fitted),
    )  # fmt: skip


def block_of(problem: Problem, study: Study) -> BlockEffects:
    """All groups in one block."""
    return compute_block(study, problem.groups, _groups(problem).name)


def _groups(problem: Problem) -> Groups:
    count = len(problem.groups)
    names = tuple(f"g{i}" for i in range(count))
    indptr = np.concatenate([[0], np.cumsum([rows.size for rows in problem.groups])])
    return Groups(indptr, np.concatenate(problem.groups), ("k",) * count, names, (-1,) * count, ("",) * count)


@dataclass(frozen=True)
class Truth:
    """Actual effects (T, B) in the order of a block's, and scores of training and test rows without each group."""

    effect: Array
    scores: list[list[list[object]]]


def truth_of(problem: Problem, fitted: Fitted, block: BlockEffects) -> Truth:
    """The same by retraining in 50 digits, Newton started where ``block`` ended."""
    rows, everything = np.vstack([problem.X, problem.X_test]), range(problem.y.size)
    whole = _model(problem, everything, fitted.objective.in_full(fitted.theta))
    at_fit = [whole.scores(row) for row in rows]
    effects, scores = [], []
    for b, members in enumerate(problem.groups):
        kept = [i for i in everything if i not in set(members.tolist())]
        model = _model(problem, kept, fitted.objective.in_full(block.theta[b]))
        z = [model.scores(row) for row in rows]
        effects.append(_effects(problem, model, members, at_fit, z))
        scores.append(z)
    return Truth(np.array(effects).T, scores)


def truth_of_fit(problem: Problem, fitted: Fitted) -> list[object]:
    """The first score of each test row at θ̂."""
    whole = _model(problem, range(problem.y.size), fitted.objective.in_full(fitted.theta))
    return [whole.scores(row)[0] for row in problem.X_test]


def _model(problem: Problem, kept: object, theta: Array) -> ExtendedModel:
    start = theta.reshape(problem.X.shape[1] + 1, -1)
    return ExtendedModel(problem.X, problem.y, problem.weight, problem.lam, problem.classes, list(kept), start)  # type: ignore[call-overload]


def _effects(problem: Problem, model: ExtendedModel, members: Array, before: list, after: list) -> list[float]:  # type: ignore[type-arg]
    n, y = problem.y.size, np.concatenate([problem.y, problem.y_test])
    change = {i: model.loss(after[i], y[i]) - model.loss(before[i], y[i]) for i in (*members, *range(n, y.size))}
    predictions = [after[i][0] - before[i][0] for i in range(n, y.size)] if problem.classes <= 2 else []
    own = sum(problem.weight[i] * change[i] for i in members)
    return [float(v) for v in (*predictions, *(change[i] for i in range(n, y.size)), own)]
