"""The figures of natural groups show the effects and attributes of the run, say what is true, and refuse other runs."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure

from groupinf.errors import DataError
from groupinf.reporting.drawing.figures import figure_bytes
from groupinf.reporting.figures import FIGURES
from groupinf.reporting.sources import Source
from groupinf.studies.group_effects.result import Run

MakeRun = Callable[..., Run]
OF_FUNCTIONS, OF_WORKERS = (
    ("figure-c5", "figure-c6", "figure-c7"),
    ("figure-c8", "figure-c9", "figure-c10", "figure-c11"),
)
BLUE, RED = "#1f77b4", "#d62728"
FUNCTIONS, WORKERS = 12, 120
POLARITY = np.array(["positive", "negative", "negative"] * 4, dtype=object)
# the set of negative test rows comes first, as the class does
GOLD = {-2: "gold_label=negative", -3: "gold_label=positive"}
GENRES = {-2: "genre=fiction", -3: "genre=travel", -4: "genre=letters"}


def of_sets(make_run: MakeRun, groups: int, sets: Mapping[int, str], attributes: Mapping[str, Any], **said: Any) -> Run:
    run = make_run(
        kinds=["column who"] * groups,
        measures=[("test_loss", point) for point in sets],
        test_points=list(sets),
        test_sets=tuple({"test_point": point, "name": name, "rows": 5} for point, name in sets.items()),
        **said,
    )
    numbers = np.arange(groups)
    named = run.groups.assign(name=[f"g{i}" for i in numbers])
    return replace(run, groups=named, attributes=pd.DataFrame({"group": numbers, **attributes}))


@pytest.fixture
def functions(make_run: MakeRun) -> Run:
    rng = np.random.default_rng(0)
    about = {"polarity": POLARITY, "coverage": rng.uniform(size=FUNCTIONS), "precision": rng.uniform(size=FUNCTIONS)}
    return of_sets(make_run, FUNCTIONS, GOLD, {"size": np.full(FUNCTIONS, 9.0), **about}, dataset="votes")


@pytest.fixture
def workers(make_run: MakeRun) -> Run:
    rng = np.random.default_rng(0)
    counts = {f"rows {name}": rng.integers(0, 99, size=WORKERS).astype(float) for name in GENRES.values()}
    return of_sets(make_run, WORKERS, GENRES, {"size": sum(counts.values()), **counts}, dataset="pairs")


def figure(name: str, *runs: Run) -> Figure:
    return FIGURES[name].draw([Source(run.path, (run,), False) for run in runs])


def effects(run: Run, method: str = "influence") -> np.ndarray:
    """(S, G), sets in the order of their labels in the table."""
    rows = run.effects[(run.effects.method == method) & (run.effects.evaluation == "test_loss")]
    return rows.pivot(index="test_point", columns="group", values="effect").sort_index(ascending=False).to_numpy()


def points(ax: Axes) -> dict[str, list[list[float]]]:
    return {
        matplotlib.colors.to_hex(c.get_facecolor()[0]): sorted(np.asarray(c.get_offsets()).tolist())
        for c in ax.collections
        if len(c.get_offsets())
    }


def pairs(x: np.ndarray, y: np.ndarray) -> list[list[float]]:
    return sorted(np.c_[x, y].tolist())


def said(figure: Figure) -> str:
    texts = [text.get_text() for text in figure.findobj(matplotlib.text.Text)]
    return " ".join(" ".join(texts).split()).replace("−", "-")


def changed(run: Run, **values: Any) -> Run:
    return replace(run, attributes=run.attributes.assign(**values))


def test_figure_c5_shows_both_polarities_on_the_positive_and_on_the_negative_test_rows(functions: Run) -> None:
    drawn = figure("figure-c5", functions)
    assert [ax.get_title() for ax in drawn.axes] == ["Σ gold_label=positive", "Σ gold_label=negative"]
    for ax, row in zip(drawn.axes, (1, 0), strict=True):
        x, y = effects(functions, "actual")[row], effects(functions)[row]
        for polarity, colour in (("positive", BLUE), ("negative", RED)):
            of = polarity == POLARITY
            assert points(ax)[colour] == pairs(x[of], y[of])
        assert ax.get_xlim() == ax.get_ylim()
        assert any(list(line.get_xdata()) == list(line.get_ydata()) == list(ax.get_xlim()) for line in ax.lines)
        assert (ax.get_xlabel(), ax.get_ylabel()) == ("Actual effect (retrained)", "Influence on test loss")
    [legend] = drawn.legends
    assert [text.get_text() for text in legend.get_texts()] == ["Pos. LF", "Neg. LF"]
    assert [line.get_color() for line in legend.get_lines()] == [BLUE, RED]
    assert "12 labelling functions" in said(drawn)


@pytest.mark.parametrize(("name", "attribute"), [("figure-c6", "coverage"), ("figure-c7", "precision")])
def test_figures_c6_and_c7_have_coverage_and_precision_on_x(functions: Run, name: str, attribute: str) -> None:
    drawn = figure(name, functions)
    x = functions.attributes[attribute].to_numpy()
    for ax, row in zip(drawn.axes, (1, 0), strict=True):
        of = POLARITY == "negative"
        assert points(ax)[RED] == pairs(x[of], effects(functions)[row][of])
        assert points(ax)[BLUE] == pairs(x[~of], effects(functions)[row][~of])
        assert any(list(line.get_ydata()) == [0, 0] for line in ax.lines)
        assert ax.get_xlabel().startswith(attribute.capitalize())
    assert f"Influence of labelling functions against their {attribute}" in said(drawn)


def test_groups_that_are_no_labelling_functions_are_left_out(functions: Run) -> None:
    polarity = np.where(np.arange(FUNCTIONS) < 2, None, POLARITY)
    drawn = figure("figure-c5", changed(functions, polarity=polarity))
    assert all(sum(map(len, points(ax).values())) == FUNCTIONS - 2 for ax in drawn.axes)
    assert "10 labelling functions" in said(drawn)


def test_figure_4_shows_each_function_on_the_test_rows_of_its_class_and_workers_on_the_sum(
    functions: Run, workers: Run
) -> None:
    for runs in ((functions, workers), (workers, functions)):
        left, middle, right = figure("figure-4", *runs).axes
        negative, positive = effects(functions)
        own = np.where(POLARITY == "positive", positive, negative)
        for ax, attribute in ((left, "coverage"), (middle, "precision")):
            x = functions.attributes[attribute].to_numpy()
            for polarity, colour in (("positive", BLUE), ("negative", RED)):
                of = polarity == POLARITY
                assert points(ax)[colour] == pairs(x[of], own[of])
        [shown] = points(right).values()
        np.testing.assert_allclose(shown, pairs(workers.attributes["size"], effects(workers).sum(axis=0)))
    assert len(figure("figure-4", functions).axes) == 2
    alone = figure("figure-4", workers)
    assert len(alone.axes) == 1
    assert "LF" not in said(alone)


def test_figure_c8_has_a_panel_for_each_genre(workers: Run) -> None:
    drawn = figure("figure-c8", workers)
    assert [ax.get_title() for ax in drawn.axes] == [f"Σ {name}" for name in GENRES.values()]
    for ax, x, y in zip(drawn.axes, effects(workers, "actual"), effects(workers), strict=True):
        [shown] = points(ax).values()
        assert shown == pairs(x, y)


def test_figure_c9_says_whether_the_sign_of_the_largest_group_is_right(workers: Run) -> None:
    size = np.where(np.arange(WORKERS) == 4, 5e3, workers.attributes["size"])
    run = changed(workers, size=size)
    actual = effects(run, "actual").sum(axis=0)[4]
    drawn = said(figure("figure-c9", run))
    words = r"The group with most rows, g4 \(5,000\), has influence (\S+) and actual effect (\S+): the signs agree\."
    found = re.search(words, drawn)
    assert found is not None
    assert list(map(float, found.groups())) == pytest.approx([0.5 * actual, actual], rel=6e-3)
    table = run.effects.copy()
    table.loc[(table.group == 4) & (table.method == "actual"), "effect"] *= -1
    assert "the signs differ" in said(figure("figure-c9", replace(run, effects=table)))
    assert "The sum is that over genre=fiction, genre=travel and genre=letters." in drawn


def test_figure_c9_hides_and_counts_the_one_that_contributed_far_more(workers: Run) -> None:
    run = changed(workers, size=np.where(np.arange(WORKERS) == 4, 35e3, 100.0 + np.arange(WORKERS)))
    for drawn, hidden in ((figure("figure-c9", run), 1), (figure("figure-c9", workers), 0)):
        [shown] = points(drawn.axes[0]).values()
        assert len(shown) == WORKERS - hidden
        assert ("1 hidden" in said(drawn)) == bool(hidden)
        assert ("k hidden: points outside the axes." in said(drawn)) == bool(hidden)


def test_figure_c10_has_sets_by_family_and_groups_by_their_mean_influence_on_the_first(workers: Run) -> None:
    table = workers.effects.copy()
    rng = np.random.default_rng(0)
    common = rng.normal(size=WORKERS)
    for point, factor in ((-2, 1.0), (-3, -0.9), (-4, 0.8)):
        of = (table.test_point == point) & (table.method == "influence")
        table.loc[of, "effect"] = factor * common[table.loc[of, "group"]] + 0.01 * rng.normal(size=WORKERS)
    run = replace(workers, effects=table)
    drawn = figure("figure-c10", run)
    [mesh] = [c for c in drawn.axes[0].collections if isinstance(c, QuadMesh)]
    fiction, travel, letters = effects(run)
    order = np.argsort(-(fiction + letters), kind="stable")
    np.testing.assert_array_equal(mesh.get_array(), np.stack([fiction, letters, travel])[:, order])
    drawn.draw_without_rendering()
    assert [label.get_text() for label in drawn.axes[0].get_yticklabels()] == [
        "genre=fiction",
        "genre=letters",
        "genre=travel",
    ]
    assert "groups by their mean influence on genre=fiction and genre=letters" in said(drawn)
    low, high = mesh.get_clim()
    assert low == -high
    assert mesh.get_cmap().name == "bwr"


def test_figure_c11_has_the_rows_of_each_genre_on_x_and_says_where_groups_have_one_each(workers: Run) -> None:
    drawn = figure("figure-c11", workers)
    for ax, name, y in zip(drawn.axes, GENRES.values(), effects(workers), strict=True):
        [shown] = points(ax).values()
        assert shown == pairs(workers.attributes[f"rows {name}"], y)
        assert ax.get_xlabel() == f"Rows of {name}"
    words = "No group has rows of two of the sets"
    assert words not in said(drawn)
    one_each = {
        f"rows {name}": np.where(np.arange(WORKERS) % 3 == i, 7.0, 0.0) for i, name in enumerate(GENRES.values())
    }
    assert words in said(figure("figure-c11", changed(workers, **one_each)))


def test_sets_that_no_group_contributed_to_are_in_figures_c8_and_c10_alone(workers: Run) -> None:
    run = replace(workers, attributes=workers.attributes.drop(columns="rows genre=letters"))
    assert [len(figure(name, run).axes) for name in ("figure-c8", "figure-c11")] == [3, 2]
    drawn = figure("figure-c9", run)
    [shown] = points(drawn.axes[0]).values()
    np.testing.assert_allclose(shown, pairs(run.attributes["size"], effects(run)[:2].sum(axis=0)))
    assert "The sum is that over genre=fiction and genre=travel." in said(drawn)


@pytest.mark.parametrize("name", OF_FUNCTIONS)
def test_runs_without_labelling_functions_are_refused(
    functions: Run, workers: Run, make_run: MakeRun, name: str
) -> None:
    for run, words in (
        (workers, "found no polarity, coverage or precision among their attributes"),
        (
            changed(functions, polarity=["mixed", *POLARITY[1:]]),
            "expected the polarity positive or negative, found mixed",
        ),
        (changed(functions, polarity=[None] * FUNCTIONS), "expected the polarity positive or negative, found none"),
        (renamed(functions, "gold_label", "ward"), "test_points.column makes a set"),
    ):
        with pytest.raises(DataError, match=words):
            figure(name, run)
    with pytest.raises(DataError, match=f"{name}: expected one run, found 2"):
        figure(name, functions, functions)


def renamed(run: Run, old: str, new: str) -> Run:
    """The same with sets of test points of which none is the positive one."""
    sets = [
        replace(entry, name=entry.name.replace(old, new).replace("positive", "x")) for entry in run.manifest.test_sets
    ]
    return replace(run, manifest=replace(run.manifest, test_sets=tuple(sets)))


@pytest.mark.parametrize("name", OF_WORKERS)
def test_runs_that_do_not_count_contributed_rows_are_refused(functions: Run, make_run: MakeRun, name: str) -> None:
    with pytest.raises(
        DataError, match=r"'rows gold_label=negative' or 'rows gold_label=positive'.*count_by counts them"
    ):
        figure(name, functions)
    with pytest.raises(DataError, match="expected sets of test points, several, found none"):
        figure(name, make_run())
    with pytest.raises(DataError, match=r"expected test_loss among the evaluations; groupinf evaluate"):
        figure(name, make_run(measures=[("self_loss", -1)]))
    with pytest.raises(DataError, match="expected predictions by influence"):
        figure(name, make_run(methods=("newton",)))


def test_attributes_that_are_no_numbers_or_absent_are_refused(functions: Run) -> None:
    with pytest.raises(DataError, match="expected numbers as the attribute 'coverage', found categories"):
        figure("figure-c6", changed(functions, coverage=["high"] * FUNCTIONS))
    with pytest.raises(DataError, match="expected groups with the attribute 'precision', found none"):
        figure("figure-c7", changed(functions, precision=np.nan))


def test_figure_4_takes_one_run_of_each_sort(functions: Run, workers: Run) -> None:
    for run, sort in ((functions, "labelling functions"), (workers, "contributed rows")):
        with pytest.raises(DataError, match=f"figure-4: expected at most one run of {sort}, found 2"):
            figure("figure-4", run, run)


@pytest.mark.parametrize("name", [*OF_FUNCTIONS, *OF_WORKERS, "figure-4"])
def test_no_text_overlaps_another_or_leaves_the_page(functions: Run, workers: Run, name: str) -> None:
    long = {point: f"{text}, a set with a name that is far too long for a panel" for point, text in GENRES.items()}
    counts = {f"rows {text}": workers.attributes[f"rows {GENRES[point]}"] for point, text in long.items()}
    sets = tuple(replace(entry, name=long[entry.test_point]) for entry in workers.manifest.test_sets)
    manifest = replace(workers.manifest, test_sets=sets, dataset="病院 " + "very long " * 20)
    wide = replace(changed(workers, **counts), manifest=manifest)
    wide = replace(wide, effects=wide.effects.assign(effect=1e-7 * wide.effects.effect))
    runs: Sequence[Run] = {"figure-4": (functions, wide)}.get(name, (functions if name in OF_FUNCTIONS else wide,))
    drawn = figure(name, *runs)
    canvas = FigureCanvasAgg(drawn)
    canvas.draw()
    renderer = canvas.get_renderer()
    written = [*drawn.texts, *(text for legend in drawn.legends for text in legend.get_texts())]
    for ax in drawn.axes:
        written += [ax.title, *ax.texts, ax.xaxis.label, ax.yaxis.label, *ax.get_xticklabels(), *ax.get_yticklabels()]
        written += [ax.xaxis.get_offset_text(), ax.yaxis.get_offset_text()]
    boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in written if text.get_text()]
    for text, box in boxes:
        assert min(box.x0, box.y0) >= 0, text
        assert box.x1 <= drawn.bbox.x1, text
        assert box.y1 <= drawn.bbox.y1, text
    boxes += [("axes", ax.get_window_extent(renderer)) for ax in drawn.axes]
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        assert not a.padded(-0.5).overlaps(b.padded(-0.5)), (one, other)


def test_the_same_runs_give_the_same_bytes(functions: Run, workers: Run) -> None:
    for name, runs in (("figure-4", (functions, workers)), ("figure-c10", (workers,))):
        for ending in ("svg", "png"):
            assert figure_bytes(figure(name, *runs), ending) == figure_bytes(figure(name, *runs), ending)


def test_a_sweep_is_refused(workers: Run) -> None:
    with pytest.raises(DataError, match="s: expected a run for figure-c9, found a sweep"):
        FIGURES["figure-c9"].draw([Source(Path("s"), (workers,), True)])
