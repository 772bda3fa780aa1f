"""One problem that every method is measured on: data, θ̂, test points and groups, in files that processes share."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from benchmarking.shapes import MADE_ONLY, SHAPES
from benchmarking.synthetic import make_dataset
from groupinf.datasets.dataset import Dataset, Features
from groupinf.datasets.files.data_home import data_home
from groupinf.datasets.known.by_name import NamedDataset
from groupinf.datasets.known.registry import facts_of
from groupinf.datasets.registry import load_dataset
from groupinf.effects.evaluations.test_loss import TEST_LOSS
from groupinf.effects.influence import point_influence
from groupinf.effects.test_rows import TestRows
from groupinf.groups.groups import Group, Groups
from groupinf.numerics.fit import Fitted, fit
from groupinf.numerics.losses.registry import loss_for
from groupinf.numerics.objective import Objective, scores, with_intercept
from groupinf.numerics.row_space import is_reduced, row_space_basis
from groupinf.studies.group_effects.schema import TestPoints as ChosenTestPoints
from groupinf.studies.group_effects.test_points import choose_test_points
from groupinf.studies.linear.fit import lam_from
from groupinf.studies.linear.linear_model import LinearModel, test_objective, training_objective

SEED = 0
SMALLEST, LARGEST = 0.0025, 0.25
# a tail of s rows is drawn from the first WINDOW·s rows in the order of influence
WINDOW = 1.5


@dataclass(frozen=True)
class Problem:
    """Training rows without the intercept's ones, six test rows, θ̂ (P,) and the groups."""

    X: Features
    y: NDArray[np.float64]
    sample_weight: NDArray[np.float64]
    lam: float
    classes: int
    X_test: Features
    y_test: NDArray[np.float64]
    test_points: tuple[int, ...]
    theta: NDArray[np.float64]
    groups: Groups

    def objective(self) -> Objective:
        """L(θ; s) of the features."""
        return Objective(with_intercept(self.X), self.y, self.sample_weight, self.lam, loss_for(self.classes))

    def test(self) -> Objective:
        """The losses of the six test rows."""
        return Objective(
            with_intercept(self.X_test), self.y_test, np.ones(self.y_test.size), 0.0, loss_for(self.classes)
        )

    def as_studied(self) -> tuple[Objective, Objective]:
        """Training and test rows as a study has them: in coordinates of the rows' span where those are fewer."""
        train, test = self.objective(), self.test()
        if not is_reduced(self.X):
            return train, test
        basis = row_space_basis(self.X)
        X, X_test = (with_intercept(np.asarray(of @ basis)) for of in (self.X, self.X_test))
        return replace(train, X=X, basis=basis), replace(test, X=X_test, basis=basis)

    def members(self) -> list[NDArray[np.int64]]:
        """The rows of each group."""
        return [self.groups.members(g) for g in range(len(self.groups))]


def dataset_for(name: str) -> tuple[Dataset, str]:
    """The real dataset where its files are in the data home, else one of the same shape; and which of the two."""
    if name not in MADE_ONLY and all((data_home() / file.path).is_file() for file in facts_of(name).files):
        return load_dataset(NamedDataset(name=name), Path(), SEED), "real"
    return make_dataset(name, SHAPES[name]), "made"


def make_problem(dataset: Dataset, lambda_over_n: float, count: int) -> tuple[Problem, Fitted]:
    """Fit, choose three random test rows and the three of highest loss, and draw ``count`` groups."""
    objective = training_objective(
        dataset, LinearModel(loss_for(len(dataset.classes))), lam_from(lambda_over_n, dataset.n)
    )
    fitted, rng = fit(objective), np.random.default_rng(SEED)
    everything = test_objective(dataset, LinearModel(loss_for(len(dataset.classes))), objective.basis)
    losses = everything.loss.values(scores(everything.X, fitted.theta, everything.loss.outputs), everything.y)
    tested = choose_test_points(ChosenTestPoints(random=3, highest_loss=3), dataset, losses, rng)
    test, test_points = everything.at(tested.rows), tested.labels
    slopes = TEST_LOSS.gradients(TestRows(test, tuple(range(test.n))), fitted.theta)
    influence = point_influence(fitted, slopes, fitted.residuals)
    problem = Problem(
        X=dataset.X_train,
        y=objective.y,
        sample_weight=objective.sample_weight,
        lam=objective.lam,
        classes=len(dataset.classes),
        X_test=dataset.X_test[list(test_points)],
        y_test=test.y,
        test_points=test_points,
        theta=objective.in_full(fitted.theta),
        groups=draw_groups(objective, influence, test_points, count, rng),
    )
    return problem, fitted


def draw_groups(
    objective: Objective,
    influence: NDArray[np.float64],
    test_points: tuple[int, ...],
    count: int,
    rng: np.random.Generator,
) -> Groups:
    """Half random, half influence tails, sizes linearly spaced; one that empties a class is left out."""
    n = objective.n
    random_sizes, tail_sizes = (_sizes(n, part) for part in (count - count // 2, count // 2))
    groups = [Group("random", rng.choice(n, size, replace=False), "random") for size in random_sizes]
    for number, size in enumerate(tail_sizes):
        column, positive = number % len(test_points), number % 2 == 0
        order = np.argsort(-influence[:, column] if positive else influence[:, column], kind="stable")
        members = rng.choice(order[: min(n, int(WINDOW * size))], size, replace=False)
        kind = "positive_tail" if positive else "negative_tail"
        groups.append(Group(kind, members, kind, test_points[column]))
    return Groups.collect(g for g in groups if not _empties_a_class(objective, g.indices))


def _sizes(n: int, count: int) -> list[int]:
    return [max(1, int(size)) for size in np.linspace(SMALLEST * n, LARGEST * n, count)]


def _empties_a_class(objective: Objective, rows: NDArray[np.int64]) -> bool:
    stays = objective.sample_weight > 0.0
    before = np.unique(objective.y[stays]).size
    stays[rows] = False
    return np.unique(objective.y[stays]).size < before


def save_problem(problem: Problem, folder: Path) -> None:
    """Write it to ``folder``."""
    for name in ("X", "X_test"):
        _save_features(folder / name, getattr(problem, name))
    np.savez(
        folder / "arrays.npz",
        y=problem.y,
        sample_weight=problem.sample_weight,
        y_test=problem.y_test,
        theta=problem.theta,
        indptr=problem.groups.indptr,
        indices=problem.groups.indices,
    )
    labels = {key: getattr(problem.groups, key) for key in ("kind", "name", "test_point", "made_from")}
    facts = {"lam": problem.lam, "classes": problem.classes, "test_points": problem.test_points, "groups": labels}
    (folder / "problem.json").write_text(json.dumps(facts), encoding="utf-8")


def load_problem(folder: Path) -> Problem:
    """Read what ``save_problem`` wrote."""
    facts: dict[str, Any] = json.loads((folder / "problem.json").read_text(encoding="utf-8"))
    labels = {key: tuple(values) for key, values in facts["groups"].items()}
    with np.load(folder / "arrays.npz") as arrays:
        return Problem(
            X=_load_features(folder / "X"),
            y=arrays["y"],
            sample_weight=arrays["sample_weight"],
            lam=facts["lam"],
            classes=facts["classes"],
            X_test=_load_features(folder / "X_test"),
            y_test=arrays["y_test"],
            test_points=tuple(facts["test_points"]),
            theta=arrays["theta"],
            groups=Groups(indptr=arrays["indptr"], indices=arrays["indices"], **labels),
        )


def _save_features(path: Path, X: Features) -> None:
    if isinstance(X, np.ndarray):
        np.save(path.with_suffix(".npy"), X)
    else:
        sparse.save_npz(path.with_suffix(".npz"), X, compressed=False)


def _load_features(path: Path) -> Features:
    dense = path.with_suffix(".npy")
    if dense.exists():
        return np.load(dense)
    return sparse.csr_array(sparse.load_npz(path.with_suffix(".npz")))
