"""Studies of groups of random small problems, with the same problem as brute force has it, in extended precision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from support.exact_models import LONG, Exact

from groupinf.effects.evaluations.registry import of_the_paper
from groupinf.effects.evaluations.self_loss import SELF_LOSS
from groupinf.effects.evaluations.test_margin import TEST_MARGIN
from groupinf.effects.methods.influence import Influence
from groupinf.effects.methods.method import Setting, predictions_of
from groupinf.effects.study import Study
from groupinf.effects.test_rows import TestRows
from groupinf.effects.trust import trust_in_fit
from groupinf.numerics.bounds import bounded_problem
from groupinf.numerics.change import RowChange, removing, row_change
from groupinf.numerics.engine import choose_engine
from groupinf.numerics.fit import Fitted, fit
from groupinf.numerics.intercept import Intercept
from groupinf.numerics.losses.registry import loss_for
from groupinf.numerics.objective import Objective, design

Array = np.ndarray
GROUPS, TESTED = 24, 3


@dataclass(frozen=True)
class Problem:
    """A study of groups, with the same problem as brute force has it, and what the change makes of rows' weights and
    labels in each group, (B, n) each, after those of no change at all.
    """

    study: Study
    members: tuple[Array, ...]
    exact: Exact
    weight: Array
    y: Array
    X_test: Array
    y_test: Array

    def effects(self, theta: Array) -> Array:
        """What each evaluation is at θ (1 + B, p, K') less what it is at the first: (T, B), in the order of tables."""
        classes, own = self.exact.classes, self.study.fitted.objective.y
        z, losses = self.X_test.astype(LONG) @ theta, []
        tested = self.exact.losses(z, np.broadcast_to(self.y_test, z.shape[:2]))
        trained = self.exact.losses(self.exact.X.astype(LONG) @ theta, np.broadcast_to(own, self.y.shape))
        s = self.weight[0]
        for b, rows in enumerate(self.members, start=1):
            losses.append((s[rows] * (trained[b, rows] - trained[0, rows])).sum())
        found = [z[..., 0].T] if classes <= 2 else []
        found.append(tested.T)
        if classes:
            margin = np.where(self.y_test == 1, z[..., 0], -z[..., 0]) if classes == 2 else self._margins(z)
            found.append(margin.T)
        changes = [part[:, 1:] - part[:, :1] for part in found]
        return np.concatenate([*changes[:-1], [losses], changes[-1]] if classes else [*changes, [losses]])

    def _margins(self, z: Array) -> Array:
        own = np.take_along_axis(z, np.broadcast_to(self.y_test, z.shape[:2]).astype(int)[..., None], axis=-1)[..., 0]
        others = np.where(np.eye(z.shape[-1])[self.y_test.astype(int)] == 1, -np.inf, z)
        top = others.max(axis=-1)
        return own - top - np.log(np.exp(others - top[..., None]).sum(axis=-1))


SCALINGS: tuple[Callable[[np.random.Generator, Array], Array], ...] = (
    lambda rng, X: X,
    lambda rng, X: X * 10.0 ** rng.uniform(-2, 2, size=X.shape[1]),
    lambda rng, X: np.round(2 * X),
    lambda rng, X: X + rng.uniform(-5, 5, size=X.shape[1]),
)
CHANGES = ("remove", "remove", "remove", "double", "halve", "relabel")


def problem(
    seed: int, classes: int, intercept: Intercept, kind: str = "remove", largest: float = 0.9
) -> Problem | None:
    """Groups of up to a share ``largest`` of the rows; None where the rows lack a class, or a minimum would."""
    rng = np.random.default_rng(seed)
    n, d = int(rng.integers(10, 31)), int(rng.integers(1, 5))
    X = SCALINGS[rng.integers(len(SCALINGS))](rng, rng.normal(size=(n + TESTED, d)))
    signal = (X - X.mean(axis=0)) / (X.std(axis=0) + 1e-9) @ rng.normal(size=(d, max(classes, 1)))
    signal += rng.choice([0.0, 0.5, 2.0]) * rng.normal(size=signal.shape)
    y = signal[:, 0]
    if classes:
        y = (y > np.median(y)).astype(float) if classes == 2 else np.argmax(signal, axis=1).astype(float)
    if not all((y[:n] == k).sum() > 1 for k in range(classes)):
        return None
    lam = n * 10.0 ** rng.uniform(-3, 0)
    weight = rng.uniform(0.3, 2.0, size=n) if rng.integers(2) else np.ones(n)
    rows = design(np.ascontiguousarray(X), intercept)
    objective = Objective(rows[:n], y[:n], weight, lam, loss_for(classes), intercept=intercept)
    sizes = rng.integers(1, max(2, int(largest * n)) + 1, size=GROUPS)
    members = [np.sort(rng.choice(n, size=size, replace=False)) for size in sizes]
    members = [m for m in members if every_class_stays(y[:n], m, classes)]
    if not members:
        return None
    fitted = fit(objective)
    change, new_weight, label = _changed(fitted, kind, classes)
    inside = np.array([np.isin(np.arange(n), m) for m in [np.empty(0, dtype=int), *members]])
    penalised = np.ones(rows.shape[1])
    penalised[-1] = intercept is not Intercept.FREE
    return Problem(
        study=study_of(fitted, change, replace(objective, X=rows[n:], y=y[n:], sample_weight=np.ones(TESTED), lam=0.0)),
        members=tuple(members),
        exact=Exact(rows[:n], y[:n], lam, penalised, classes),
        weight=np.where(inside, new_weight, weight),
        y=np.where(inside, label, y[:n]),
        X_test=rows[n:],
        y_test=y[n:],
    )


def every_class_stays(y: Array, rows: Array, classes: int) -> bool:
    """Whether no class is without a row where ``rows`` are left out."""
    left = np.delete(y, rows)
    return all((left == k).any() for k in range(classes))


def _changed(fitted: Fitted, kind: str, classes: int) -> tuple[RowChange, Array, Array]:
    weight, y = fitted.objective.sample_weight, fitted.objective.y
    if kind == "remove":
        return removing(fitted), 0.0 * weight, y
    if kind == "relabel":
        new = (y + 1.0) % classes if classes else y + 1.0
        return row_change(fitted, 1.0, weight, new), weight, new
    times = {"double": 2.0, "halve": 0.5}[kind]
    return row_change(fitted, times, weight), times * weight, y


def study_of(fitted: Fitted, change: RowChange, test: Objective) -> Study:
    """The study of all evaluations on single test rows."""
    loss = fitted.objective.loss
    evaluations = (*of_the_paper(loss), *((TEST_MARGIN,) if TEST_MARGIN.is_defined(loss) else ()))
    engine = choose_engine(fitted, change, 5.0)
    bounded, ones = bounded_problem(fitted, test, engine.kernel), {e.name: 1.0 for e in evaluations}
    norms = {name: norm for name, norm in ones.items() if name != SELF_LOSS.name}  # it is another for each group
    methods = predictions_of((Influence(),), Setting(fitted, change))
    return Study(
        fitted, change, engine, fitted.factor, TestRows(test, tuple(range(test.n))), evaluations, methods, ones, norms,
        bounded, trust_in_fit(bounded, fitted),
    )  # fmt: skip
