"""Figures of what a run tells of its rows: components of influence, distances to the boundary, and images."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib.text
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from support.manifests import made_manifest

from groupinf.errors import DataError
from groupinf.points.shown_rows import ShownRows
from groupinf.reporting.figures import FIGURES
from groupinf.reporting.liu_et_al import figure_5
from groupinf.reporting.sources import Source
from groupinf.studies.group_effects.result import Run
from groupinf.studies.group_effects.stored_theta import StoredTheta

N = 4
LABELS = ["1", "7", "1", "7"]
POINTS = {
    "score": [2.0, -4.0, 1.0, -0.5],
    "influence": [0.3, -0.2, 0.001, -0.01],
    "without_train_loss": [0.6, -0.9, 0.5, -0.02],
    "without_hessian": [1.0, -2.0, 3.0, -4.0],
    "inner_product": [5.0, -6.0, 7.0, -8.0],
    "loss": [0.5, 0.4, 0.1, 0.2],
}
# ‖weights‖ = 5, then an intercept
THETA = np.array([3.0, 4.0, 12.0])


def made_run(path: str = "run", scale: float = 1.0, **manifest: Any) -> Run:
    """A run of four rows, two of either label; the test point, row 9, is a 1."""
    about = {"n": N, "d": 2, "classes": ("1", "7"), "methods": ("influence",), "evaluations": ("test_loss",)}
    points = pd.DataFrame({"row": np.arange(N), "label": LABELS, "evaluation": "test_loss", "test_point": 9, **POINTS})
    points["influence"] *= scale
    rows = [("train", row, label) for row, label in enumerate(LABELS)] + [("test", 9, "1")]
    effects = pd.DataFrame({"group": np.arange(N), "test_point": 9, "evaluation": "test_loss"})
    parts = [effects.assign(method=name, effect=points["influence"]) for name in ("influence", "actual")]
    return Run(
        path=Path("/nowhere") / path,
        config={"dataset": {"name": "mnist"}},
        manifest=made_manifest(**(about | manifest)),
        groups=pd.DataFrame({"group": np.arange(N), "size": 1, "made_from": [f"row {row}" for row in range(N)]}),
        effects=pd.concat(parts, ignore_index=True),
        retrains=pd.DataFrame(),
        spearman=pd.DataFrame(),
        attributes=pd.DataFrame(),
        rows=pd.DataFrame(rows, columns=["split", "row", "label"]).assign(line=pd.array([None] * (N + 1), "Int64")),
        points=points,
    )


@pytest.fixture(autouse=True)
def _theta(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figure_5, "theta_of", lambda path: StoredTheta(THETA, ()))


def drawn(name: str, *runs: Run, as_published: bool = False) -> Figure:
    figure = FIGURES[name]
    draw = figure.as_published if as_published else figure.draw
    assert draw is not None
    return draw([Source(run.path, (run,), False) for run in runs])


def points(ax: Axes, colour: str | None = None) -> list[list[float]]:
    of = [c for c in ax.collections if isinstance(c, PathCollection) and len(c.get_offsets())]
    kept = [c for c in of if colour is None or to_hex(c.get_facecolor()[0]) == colour]
    return sorted(np.concatenate([np.asarray(c.get_offsets()) for c in kept] or [np.empty((0, 2))]).tolist())


def said(figure: Figure) -> str:
    return " ".join(" ".join(text.get_text() for text in figure.findobj(matplotlib.text.Text)).split())


def pairs(x: np.ndarray, y: np.ndarray) -> list[list[float]]:
    return sorted(np.column_stack([x, y]).tolist())


def test_components_are_drawn_as_of_the_mean_loss_blue_where_the_label_is_that_of_the_test_point() -> None:
    figure = drawn("liu-3", made_run())
    y = N * np.array(POINTS["influence"])
    xs = [
        N * np.array(POINTS["without_train_loss"]),
        *(np.array(POINTS[k]) for k in ("without_hessian", "inner_product")),
    ]
    for ax, x in zip(figure.axes, xs, strict=True):
        np.testing.assert_allclose(points(ax), pairs(x, y))
        np.testing.assert_allclose(points(ax, "#1f77b4"), pairs(x[[0, 2]], y[[0, 2]]))
    dashed = [line for ax in figure.axes for line in ax.lines if line.get_linestyle() == "--"]
    assert len(dashed) == 1
    np.testing.assert_array_equal(*dashed[0].get_data())
    assert "Without H⁻¹" in said(figure)
    assert "0 % are harmful, of the others 0 % helpful" in said(figure)
    with pytest.raises(DataError, match="expected a run with points: true"):
        drawn("liu-3", replace(made_run(), points=None))


def two() -> tuple[Run, Run]:
    return made_run("logistic"), made_run("machine", 2.0, loss_name="hinge", loss_options={"smoothing": 0.1})


def test_distances_are_scores_over_the_norm_and_lines_join_rows() -> None:
    first, between, second = drawn("liu-5", *two()).axes
    score, influence = np.array(POINTS["score"]), N * np.array(POINTS["influence"])
    np.testing.assert_allclose(points(first), pairs(score / 5, influence))
    np.testing.assert_allclose(points(second), pairs(score / 5, 2 * influence))
    ends = [c for c in between.collections if isinstance(c, LineCollection)][-1].get_segments()
    np.testing.assert_allclose([[a[1], b[1]] for a, b in ends], np.column_stack([influence, 2 * influence]))
    ticks = [c for c in between.collections if isinstance(c, LineCollection)][:2]
    assert [to_hex(of.get_colors()[1]) for of in ticks] == ["#800000"] * 2  # the farthest row


def test_as_published_scores_stand_for_distances_and_only_the_logistic_regression_is_multiplied() -> None:
    figure = drawn("liu-5", *two(), as_published=True)
    score, influence = np.abs(POINTS["score"]), N * np.array(POINTS["influence"])
    np.testing.assert_allclose(points(figure.axes[0]), pairs(score, 2.3 * influence))
    np.testing.assert_allclose(points(figure.axes[2]), pairs(score, 2 * influence))
    assert "multiplied by 2.3" in said(figure)
    assert "multiplied" not in said(drawn("liu-5", *two()))


def test_models_of_other_rows_are_not_joined() -> None:
    first, second = two()
    with pytest.raises(
        DataError, match="expected two runs, of a logistic regression and of a machine, found 1 run: logistic"
    ):
        drawn("liu-5", first)
    again = replace(first, path=Path("/nowhere/again"))
    with pytest.raises(DataError, match="found 2 runs: logistic loss and logistic loss"):
        drawn("liu-5", first, again)
    with pytest.raises(DataError, match="/nowhere/machine: expected a run with points: true"):
        drawn("liu-5", first, replace(second, points=None))
    assert second.rows is not None
    with pytest.raises(DataError, match="expected the training rows of /nowhere/logistic, found others"):
        drawn("liu-5", first, replace(second, rows=second.rows.assign(label=[*LABELS[::-1], "1"])))
    with pytest.raises(DataError, match="expected a run of two classes, found one of 3 classes"):
        drawn("liu-5", replace(first, manifest=made_manifest(classes=("0", "1", "2"))), second)


def test_conventions_that_differ_stand_below_by_panel() -> None:
    words = said(drawn("liu-5", *two()))
    assert re.search(r"Logistic loss: Loss summed[^:]*: [^:]*losses in nats", words)
    assert re.search(r"Hinge loss: Loss summed[^:]*: [^:]*losses in units of the score", words)


def test_a_regression_has_no_labels_to_tell_components_by() -> None:
    run = made_run(task="regression", classes=(), loss_name="squared")
    with pytest.raises(DataError, match="/nowhere/run: expected a run with classes, found a regression"):
        drawn("liu-3", run)


def test_images_are_the_test_row_the_least_and_the_most_harmful() -> None:
    X = np.zeros((N, 784))
    X[np.arange(N), np.arange(N)] = 1.0
    test = np.zeros((1, 784))
    test[0, -1] = 1.0
    names = tuple(map(str, range(784)))
    shown = ShownRows(np.arange(N), X, np.array([9]), test, names)
    plain, kept = drawn("liu-2", made_run()), drawn("liu-2", replace(made_run(), shown=shown))
    assert [ax.get_title() for ax in plain.axes] == ["Influence"]
    titles = [ax.get_title() for ax in kept.axes]
    assert titles == ["Influence", "The test image", "Least influence: a 1", "Most harmful: a 7"]
    again = replace(made_run("other"), shown=shown)
    assert [ax.get_title() for ax in drawn("liu-2", replace(made_run(), shown=shown), again).axes] == titles
    brightest = [int(np.argmax(np.asarray(ax.images[0].get_array()))) for ax in kept.axes[1:]]
    assert brightest == [783, 2, 1]
