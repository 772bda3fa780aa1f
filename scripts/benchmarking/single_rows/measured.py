"""What leaving out each training row does to each test row: by the package, by pyinfluence, by refits with joblib."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression

from benchmarking.problem import SEED, Problem, make_problem
from benchmarking.retraining.ours import prepare, retrain_block, timed
from groupinf.datasets.dataset import Dataset
from groupinf.datasets.known.by_name import NamedDataset
from groupinf.datasets.registry import load_dataset
from groupinf.effects.evaluations.test_loss import TEST_LOSS
from groupinf.effects.influence import point_influence
from groupinf.groups.groups import Group, Groups
from groupinf.numerics.fit import fit
from groupinf.numerics.objective import scores
from groupinf.studies.group_effects.test_points import single_rows

DATASET, LAMBDA_OVER_N = "breast_cancer", 1e-2
# rounds in which every method has its turn, and how often a turn that takes milliseconds is repeated
ROUNDS, REPEATS = 5, 20
SOLVERS = ("lbfgs", "newton-cholesky")
TOLERANCE, MAX_ITERATIONS = 1e-8, 100_000
LEAVE_ONE_OUT, INFLUENCE = "leave-one-out", "influence"

Array = NDArray[np.float64]
# changes of the loss of each test row by leaving out each training row: (m, n)
Matrix = Callable[[], Array]


def measure_single_rows(rounds: int = ROUNDS) -> dict[str, Any]:
    """Seconds of each method in each round and how far its numbers are from the package's, for both tasks.

    Methods take turns, so that whatever else runs on the machine slows all of them.
    """
    dataset = load_dataset(NamedDataset(name=DATASET), Path(), SEED)
    problem = _of_all_rows(dataset)
    peer = _peer_version()
    with_peer = bool(peer)
    tasks = {
        LEAVE_ONE_OUT: (_leave_one_out(problem, with_peer), 1),
        INFLUENCE: (_influence(problem, with_peer), REPEATS),
    }
    return {
        "dataset": DATASET,
        "n": dataset.n,
        "d": dataset.d,
        "tested": dataset.n_test,
        "lambda_over_n": LAMBDA_OVER_N,
        "pyinfluence": peer,
        "tasks": {task: _measured(methods, rounds, repeats) for task, (methods, repeats) in tasks.items()},
    }


def _peer_version() -> str:
    """Empty where it is not installed."""
    try:
        return version("pyinfluence")
    except PackageNotFoundError:
        return ""


def _measured(methods: dict[str, Matrix], rounds: int, repeats: int) -> dict[str, Any]:
    seconds: dict[str, list[float]] = {name: [] for name in methods}
    found: dict[str, Array] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a peer's words on what it thinks of the data
        for _ in range(rounds):
            for name, method in methods.items():
                turns = [timed(method) for _ in range(repeats)]
                found[name] = turns[-1][0]
                seconds[name].append(float(np.median([took for _, took in turns])))
    ours = next(iter(found.values()))
    return {
        name: {"rounds": seconds[name], "difference": float(np.abs(matrix - ours).max() / np.abs(ours).max())}
        for name, matrix in found.items()
    }


def _of_all_rows(dataset: Dataset) -> Problem:
    """Every training row a group, every test row a test point."""
    problem, _ = make_problem(dataset, LAMBDA_OVER_N, 2)
    rows = Groups.collect(Group("row", np.array([i]), "row") for i in range(dataset.n))
    points = single_rows(range(dataset.n_test)).labels
    return replace(problem, X_test=dataset.X_test, y_test=dataset.y_test.astype(float), test_points=points, groups=rows)


def _leave_one_out(problem: Problem, with_peer: bool) -> dict[str, Matrix]:
    """Ours first: fit, what is done once, every retrain with its certificate, and all losses."""

    def ours() -> Array:
        prepared = prepare(problem)
        theta = [
            retrain_block(prepared.study, [problem.groups.members(g) for g in block], [str(g) for g in block]).theta
            for block in prepared.blocks
        ]
        return _losses(problem, np.hstack(theta)) - _losses(problem, prepared.study.fitted.theta[:, None])

    methods: dict[str, Matrix] = {"groupinf": ours}
    for solver in SOLVERS:
        if with_peer:
            methods[f"pyinfluence, {solver}"] = lambda solver=solver: _by_pyinfluence(  # type: ignore[misc]
                "LOOInfluence", problem, _model(problem, solver), {"verbose": 0}
            )
        methods[f"refits with joblib, {solver}"] = lambda solver=solver: _refits(problem, _model(problem, solver))  # type: ignore[misc]
    return methods


def _influence(problem: Problem, with_peer: bool) -> dict[str, Matrix]:
    """Ours first. Both start from a fitted model: a Hessian and its factor, or inverse, and the product."""
    test = single_rows(range(problem.y_test.size)).of(problem.test())

    def ours() -> Array:
        fitted = fit(problem.objective(), problem.theta)
        return point_influence(fitted, TEST_LOSS.gradients(test, fitted.theta), fitted.residuals).T

    methods: dict[str, Matrix] = {"groupinf": ours}
    if with_peer:
        model = _model(problem, SOLVERS[-1])
        methods["pyinfluence"] = lambda: _by_pyinfluence("InfluenceFunctions", problem, model, {"damping": 0.0})
    return methods


def _model(problem: Problem, solver: str) -> LogisticRegression:
    model = LogisticRegression(C=1.0 / problem.lam, solver=solver, tol=TOLERANCE, max_iter=MAX_ITERATIONS)
    return model.fit(problem.X, problem.y)


def _by_pyinfluence(attributor: str, problem: Problem, model: LogisticRegression, options: dict[str, Any]) -> Array:
    import pyinfluence

    fitted = getattr(pyinfluence, attributor)(mode="loss", **options).fit(model, problem.X, problem.y)
    return np.asarray(fitted.explain(problem.X_test, problem.y_test))


def _refits(problem: Problem, model: LogisticRegression) -> Array:
    """A clone for each row, fitted without it."""

    def without(row: int) -> Array:
        stays = np.arange(problem.y.size) != row
        return _parameters(clone(model).fit(problem.X[stays], problem.y[stays]))

    theta = Parallel(n_jobs=1)(delayed(without)(row) for row in range(problem.y.size))
    return _losses(problem, np.column_stack(theta)) - _losses(problem, _parameters(model)[:, None])


def _parameters(model: LogisticRegression) -> Array:
    return np.append(model.coef_, model.intercept_)


def _losses(problem: Problem, theta: Array) -> Array:
    """Of each test row under each model (P, B): (m, B)."""
    test = problem.test()
    return test.loss.values(scores(test.X, theta, test.loss.outputs), test.y)
