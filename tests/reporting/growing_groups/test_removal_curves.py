"""Removal curves are what refits of scikit-learn have on the test rows; sentences are said only where they hold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib.text
import numpy as np
import pytest
from matplotlib.figure import Figure
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from support.runs import effects_on, members, unreported

from groupinf.errors import DataError
from groupinf.reporting.figures import FIGURES
from groupinf.reporting.growing_groups.curves import Curve, Sort, removal_curves
from groupinf.reporting.growing_groups.words import CHOSEN_BY_TEST_ROWS, removal_lines
from groupinf.reporting.sources import Source
from groupinf.studies.group_effects.result import Run

LAM_OVER_N = 0.02


def run_of(folder: Path, regression: bool = False, **changes: Any) -> Run:
    rng = np.random.default_rng(4)
    X = rng.normal(size=(90, 3))
    y = X[:, 0] + rng.normal(size=90)
    y = y if regression else (y > 0).astype(int)
    np.savez(folder / "rows.npz", X_train=X[:50], X_test=X[50:], y_train=y[:50], y_test=y[50:])
    builders: list[Any] = [
        {"builder": "most_influential", "evaluation": "test_loss", "by": "greedy"},
        {"builder": "random", "nested": True},
    ]
    config = {
        "name": "curves",
        "dataset": {"npz": str(folder / "rows.npz"), "task": "regression" if regression else "classification"},
        "regularization": {"lambda_over_n": LAM_OVER_N},
        "groups": {"sizes": {"min": 0.05, "max": 0.5, "num": 4}, "builders": builders},
        "test_points": {"all": True},
        "evaluations": ["test_loss"] if regression else ["test_loss", "test_error"],
    }
    return unreported(config | changes, folder)


def drawn(run: Run) -> Figure:
    return FIGURES["removal-curves"].draw([Source(run.path, (run,), False)])


def said(figure: Figure) -> str:
    return " ".join(" ".join(text.get_text() for text in figure.findobj(matplotlib.text.Text)).split())


def test_every_point_is_what_scikit_learn_refits(tmp_path: Path) -> None:
    run = run_of(tmp_path)
    data, rows = np.load(tmp_path / "rows.npz"), members(run)
    curves = removal_curves(run)
    assert [(c.label, c.sort) for c in curves] == [
        ("Best first, greedily", Sort.BEST),
        ("Worst first, greedily", Sort.WORST),
        ("Random", Sort.RANDOM),
    ]
    for curve, removed in zip(curves, (rows[:4], rows[4:8], rows[8:]), strict=True):
        assert curve.removed.tolist() == [0, *(of.size for of in removed)] == [0, 2, 9, 17, 25]
        for out, loss, accuracy in zip([[], *removed], curve.loss, curve.accuracy, strict=True):
            kept = np.setdiff1d(np.arange(50), out)
            model = LogisticRegression(C=1 / (LAM_OVER_N * 50), tol=1e-12, max_iter=10_000)
            model.fit(data["X_train"][kept], data["y_train"][kept])
            assert loss == pytest.approx(log_loss(data["y_test"], model.predict_proba(data["X_test"])), rel=1e-7)
            assert accuracy == pytest.approx(model.score(data["X_test"], data["y_test"]), abs=1e-12)
    best, worst, random = curves
    assert (best.loss[1:] > random.loss[1:]).all()
    assert (worst.loss[1:] < random.loss[1:]).all()


def test_each_order_is_a_line_in_a_panel_for_each_measure(tmp_path: Path) -> None:
    run = run_of(tmp_path)
    figure = drawn(run)
    assert [ax.get_ylabel() for ax in figure.axes] == ["Test accuracy", "Mean test loss"]
    for line, curve in zip(figure.axes[1].lines, removal_curves(run), strict=False):
        np.testing.assert_array_equal(line.get_xdata(), curve.removed / 50)
        np.testing.assert_array_equal(line.get_ydata(), curve.loss)
    for name in ("Best first, greedily", "Worst first, greedily", "Random", CHOSEN_BY_TEST_ROWS):
        assert name in said(figure)


def test_random_orders_of_several_builders_are_a_line_each(tmp_path: Path) -> None:
    random = {"builder": "random", "nested": True}
    run = run_of(tmp_path, groups={"sizes": {"min": 0.05, "max": 0.5, "num": 4}, "builders": [random, random]})
    curves, rows, effects = removal_curves(run), members(run), effects_on(run, "test_loss")[:, 0]
    assert [(curve.label, curve.sort) for curve in curves] == [("Random", Sort.RANDOM), ("Random 2", Sort.RANDOM)]
    for curve, own in zip(curves, (slice(0, 4), slice(4, 8)), strict=True):
        assert curve.removed.tolist() == [0, *(of.size for of in rows[own])]
        np.testing.assert_allclose(curve.loss[1:], run.manifest.test_loss + effects[own] / 40)
    aside = replace(run, effects=run.effects[run.effects["group"].isin([1, 6])])
    assert [curve.removed.tolist() for curve in removal_curves(aside)] == [[0, 9], [0, 17]]
    single = run_of(tmp_path, groups={"sizes": {"min": 0.1, "max": 0.1, "num": 1}, "builders": [random, random]})
    assert [curve.removed.tolist() for curve in removal_curves(single)] == [[0, 5], [0, 5]]


def test_a_regression_has_its_loss_alone(tmp_path: Path) -> None:
    [ax] = drawn(run_of(tmp_path, regression=True)).axes
    assert ax.get_ylabel() == "Mean test loss"


def test_what_a_run_lacks_is_said(tmp_path: Path) -> None:
    run = run_of(tmp_path)
    single = replace(run, effects=run.effects.assign(test_point=3))
    with pytest.raises(DataError, match=r"expected actual effects on test loss summed over all test rows .*all: true"):
        drawn(single)
    without = replace(run, groups=run.groups.assign(made_from="all training points"))
    with pytest.raises(DataError, match="expected groups one within the next, as the builders most_influential and"):
        drawn(without)
    doubled = {"change": {"change": "reweight", "factor": 2}, "groups": {"builders": ["single_rows"]}}
    with pytest.raises(DataError, match="expected rows that were removed, found rows"):
        drawn(run_of(tmp_path, **doubled))


# -- sentences


def curve(label: str, sort: Sort, *loss: float) -> Curve:
    return Curve(label, sort, np.arange(len(loss)) * 10, np.array(loss), None)


RANDOM = curve("Random", Sort.RANDOM, 0.5, 0.6, 0.7)
BEST, WORST = curve("Best first, x", Sort.BEST, 0.5, 0.8, 0.9), curve("Worst first, x", Sort.WORST, 0.5, 0.4, 0.45)
MIXED = curve("By leverage", Sort.OTHER, 0.5, 0.7, 0.65)


def test_the_least_loss_is_said_where_it_is_below_that_of_all_rows() -> None:
    assert removal_lines([BEST])[0] == "Best first, x: the mean test loss is never below that of all rows, 0.5."
    assert removal_lines([WORST])[0] == (
        "Worst first, x: the mean test loss is least without 10 rows, 0.4, and 0.5 with all."
    )


def test_orders_are_put_beside_random_rows_where_they_stay_on_one_side() -> None:
    assert removal_lines([BEST, WORST, RANDOM])[2] == (
        "At every size the mean test loss is above that of random rows for: best first, x. It is below that of random "
        "rows for: worst first, x."
    )
    on_no_side = "No order's mean test loss is on one side of that of random rows at every size."
    assert removal_lines([MIXED, RANDOM]) == [
        "By leverage: the mean test loss is never below that of all rows, 0.5.",
        on_no_side,
    ]
    higher = curve("Random 2", Sort.RANDOM, 0.5, 0.7, 0.85)
    assert removal_lines([BEST, RANDOM, higher])[1] == (
        "At every size the mean test loss is above that of each of 2 random orders for: best first, x."
    )
    between = curve("Random 2", Sort.RANDOM, 0.5, 0.9, 0.85)
    assert removal_lines([BEST, RANDOM, between])[1] == on_no_side.replace("random rows", "each of 2 random orders")
    assert removal_lines([RANDOM]) == []
    assert removal_lines([MIXED, BEST])[-1] == CHOSEN_BY_TEST_ROWS
