"""Figures of leave-one-out show every row, frame what the authors showed, and multiply nothing unless asked to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import matplotlib.text
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from support.manifests import made_manifest

from groupinf.cli.main import main
from groupinf.effects.changes.reweight import Reweight
from groupinf.errors import DataError
from groupinf.numerics.intercept import Intercept
from groupinf.reporting.figures import FIGURES
from groupinf.reporting.sources import Source
from groupinf.studies.group_effects.result import Run

# of each row without which a model was fitted: the actual effect, and what is predicted; the fourth is far outside
ACTUAL = np.array([1e-4, -5e-5, 2e-5, -1.5e-4, 0.0])
PREDICTED = {"influence": np.array([1e-4, -6e-5, 1e-5, -9e-3, 0.0]), "LiSSA": np.array([9e-5, 0.0, 1e-5, -1e-4, 1e-6])}
LABELS = ["1", "7", "1", "7", "7"]


def made_run(
    predicted: Mapping[str, np.ndarray] = PREDICTED, actual: np.ndarray = ACTUAL, path: str = "run", **manifest: object
) -> Run:
    """A run that removed five rows, last row first, named as the builder of single rows names them."""
    groups, rows = np.arange(5), np.arange(5)[::-1]
    effects = [
        pd.DataFrame({"group": groups, "method": method, "effect": np.asarray(values)[rows]})
        for method, values in {**predicted, "actual": actual}.items()
    ]
    own = [method for method in predicted if method != "influence"]
    used = [{"name": method, "method": "influence", "options": {"solver": method.lower()}} for method in own]
    about = {"n": 5, "methods": tuple(predicted), "methods_with_options": used, "evaluations": ("test_loss",)}
    return Run(
        path=Path("/nowhere") / path,
        config={},
        manifest=made_manifest(**(about | manifest)),
        groups=pd.DataFrame({"group": groups, "size": 1, "made_from": [f"row {row}" for row in rows]}),
        effects=pd.concat(effects, ignore_index=True).assign(evaluation="test_loss", test_point=0),
        retrains=pd.DataFrame(),
        spearman=pd.DataFrame(),
        attributes=pd.DataFrame(),
        rows=pd.DataFrame(
            {"split": "train", "row": np.arange(5), "label": LABELS, "line": pd.array([2, 3, 4, 9, None], "Int64")}
        ),
    )


def ridge_run(predicted: Mapping[str, np.ndarray] = PREDICTED, **manifest: object) -> Run:
    return made_run(predicted, **{"task": "regression", "classes": (), "loss_name": "squared", **manifest})


def drawn(name: str, *runs: Run, as_published: bool = False) -> Figure:
    figure = FIGURES[name]
    draw = figure.as_published if as_published else figure.draw
    assert draw is not None
    return draw([Source(run.path, (run,), False) for run in runs])


def points(ax: Axes) -> list[list[float]]:
    found = [np.asarray(c.get_offsets()) for c in ax.collections if isinstance(c, PathCollection)]
    return sorted(np.concatenate([of for of in found if len(of)]).tolist())


def pairs(actual: Sequence[float], predicted: Sequence[float]) -> list[list[float]]:
    return sorted([float(a), float(p)] for a, p in zip(actual, predicted, strict=True))


def said(figure: Figure) -> str:
    return " ".join(" ".join(text.get_text() for text in figure.findobj(matplotlib.text.Text)).split())


def frame(ax: Axes) -> tuple[float, float, float, float]:
    [of] = [p for p in ax.patches if isinstance(p, Rectangle)]
    return of.get_x(), of.get_y(), of.get_width(), of.get_height()


def test_every_row_is_drawn_and_those_outside_are_named() -> None:
    figure = drawn("liu-1", ridge_run())
    for ax, predicted in zip(figure.axes, PREDICTED.values(), strict=True):
        np.testing.assert_allclose(points(ax), pairs(ACTUAL, predicted))
        assert frame(ax) == (-0.005, -0.005, 0.01, 0.01)
        assert ax.get_xlim()[0] < ACTUAL.min()
        assert ax.get_ylim()[0] < predicted.min()
    assert "Outside of the authors' axes, which thin lines frame: row 3 (line 9 of its file)." in said(figure)


def test_r_and_slope_stand_above_with_and_without_what_is_outside() -> None:
    x, y = ACTUAL, PREDICTED["influence"]
    r, slope = np.corrcoef(x, y)[0, 1], x @ y / (y @ y)
    rest = np.corrcoef(np.delete(x, 3), np.delete(y, 3))[0, 1]
    assert f"r {r:.3f}, slope {slope:.2f} · 1 outside ({rest:.3f})" in said(drawn("liu-1", ridge_run()))
    inside = said(drawn("liu-1", ridge_run({"influence": ACTUAL / 2})))
    assert "r 1.000, slope 2.00" in inside
    assert "utside" not in inside


def test_a_row_that_no_line_is_known_of_is_told_by_its_number() -> None:
    assert "frame: row 4." in said(drawn("liu-1", ridge_run({"influence": np.array([0, 0, 0, 0, 1.0])})))


def test_digits_are_multiplied_only_as_published() -> None:
    run = made_run()
    plain, published = drawn("liu-2", run), drawn("liu-2", run, as_published=True)
    for ax, predicted in zip(plain.axes, PREDICTED.values(), strict=True):
        np.testing.assert_allclose(points(ax), pairs(ACTUAL, predicted))
    for ax, predicted, factor in zip(published.axes, PREDICTED.values(), (1.5, 1.8), strict=True):
        shown = np.abs(factor * predicted) <= 2e-4
        np.testing.assert_allclose(points(ax), pairs(ACTUAL[shown], factor * predicted[shown]))
        assert (ax.get_xlim(), ax.get_ylim()) == ((-2e-4, 2e-4), (-2e-4, 2e-4))
    assert "multiplied" not in said(plain)
    assert "predictions are multiplied, Influence by 1.5, LiSSA by 1.8, of which" in said(published)
    assert "Hidden, outside of the authors' axes: row 3 (line 9 of its file)." in said(published)


def test_digits_show_each_method_once() -> None:
    some = made_run({"influence": ACTUAL, "Taylor": ACTUAL}, path="other")
    titles = [ax.get_title() for ax in drawn("liu-2", made_run(), some).axes]
    assert titles == ["Influence", "LiSSA", "Taylor"]


def hinge_run(t: float) -> Run:
    return made_run(
        {"influence": PREDICTED["influence"]}, path=f"t{t}", loss_name="hinge", loss_options={"smoothing": t}
    )


def test_temperatures_rise_and_that_of_a_tenth_is_multiplied_only_as_published() -> None:
    runs = [hinge_run(0.1), hinge_run(0.0), hinge_run(0.01)]
    for as_published in (False, True):
        curves, *panels = drawn("liu-4", *runs, as_published=as_published).axes
        assert [ax.get_title() for ax in panels] == ["t = 0", "t = 0.01", "t = 0.1"]
        for ax, factor in zip(panels, (1.0, 1.0, 1.6 if as_published else 1.0), strict=True):
            np.testing.assert_allclose(points(ax), pairs(ACTUAL, factor * PREDICTED["influence"]))
        x, y = (np.asarray(of) for of in curves.lines[-1].get_data())
        np.testing.assert_allclose(y, 0.1 * np.log(1 + np.exp((1 - x) / 0.1)))
    assert "multiplied by 1.6" in said(drawn("liu-4", *runs, as_published=True))
    assert [line.get_label() for line in curves.lines] == ["t = 0", "t = 0.01", "t = 0.1"]
    assert "At t = 0 the hinge has no curvature" in said(drawn("liu-4", *runs))
    assert "At t = 0" not in said(drawn("liu-4", hinge_run(0.1)))
    assert "multiplied" not in said(drawn("liu-4", hinge_run(0.01), as_published=True))


def test_another_intercept_at_temperature_0_is_said_and_has_a_convention_of_its_own() -> None:
    another = "the model at t = 0 is another: intercept penalised as weights are."
    alike, differ = (
        said(drawn("liu-4", replace(at_0, manifest=replace(at_0.manifest, intercept=intercept)), hinge_run(0.1)))
        for at_0, intercept in ((hinge_run(0.0), Intercept.FREE), (hinge_run(0.0), Intercept.PENALISED))
    )
    assert another in differ
    assert "t = 0: Loss summed" in differ
    assert "t = 0.1: Loss summed" in differ
    assert another not in alike
    assert "t = 0.1: Loss summed" not in alike


def test_other_runs_are_refused() -> None:
    run = ridge_run()
    with pytest.raises(DataError, match="expected groups of single rows"):
        drawn("liu-1", replace(run, groups=run.groups.assign(made_from="random")))
    with pytest.raises(DataError, match="expected effects on test loss, found none"):
        drawn("liu-1", replace(run, effects=run.effects.assign(evaluation="self_loss")))
    with pytest.raises(DataError, match="expected the hinge loss and its smoothing, found other losses"):
        drawn("liu-4", made_run())
    reweighted = replace(run, manifest=replace(run.manifest, change=Reweight(factor=2.0)))
    with pytest.raises(DataError, match="expected rows that were removed, found rows counted 2 times as much"):
        drawn("liu-1", reweighted)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("liu-1", "a regression"), ("liu-2", "a run of two classes"), ("liu-4", "a run of two classes")],
)
def test_a_run_of_three_classes_is_refused_in_words(name: str, expected: str) -> None:
    run = made_run(classes=("a", "b", "c"), loss_name="softmax")
    with pytest.raises(DataError, match=f"/nowhere/run: expected {expected}, found one of 3 classes"):
        drawn(name, run)


def test_a_regression_is_no_run_of_two_classes() -> None:
    with pytest.raises(DataError, match="/nowhere/run: expected a run of two classes, found a regression"):
        drawn("liu-2", ridge_run())


def test_runs_that_are_joined_are_each_there_once_and_of_the_same_rows() -> None:
    run, other = hinge_run(0.1), hinge_run(0.2)
    with pytest.raises(DataError, match=r"/nowhere/t0\.1: expected each run once, found it again"):
        drawn("liu-4", run, run)
    with pytest.raises(DataError, match=r"expected each smoothing once, found 0\.1 again"):
        drawn("liu-4", run, replace(hinge_run(0.1), path=Path("/nowhere/again")))
    assert other.rows is not None
    with pytest.raises(DataError, match=r"expected the training rows of /nowhere/t0\.1, found others"):
        drawn("liu-4", run, replace(other, rows=other.rows.assign(label=LABELS[::-1])))
    with pytest.raises(DataError, match=r"t0\.2: expected test point 7 first, found 4"):
        drawn("liu-4", run, replace(other, manifest=replace(other.manifest, test_points=(4,))))


def test_titles_say_what_the_run_is() -> None:
    logistic, machine = made_run(), made_run(loss_name="hinge", loss_options={"smoothing": 0.1})
    assert "leave-one-out, logistic loss, classes no and yes" in said(drawn("liu-2", logistic))
    assert "leave-one-out, hinge loss, classes no and yes" in said(drawn("liu-2", machine))


def test_newton_which_the_authors_have_not_is_not_multiplied() -> None:
    predicted = dict.fromkeys(("influence", "newton"), PREDICTED["influence"] / 100)
    run = made_run(predicted)
    figure = drawn("liu-2", replace(run, manifest=replace(run.manifest, methods_with_options=())), as_published=True)
    for ax, factor in zip(figure.axes, (1.5, 1.0), strict=True):
        np.testing.assert_allclose(points(ax), pairs(ACTUAL, factor * predicted["influence"]))
    assert "multiplied, Influence by 1.5, of which" in said(figure)


@pytest.mark.parametrize("name", ["figure-1", "cones", "liu-1"])
def test_figures_without_untold_factors_refuse_the_option(name: str, tmp_path: Path) -> None:
    arguments = ["figure", name, str(tmp_path), "--as-published", "-o", str(tmp_path / "x.png")]
    found = CliRunner().invoke(main, arguments, prog_name="groupinf")
    assert found.exit_code == 2
    assert "--as-published: expected liu-2" in found.stderr
    assert f"found {name}: leave the option out" in found.stderr
