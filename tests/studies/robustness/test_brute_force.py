"""What a study of robustness says of made data holds against every subset of up to four rows."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.exact_models import Exact

from groupinf.experiments.driver import execute_study
from groupinf.experiments.workers.progress import Silent
from groupinf.studies.load import load_config
from groupinf.studies.robustness.result import RobustnessRun
from groupinf.studies.robustness.study import ROBUSTNESS

Array = np.ndarray
N, D, TESTED, MOST, LAM_OVER_N, BEYOND = 12, 2, 4, 4, 0.05, 1.5


@dataclass(frozen=True)
class Made:
    """A run, the subsets of rows, the first that of none, and the state of each statement without each of them."""

    run: RobustnessRun
    subsets: list[tuple[int, ...]]
    states: list[Array]

    def found(self, statement: int, order: str) -> tuple[int, ...]:
        """The rows that an order found."""
        of = self.run.removed
        rows = of[(of["statement"] == statement) & (of["order"] == order)]["row"]
        return tuple(sorted(int(row) for row in rows))

    def flips(self, statement: int, subset: tuple[int, ...]) -> bool:
        """Whether the statement is another without these rows."""
        of = self.states[statement]
        return bool(of[self.subsets.index(subset)] != of[0])


def made(folder: Path, classes: int, seed: int) -> Made:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(N + TESTED, D))
    signal = X @ rng.normal(size=(D, max(classes, 1))) + 1.2 * rng.normal(size=(N + TESTED, max(classes, 1)))
    y = signal[:, 0] if classes == 0 else np.argsort(np.argsort(signal[:, 0])) * classes // (N + TESTED)
    np.savez(folder / "made.npz", X_train=X[:N], y_train=y[:N], X_test=X[N:], y_test=y[N:])
    run: RobustnessRun = execute_study(ROBUSTNESS, load_config(config(folder, classes)), folder, 1, False, Silent())
    rows, tests = (np.hstack([part, np.ones((len(part), 1))]) for part in (X[:N], X[N:]))
    y = y[:N].astype(float)
    subsets = [s for m in range(MOST + 1) for s in combinations(range(N), m) if leaves_every_class(y, s, classes)]
    weight = np.ones((len(subsets), N))
    for i, subset in enumerate(subsets):
        weight[i, list(subset)] = 0.0
    exact = Exact(rows, y, LAM_OVER_N * N, np.array([1.0] * D + [0.0]), classes)
    start, labels = np.zeros((len(subsets), D + 1, exact.outputs)), np.repeat(y[None], len(subsets), axis=0)
    theta = exact.minima(start, weight, labels).astype(float)
    return Made(run, subsets, [*predictions(tests, y, theta, classes), *coefficients(exact, weight, theta)])


def predictions(tests: Array, y: Array, theta: Array, classes: int) -> list[Array]:
    """The predicted class of each test row, or on which side of the mean of the targets it is."""
    z = np.einsum("tj,sjk->tsk", tests, theta)
    threshold = 0.0 if classes else float(y.mean())
    return list(z.argmax(axis=2) if classes > 2 else z[:, :, 0] > threshold)


def coefficients(exact: Exact, weight: Array, theta: Array) -> list[Array]:
    """Signs, and whether coefficients are beyond so many sandwich and model-based standard errors."""
    S, values = len(theta), exact.outputs
    r = np.asarray(exact.derivatives(exact.X @ theta, np.repeat(exact.y[None], S, axis=0))[0], dtype=float)
    H = exact.hessian(theta, weight, np.repeat(exact.y[None], S, axis=0))
    C = np.eye((D + 1) * values)
    if values > 1:  # intercepts of several classes have no level
        C[-values:, -values:] -= 1.0 / values
    Y = np.linalg.pinv(H, rcond=1e-10, hermitian=True) @ C
    gradients = (exact.X[None, :, :, None] * r[:, :, None, :]).reshape(S, N, -1)
    sandwich = np.einsum("sn,snc->sc", weight, (gradients @ Y) ** 2)
    freedom = weight.sum(axis=1) - D - 1
    spread = np.ones(S) if exact.classes else (weight * r[:, :, 0] ** 2).sum(axis=1) / freedom
    model = spread[:, None] * np.einsum("pc,spc->sc", C, Y)
    estimate = theta.reshape(S, -1) @ C
    beyond = [np.abs(estimate) > BEYOND * np.sqrt(variance) for variance in (sandwich, model)]
    return [column for table in (np.sign(estimate), *beyond) for column in table.T]


def leaves_every_class(y: Array, subset: tuple[int, ...], classes: int) -> bool:
    left = np.delete(y, subset)
    return all((left == k).any() for k in range(classes))


def config(folder: Path, classes: int) -> dict[str, Any]:
    return {
        "study": "robustness",
        "name": "made",
        "dataset": {"npz": str(folder / "made.npz"), "task": "classification" if classes else "regression"},
        "regularization": {"lambda_over_n": LAM_OVER_N},
        "questions": [
            {"flips": "prediction", "test_points": {"indices": list(range(TESTED))}},
            "sign",
            {"flips": "significance", "errors": "sandwich", "beyond": BEYOND},
            {"flips": "significance", "errors": "model", "beyond": BEYOND},
        ],
        "most": MOST,
    }


@pytest.fixture(scope="module", params=[(0, 1), (2, 2), (3, 3)], ids=["regression", "two classes", "three classes"])
def one(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    classes, seed = request.param
    return made(tmp_path_factory.mktemp("made"), classes, seed)


def test_every_set_found_flips_its_statement_and_nothing_proven_is_false(one: Made) -> None:
    statements, as_few = one.run.statements, []
    assert len(statements) == len(one.states)
    for row in statements.itertuples():
        flipped = [
            subset
            for subset, state in zip(one.subsets, one.states[row.statement], strict=True)
            if state != one.states[row.statement][0]
        ]
        fewest = min(map(len, flipped), default=None)
        if not pd.isna(row.lower_bound):
            assert row.lower_bound <= (MOST + 1 if fewest is None else fewest)
        if pd.isna(row.fewest):
            assert not row.proven_fewest
            continue
        subset = one.found(row.statement, row.order)
        assert len(subset) == row.fewest
        assert subset in flipped
        assert not row.proven_fewest or row.fewest == fewest
        as_few.append(row.fewest == fewest)
    assert len(as_few) >= 6
    assert np.mean(as_few) >= 0.8


def test_no_row_of_a_set_that_is_called_minimal_can_stay(one: Made) -> None:
    checked = 0
    for row in one.run.flips[one.run.flips["none_can_stay"]].itertuples():
        subset = one.found(row.statement, row.order)
        assert one.flips(row.statement, subset)
        for left in range(len(subset)):
            assert not one.flips(row.statement, subset[:left] + subset[left + 1 :])
            checked += len(subset) > 1
    assert checked > 0


def test_bounds_are_of_predictions_and_coefficients_and_of_ratios_only_that_it_takes_a_row(one: Made) -> None:
    ratios = one.run.statements["flips"] == "significance"
    assert one.run.statements.loc[~ratios, "lower_bound"].notna().all()
    told = one.run.statements[ratios & one.run.statements["lower_bound"].notna()]
    assert (told["fewest"] == 1).all()


def test_paths_begin_at_the_fit_and_hold_what_refits_say(one: Made) -> None:
    for row in one.run.statements.dropna(subset=["value"]).itertuples():
        of = one.run.paths[one.run.paths["statement"] == row.statement]
        first = of[of["removed"] == 0]
        assert len(first) == len(one.run.manifest.orders)
        np.testing.assert_allclose(first["value"], row.value)
