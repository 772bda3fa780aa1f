"""Figures of natural groups show actual effects, what goes with them and true sentences; other runs have none."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection, QuadMesh
from matplotlib.figure import Figure

from groupinf.reporting.drawing import group_attributes
from groupinf.reporting.drawing.figures import figure_bytes
from groupinf.reporting.drawing.group_attributes import MOST_ATTRIBUTES, natural_figures
from groupinf.reporting.report import write_report
from groupinf.reporting.words.summary import facts_line
from groupinf.studies.group_effects.result import Run

MakeRun = Callable[..., Run]
WARDS = 24
SETS = {-2: "year=2024", -3: "year=2025", -4: "year=2026"}
TYPE = np.array(["surgery", "intensive care"] * (WARDS // 2), dtype=object)


@pytest.fixture
def wards(make_run: MakeRun) -> Run:
    return made(make_run, SETS)


def made(make_run: MakeRun, sets: dict[int, str], **attributes: Any) -> Run:
    run = make_run(
        kinds=["column ward"] * WARDS,
        measures=[*((name, point) for name in ("test_prediction", "test_loss") for point in sets), ("self_loss", -1)],
        test_points=list(sets),
        evaluations=("test_prediction", "test_loss", "self_loss"),
        test_sets=tuple({"test_point": point, "name": name, "rows": 9} for point, name in sets.items()),
    )
    rng = np.random.default_rng(0)
    about = {"size": rng.integers(5, 99, WARDS).astype(float), "beds": rng.uniform(size=WARDS), "type": TYPE}
    numbers = np.arange(WARDS)
    groups = run.groups.assign(name=[f"ward {i}" for i in numbers])
    return replace(run, groups=groups, attributes=pd.DataFrame({"group": numbers, **about, **attributes}))


def actual(run: Run) -> np.ndarray:
    """(S, G), sets in the order of their labels."""
    rows = run.effects[(run.effects.method == "actual") & (run.effects.evaluation == "test_loss")]
    return rows.pivot(index="test_point", columns="group", values="effect").sort_index(ascending=False).to_numpy()


def said(figure: Figure) -> str:
    texts = [text.get_text() for text in figure.findobj(matplotlib.text.Text)]
    return " ".join(" ".join(texts).split()).replace("−", "-")


def with_effects(run: Run, effects: np.ndarray) -> Run:
    table = run.effects.copy()
    for row, point in zip(effects, SETS, strict=True):
        of = (table.test_point == point) & (table.evaluation == "test_loss") & (table.method == "actual")
        table.loc[of, "effect"] = row[table.loc[of, "group"]]
    return replace(run, effects=table)


def test_attributes_are_drawn_against_actual_effects_on_each_set_by_category(wards: Run) -> None:
    figure = natural_figures(wards)["attributes"]
    panels = [(ax.get_xlabel(), ax.get_title()) for ax in figure.axes]
    titles = [f"Σ {name}" for name in SETS.values()]
    assert panels[:3] in ([(name, title) for title in titles] for name in ("size", "beds"))
    assert sorted(panels) == sorted(itertools.product(("size", "beds"), titles))
    for ax in figure.axes:
        x = wards.attributes[ax.get_xlabel()].to_numpy()
        y = actual(wards)[titles.index(ax.get_title())]
        drawn = [np.asarray(c.get_offsets()).tolist() for c in ax.collections if isinstance(c, PathCollection)]
        expected = [np.c_[x, y][category == TYPE].tolist() for category in ("surgery", "intensive care")]
        assert sorted(map(sorted, drawn)) == sorted(map(sorted, expected))
        assert ax.get_ylabel() == "Actual effect (retrained)"
    [legend] = figure.legends
    assert legend.get_title().get_text() == "type"
    assert [text.get_text() for text in legend.get_texts()] == ["surgery", "intensive care"]


def test_of_many_attributes_size_is_drawn_and_those_that_go_with_effects_most_beside_it(make_run: MakeRun) -> None:
    """An attribute that is almost size goes with effects that size makes, and says nothing beside it."""
    run = made(make_run, SETS)
    size = run.attributes["size"].to_numpy()
    rng = np.random.default_rng(1)
    hidden = rng.normal(size=WARDS)
    run = with_effects(run, np.stack([10 * size + 100 * hidden] * 3))
    near = {f"near {i}": size + rng.normal(size=WARDS) for i in range(4)}
    values = {**near, "hidden": hidden, "squared": size**2, "backwards": -size, "constant": np.ones(WARDS)}
    run = replace(run, attributes=run.attributes.assign(**values))
    figure = natural_figures(run)["attributes"]
    shown = list(dict.fromkeys(ax.get_xlabel() for ax in figure.axes))
    assert len(shown) == MOST_ATTRIBUTES
    assert shown[:2] == ["size", "hidden"]
    assert "squared and backwards order groups as size does and are not drawn." in said(figure)
    words = "attributes 4 are drawn: size and those that, given size, go with effects or their magnitudes most."
    assert f"Of 9 {words}" in said(figure)
    few = said(natural_figures(made(make_run, SETS))["attributes"])
    assert "are drawn" not in few
    assert "as size does" not in few
    same = replace(run, attributes=run.attributes.assign(size=3.0))
    shown = list(dict.fromkeys(ax.get_xlabel() for ax in natural_figures(same)["attributes"].axes))
    assert "size" not in shown
    assert "Of 8 attributes 4 are drawn: those that go with effects" in said(natural_figures(same)["attributes"])


@pytest.mark.parametrize(("more", "columns"), [(0, 2), (1, 3), (2, 2)])
def test_on_one_sum_attributes_stand_side_by_side_and_facts_are_whole(
    make_run: MakeRun, more: int, columns: int
) -> None:
    rng = np.random.default_rng(2)
    run = made(make_run, {-2: "year=2024"}, **{f"noise {i}": rng.permutation(WARDS) + 0.0 for i in range(more)})
    figure = natural_figures(run)["attributes"]
    assert len(figure.axes) == 2 + more
    assert len({ax.get_position().x0 for ax in figure.axes}) == columns
    assert facts_line(run).replace("−", "-") in said(figure)
    alone = natural_figures(replace(run, attributes=run.attributes[["group", "size"]]))["attributes"]
    assert len(alone.axes) == 1
    assert facts_line(run).replace("−", "-") in said(alone)


def test_of_many_sets_the_first_are_drawn_against_attributes_and_the_figure_says_so(make_run: MakeRun) -> None:
    many = natural_figures(made(make_run, {**SETS, -5: "year=2027"}))
    words = "The first 3 sets of test points are drawn."
    assert len(many["attributes"].axes) == 6
    assert words in said(many["attributes"])
    assert words not in said(natural_figures(made(make_run, SETS))["attributes"])
    [mesh] = [c for c in many["test_sets"].axes[0].collections if isinstance(c, QuadMesh)]
    assert mesh.get_array().shape == (4, WARDS)


def test_groups_without_a_category_are_grey_and_without_categories_there_is_no_legend(make_run: MakeRun) -> None:
    gaps = np.where(np.arange(WARDS) < 3, None, TYPE)
    figure = natural_figures(made(make_run, SETS, type=gaps))["attributes"]
    assert [text.get_text() for text in figure.legends[0].get_texts()][-1] == "not known"
    grey = matplotlib.colors.to_rgba("#8c8c8c")[:3]
    ax = figure.axes[0]
    assert [len(c.get_offsets()) for c in ax.collections if tuple(c.get_facecolor()[0][:3]) == grey] == [3]
    names = [f"only {i}" for i in range(WARDS)]  # a name of each group is no category
    assert natural_figures(made(make_run, SETS, type=names))["attributes"].legends == []


def test_the_heat_map_shows_families_of_sets_and_says_how_alike_they_are(wards: Run) -> None:
    helps = np.random.default_rng(0).permutation(WARDS) - WARDS / 2
    effects = np.stack([helps, -0.5 * helps, 0.75 * helps])
    run = with_effects(wards, effects)
    figure = natural_figures(run)["test_sets"]
    [mesh] = [c for c in figure.axes[0].collections if isinstance(c, QuadMesh)]
    expected = effects[[0, 2, 1]][:, np.argsort(-helps)]
    np.testing.assert_array_equal(mesh.get_array(), expected)
    figure.draw_without_rendering()
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["year=2024", "year=2026", "year=2025"]
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == [f"ward {i}" for i in np.argsort(-helps)]
    words = "Pearson's correlation of effects is -1.000 between year=2024 and year=2025 to 1.000 between year=2024"
    alike = with_effects(wards, np.stack([helps, helps**3, np.exp(helps / 9)]))
    assert words in said(figure)
    assert "-1.000" not in said(natural_figures(alike)["test_sets"])
    assert "correlation" not in said(natural_figures(with_effects(wards, np.zeros((3, WARDS))))["test_sets"])


def test_runs_without_natural_groups_or_sets_have_no_such_figures(make_run: MakeRun, wards: Run) -> None:
    assert natural_figures(make_run()) == {}
    assert natural_figures(make_run(kinds=["column ward"] * 9, measures=[("self_loss", -1)])) == {}
    assert list(natural_figures(made(make_run, {-2: "year=2024"}))) == ["attributes"]
    same = wards.attributes.assign(size=3.0, beds=1.0)
    assert list(natural_figures(replace(wards, attributes=same))) == ["test_sets"]


def test_drawn_groups_beside_natural_ones_are_left_out(wards: Run) -> None:
    kinds = np.where(np.arange(WARDS) < 5, "random", "column ward")
    table = wards.effects.assign(kind=kinds[wards.effects.group])
    figures = natural_figures(replace(wards, effects=table, groups=wards.groups.assign(kind=kinds)))
    [mesh] = [c for c in figures["test_sets"].axes[0].collections if isinstance(c, QuadMesh)]
    assert mesh.get_array().shape == (3, WARDS - 5)
    drawn = [c for c in figures["attributes"].axes[0].collections if isinstance(c, PathCollection)]
    assert sum(len(c.get_offsets()) for c in drawn) == WARDS - 5
    assert "; 19 groups" in said(figures["attributes"])


def test_many_points_become_images_in_the_svg(wards: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert b"<image" not in figure_bytes(natural_figures(wards)["attributes"], "svg")
    monkeypatch.setattr(group_attributes, "MOST_VECTOR_POINTS", 6 * WARDS - 1)
    assert figure_bytes(natural_figures(wards)["attributes"], "svg").count(b"<image") >= 6


def test_no_text_overlaps_another_or_leaves_the_page(make_run: MakeRun) -> None:
    long = {point: f"{name} " + "very long " * 9 for point, name in SETS.items()}
    category = np.array([f"{'W' * 29}{i % 8}" for i in range(WARDS)], dtype=object)
    run = made(make_run, long, type=category, **{"病院 $x^2 " + "long " * 30: np.arange(WARDS) + 1e5})
    run = replace(run, effects=run.effects.assign(effect=-1e5 + run.effects.effect))
    for figure in natural_figures(run).values():
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        renderer = canvas.get_renderer()
        written = [*figure.texts, *(text for legend in figure.legends for text in legend.get_texts())]
        written += [legend.get_title() for legend in figure.legends]
        for ax in figure.axes:
            written += [ax.title, *ax.texts, ax.xaxis.label, ax.yaxis.label]
            written += [*ax.get_xticklabels(), *ax.get_yticklabels()]
        boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in written if text.get_text()]
        for text, box in boxes:
            assert min(box.x0, box.y0) >= 0, text
            assert box.x1 <= figure.bbox.x1, text
            assert box.y1 <= figure.bbox.y1, text
        for (one, a), (other, b) in itertools.combinations(boxes, 2):
            assert not a.padded(-0.5).overlaps(b.padded(-0.5)), (one, other)


@pytest.mark.usefixtures("undrawn")
def test_the_report_links_the_figures_that_were_drawn(wards: Run, make_run: MakeRun) -> None:
    text = write_report(wards).read_text(encoding="utf-8")
    for stem in ("attributes", "test_sets"):
        assert f"(figures/{stem}.png)" in text
        assert {(wards.path / "figures" / f"{stem}.{ending}").is_file() for ending in ("png", "svg")} == {True}
    assert "attributes.png" not in write_report(make_run()).read_text(encoding="utf-8")
