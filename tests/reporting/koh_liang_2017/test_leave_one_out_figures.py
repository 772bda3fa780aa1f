"""Figures 2 and 3 of Koh and Liang (2017) show actual effects on x, predictions on y, and what stands above them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from support.runs import unreported

from groupinf.errors import DataError
from groupinf.experiments.workers.progress import Silent
from groupinf.reporting.figures import FIGURES
from groupinf.reporting.koh_liang_2017.leave_one_out import leave_one_out_figure
from groupinf.reporting.koh_liang_2017.smooth_hinge import by_temperature, smooth_hinge_figure
from groupinf.reporting.single_rows.removed import removed_rows
from groupinf.reporting.single_rows.smooth_hinge import temperature
from groupinf.studies.group_effects.evaluate import evaluate
from groupinf.studies.group_effects.result import Run

MakeRun = Callable[..., Run]
ONE_POINT: dict[str, Any] = {
    "name": "small",
    "dataset": {"name": "breast_cancer", "standardise": True},
    "regularization": {"lambda_over_n": 0.01},
    "groups": {"builders": [{"builder": "single_rows", "strongest": 12}]},
    "test_points": {"highest_loss": 1},
    "evaluations": ["test_loss"],
    "methods": ["influence", "newton"],
}


@pytest.fixture
def made(tmp_path: Path) -> MakeRun:
    def run(model: dict[str, Any], **changes: Any) -> Run:
        return unreported({**ONE_POINT, "model": {"intercept": "none", **model}, **changes}, tmp_path)

    return run


def points(ax: Axes) -> np.ndarray:
    [found] = [drawn for drawn in ax.collections if isinstance(drawn, PathCollection)]
    return np.asarray(found.get_offsets())


def by_row(run: Run) -> pd.DataFrame:
    """Effects by method, in the order of the rows that groups are named by."""
    rows = run.groups["made_from"].str.extract(r"row (\d+)")[0].astype(int).to_numpy()
    return run.effects.pivot(index="group", columns="method", values="effect").iloc[np.argsort(rows)]


def words(ax: Axes) -> str:
    return " ".join(text.get_text() for text in ax.texts)


def page_words(figure: Figure) -> str:
    return " ".join(text.get_text() for text in figure.texts).replace("\n", " ")


def test_figure_2_has_a_square_panel_for_each_influence(made: MakeRun) -> None:
    cg = {"method": "influence", "solver": "cg", "applied_to": "test_points", "name": "exact"}
    of = made({}, methods=[cg, "influence", "newton"])
    figure = leave_one_out_figure(of)
    assert [ax.get_title() for ax in figure.axes] == ["exact", "Influence"]
    table = by_row(of)
    for ax, method in zip(figure.axes, ("exact", "influence"), strict=True):
        drawn = points(ax)
        np.testing.assert_array_equal(drawn[:, 0], table["actual"])
        np.testing.assert_array_equal(drawn[:, 1], table[method])
        r = np.corrcoef(table["actual"], table[method])[0, 1]
        assert f"r = {r:.4f}" in words(ax)
        assert ax.get_xlim() == ax.get_ylim()
        assert ax.get_xticks().tolist() == [-0.03, 0.0, 0.03]


def test_figure_3_has_the_smooth_hinges_the_panels_and_r_over_t(made: MakeRun) -> None:
    machine = made({"loss": "hinge", "smoothing": 0})
    smoothed = {t: evaluate(machine.path, [f"model.smoothing={t}"], None, 1, Silent()) for t in (0.1, 0.001, 1.0)}
    figure = smooth_hinge_figure([smoothed[1.0], machine, smoothed[0.1], smoothed[0.001]])
    titles = ["(a) Smooth hinges", "(b) t = 0", "(b) t = 0.001", "(b) t = 0.1", "(c) Over t"]
    assert [ax.get_title() for ax in figure.axes] == titles
    curves, zero, thousandth, tenth, over = figure.axes
    for line, t in zip(curves.lines, (0.0, 0.001, 0.01, 0.1), strict=True):
        s, loss = line.get_xdata(), line.get_ydata()
        expected = np.maximum(0, 1 - s) if t == 0 else t * np.log1p(np.exp(np.minimum((1 - s) / t, 500)))
        np.testing.assert_allclose(loss, expected, atol=1e-12)
    for ax, of in ((zero, machine), (tenth, smoothed[0.1])):
        table = by_row(of)
        np.testing.assert_array_equal(points(ax), table[["actual", "influence"]].to_numpy())
    rs = {t: np.corrcoef(points_of(of))[0, 1] for t, of in smoothed.items()}
    assert over.lines[0].get_xdata().tolist() == [0.001, 0.1, 1.0]
    np.testing.assert_allclose(over.lines[0].get_ydata(), [rs[t] for t in (0.001, 0.1, 1.0)])
    np.testing.assert_allclose(over.lines[1].get_ydata()[0], np.corrcoef(points_of(machine))[0, 1])
    rows = np.sort(machine.groups["made_from"].str.extract(r"row (\d+)")[0].astype(int))
    outside = np.abs(points(zero)[:, 0]) > 0.025
    first = rows[outside | np.any([np.abs(points(ax)[:, 1]) > 0.025 for ax in (thousandth, tenth)], axis=0)][0]
    assert f"Outside of the authors' axes, which thin lines frame: row {first}" in page_words(figure)


def points_of(run: Run) -> np.ndarray:
    of = removed_rows(run)
    return np.stack([of.actual, of.predicted["influence"]])


def test_runs_of_figure_3_must_differ_in_their_smoothing_alone(made: MakeRun) -> None:
    machine, logistic = made({"loss": "hinge", "smoothing": 0.1}), made({})
    assert temperature(machine) == 0.1
    other = made({"loss": "hinge", "smoothing": 0.2}, test_points={"indices": [5]})
    linearised = made({"loss": "hinge", "linearised": "binary_logistic"})
    with pytest.raises(DataError, match=r"expected each smoothing once, found 0\.1 again"):
        by_temperature([machine, machine])
    with pytest.raises(DataError, match="expected the same rows retrained"):
        by_temperature([machine, other])
    for wrong in (logistic, linearised):
        with pytest.raises(DataError, match="expected the hinge loss and its smoothing, found other losses"):
            smooth_hinge_figure([wrong])
    with pytest.raises(DataError, match=r"expected a run with a smoothing of 0, 0\.001, 0\.1, found none"):
        smooth_hinge_figure([other])


def test_what_a_figure_lacks_is_said(made: MakeRun) -> None:
    with pytest.raises(DataError, match="expected a method with a linear readout, found none"):
        leave_one_out_figure(made({}, methods=["newton"]))
    with pytest.raises(DataError, match="expected effects on the test loss of one test point, found 2 test points"):
        leave_one_out_figure(made({}, test_points={"indices": [3, 4]}))
    with pytest.raises(DataError, match="expected the method influence, found actual, newton"):
        smooth_hinge_figure([made({"loss": "hinge"}, methods=["newton"])])
    assert {"koh-liang-2", "koh-liang-3"} <= set(FIGURES)
