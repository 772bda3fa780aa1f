"""The figures show every group once, at its predicted and actual effect, and nothing overlaps or leaves the page."""

from __future__ import annotations

import io
import itertools
from dataclasses import replace
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from PIL import Image

from groupinf.effects.changes.registry import REMOVE
from groupinf.reporting.drawing import figures
from groupinf.reporting.drawing.figures import figure_bytes, scatter_figure
from groupinf.reporting.drawing.layout import arrange
from groupinf.reporting.drawing.lettering import shorten_to, width_of, wrap_to
from groupinf.reporting.drawing.scatter import ALPHA
from groupinf.reporting.html.page import page_html
from groupinf.reporting.words.style import MOST_TEST_POINTS, kind_styles
from groupinf.studies.group_effects.convention import Convention
from groupinf.studies.group_effects.manifest import NamedValue
from groupinf.test_point_labels import FIRST_NAMED

NASTY = [
    "_hidden",
    "$x^2",
    "<script>alert(1)</script>",
    "病院 " + "very long " * 20,
    "a\nb\x07",
    "ward_3 ^ & %",
    "W" * 40,
]
MARGIN = 0.1  # inches of white that printers need around the page
SEVEN = [("test_prediction", i) for i in range(70000, 70006)] + [("test_loss", 3), ("test_loss", 9), ("self_loss", -1)]


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(matplotlib.text.Text) if text.get_text()]


def points(ax: matplotlib.axes.Axes) -> np.ndarray:
    scatters = [c for c in ax.collections if isinstance(c, PathCollection)]
    return np.concatenate([np.asarray(c.get_offsets()) for c in scatters])


def test_every_group_is_drawn_once_where_its_effects_are(make_run):
    run = make_run()
    figure = scatter_figure(run, "influence")
    assert len(figure.axes) == 3
    for ax, measure in zip(figure.axes, [("test_loss", 7), ("test_loss", 3), ("self_loss", -1)], strict=True):
        of_measure = run.effects[(run.effects["evaluation"] == measure[0]) & (run.effects["test_point"] == measure[1])]
        expected = of_measure.pivot(index="group", columns="method", values="effect")[["actual", "influence"]]
        np.testing.assert_array_equal(sorted(points(ax).tolist()), sorted(expected.to_numpy().tolist()))
        assert ax.get_xlim() == ax.get_ylim()
        assert any(list(line.get_xdata()) == list(line.get_ydata()) == list(ax.get_xlim()) for line in ax.lines)
        assert "ρ = 1.000" in texts(ax)


def test_colour_and_marker_say_the_kind(make_run):
    run = make_run()
    styles = kind_styles(["random", "shared_feature"])
    ax = scatter_figure(run, "newton").axes[0]
    actual = run.effects.query("method == 'actual' and test_point == 7").set_index("kind")["effect"]
    drawn = {matplotlib.colors.to_hex(c.get_facecolor()[0]): c.get_offsets()[:, 0] for c in ax.collections}
    for kind, style in styles.items():
        np.testing.assert_array_equal(np.sort(drawn[style.colour.lower()]), np.sort(actual[kind]))


def test_where_a_few_groups_dominate_axes_are_logarithmic_away_from_0_and_show_every_group(make_run):
    run = make_run(kinds=["random"] * 300)
    effects = run.effects
    for group, effect in ((4, 1e6), (9, -3e7)):
        effects.loc[(effects["group"] == group) & (effects["method"] == "actual"), "effect"] = effect
    figure, plain = scatter_figure(run, "newton"), scatter_figure(make_run(kinds=["random"] * 300), "newton")
    for ax in figure.axes:
        assert (ax.get_xscale(), ax.get_yscale()) == ("symlog", "symlog")
        shown = points(ax)
        assert len(shown) == 300
        (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
        assert ((left < shown[:, 0]) & (shown[:, 0] < right)).all()
        assert ((bottom < shown[:, 1]) & (shown[:, 1] < top)).all()
        assert "ρ = 1.000" in texts(ax)
        assert {"0", "10⁶"} <= {label.get_text() for label in ax.get_yticklabels()}
    assert {ax.get_xscale() for ax in plain.axes} == {"linear"}
    foot = "Axes with powers of ten are logarithmic away from 0 and linear near it."
    assert [foot in " ".join(" ".join(texts(drawn)).split()) for drawn in (figure, plain)] == [True, False]


def test_of_ranks_alone_no_line_is_drawn_and_each_axis_has_its_own_limits(make_run):
    run = make_run(methods=("influence", "without_hessian"))
    to_scale, ranked = (scatter_figure(run, method) for method in ("influence", "without_hessian"))
    diagonals = [[line for line in figure.axes[0].lines if line.get_zorder() == 0.5] for figure in (to_scale, ranked)]
    assert [len(lines) for lines in diagonals] == [1, 0]
    assert to_scale.axes[0].get_xlim() == to_scale.axes[0].get_ylim()
    across, up = ranked.axes[0].get_xlim(), ranked.axes[0].get_ylim()
    assert up[1] - up[0] == pytest.approx(1e3 * (across[1] - across[0]))
    words = [" ".join(texts(figure)) for figure in (to_scale, ranked)]
    assert ["Slope 1" in text for text in words] == [True, False]
    assert ["only the order of groups means anything" in text for text in words] == [False, True]
    assert ["Between the diagonal" in text for text in words] == [True, False]


@pytest.mark.parametrize(
    ("measures", "columns"),
    [
        ([("test_loss", 7)], 1),
        ([("test_loss", -1), ("self_loss", -1)], 2),
        ([("test_prediction", 1), ("test_loss", 1), ("self_loss", -1)], 3),
        ([("test_prediction", -1), ("test_loss", -1), ("self_loss", -1)], 3),
        ([("test_prediction", 1), ("test_loss", 1), ("test_prediction", 2), ("test_loss", 2)], 2),
        (SEVEN, 6),
        ([("test_loss", i) for i in range(20)], 6),
    ],
)
@pytest.mark.parametrize(
    ("kinds", "scale", "about"),
    [
        (["random"] * 8, 1e-5, {"lam": 4.308869380063768, "lam_over_n": 2.154434690031884e-4}),
        ([*NASTY, *(f"ward {i}" for i in range(20))], 0.02, {"task": "regression"}),
    ],
)
def test_nothing_overlaps_or_leaves_the_page(make_run, measures, columns, kinds, scale, about):
    run = make_run(kinds=kinds, measures=measures, methods=("parameter_influence",), dataset=" ".join(NASTY), **about)
    run.effects["effect"] *= scale
    figure = scatter_figure(run, "parameter_influence")
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    assert len({round(ax.get_position().x0, 6) for ax in figure.axes}) == columns
    boxes = [ax.get_tightbbox(renderer) for ax in figure.axes]
    boxes += [text.get_window_extent(renderer) for text in figure.texts]
    boxes += [figure.legends[0].get_window_extent(renderer)]
    margin = MARGIN * figure.dpi
    for box in boxes:
        assert box.x0 >= margin
        assert box.y0 >= margin
        assert box.x1 <= figure.bbox.x1 - margin
        assert box.y1 <= figure.bbox.y1 - margin
    for a, b in itertools.combinations(boxes, 2):
        assert not a.padded(-1).overlaps(b)


@pytest.mark.parametrize("measures", [[("test_loss", 7), ("self_loss", -1)], SEVEN])
@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e4])
@pytest.mark.parametrize("far", [0, 7])
def test_no_text_of_a_panel_lies_on_its_data_or_on_another_text(make_run, measures, scale, far):
    run = make_run(kinds=["random"] * 2000, measures=measures, methods=("newton",))
    run.effects["effect"] *= scale
    run.effects.loc[(run.effects["group"] < far) & (run.effects["method"] == "actual"), "effect"] = 1e9
    figure = scatter_figure(run, "newton")
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    for ax in figure.axes:
        shown = [text for text in (*ax.texts, ax.title, ax.xaxis.label, ax.yaxis.label) if text.get_text()]
        offsets = [axis.get_offset_text() for axis in (ax.xaxis, ax.yaxis)]
        assert all(bool(offset.get_text()) == (scale != 1 and not far) for offset in offsets)
        boxes = [text.get_window_extent(renderer) for text in (*shown, *offsets) if text.get_text()]
        assert not any(box.overlaps(ax.get_window_extent(renderer)) for box in boxes)
        assert not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))


@pytest.mark.parametrize("measures", [[("test_loss", 7)], [("test_loss", 7), ("self_loss", -1)], SEVEN])
@pytest.mark.parametrize(("shift", "scale"), [(1234.5, 1e-2), (-1e5, 1e-2), (0.0, 1e-100), (0.0, 1e100), (-7.0, 1e-6)])
def test_long_numbers_at_the_ticks_have_room(make_run, measures, shift, scale):
    """Labels such as −1.2345020 touch neither one another nor a title, nor leave the page."""
    run = make_run(kinds=["random"] * 30, measures=measures, methods=("newton",))
    run.effects["effect"] = shift + scale * run.effects["effect"]
    figure = scatter_figure(run, "newton")
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    for ax in figure.axes:
        for axis in (ax.xaxis, ax.yaxis):
            labels = [label.get_window_extent(renderer) for label in axis.get_ticklabels() if label.get_text()]
            assert len(labels) >= (2 if axis is ax.yaxis else 1)
            assert not any(a.overlaps(b) for a, b in itertools.pairwise(labels))
            if axis.get_label_text():
                title = axis.label.get_window_extent(renderer)
                assert not any(label.overlaps(title) for label in labels)
    boxes = [ax.get_tightbbox(renderer) for ax in figure.axes]
    assert min(box.x0 for box in boxes) >= MARGIN * figure.dpi
    for a, b in itertools.combinations(boxes, 2):
        assert not a.padded(-1).overlaps(b)


def test_legend_shows_the_points_as_they_are_drawn(make_run):
    figure = scatter_figure(make_run(), "newton")
    in_legend = [line for line in figure.legends[0].get_lines() if line.get_marker() != "None"]
    drawn = {tuple(c.get_facecolor()[0]): c for c in figure.axes[0].collections}
    assert len(in_legend) == len(drawn) == 2
    for line in in_legend:
        points_of_kind = drawn[matplotlib.colors.to_rgba(line.get_markerfacecolor(), line.get_alpha())]
        edge = matplotlib.colors.to_rgba(line.get_markeredgecolor(), line.get_alpha())
        assert tuple(points_of_kind.get_edgecolor()[0]) == edge
        assert points_of_kind.get_linewidth()[0] == line.get_markeredgewidth()


def test_many_test_points_are_cut_and_the_figure_says_so(make_run):
    run = make_run(measures=[("test_loss", i) for i in range(MOST_TEST_POINTS + 1)], methods=("influence",))
    figure = scatter_figure(run, "influence")
    assert len(figure.axes) == MOST_TEST_POINTS
    assert any(f"The first {MOST_TEST_POINTS} test points" in text for text in texts(figure))


def test_what_a_method_has_no_effects_on_is_no_panel_of_its_figure(make_run):
    run = make_run(measures=[("test_error", 7), ("test_loss", 3)])
    absent = (run.effects["evaluation"] == "test_error") & (run.effects["method"] == "influence")
    spearman = run.spearman[(run.spearman["evaluation"] != "test_error") | (run.spearman["method"] != "influence")]
    run = replace(run, effects=run.effects[~absent], spearman=spearman)
    assert [len(scatter_figure(run, method).axes) for method in ("influence", "newton")] == [1, 2]
    assert not any("are drawn" in text for text in texts(scatter_figure(run, "influence")))


def test_values_with_names_head_their_panels_by_them(make_run):
    label = FIRST_NAMED - 4
    run = make_run(measures=[("coefficient", label)], named_values=(NamedValue("coefficient", label, "sex=female"),))
    assert any("sex=female" in text for text in texts(scatter_figure(run, "influence")))
    many = [("coefficient", FIRST_NAMED - j) for j in range(MOST_TEST_POINTS + 1)]
    run = make_run(measures=many, named_values=tuple(NamedValue(*measure, "x") for measure in many))
    figure = scatter_figure(run, "influence")
    assert any(f"The first {MOST_TEST_POINTS} coefficients of each evaluation" in text for text in texts(figure))


def test_names_of_features_stay_as_they_are(make_run):
    names = {FIRST_NAMED: "a", FIRST_NAMED - 1: "sex=male"}
    measures = [("coefficient", label) for label in names]
    named = tuple(NamedValue("coefficient", label, name) for label, name in names.items())
    run = make_run(measures=measures, named_values=named, evaluations=("coefficient",), scales={"coefficient": 1.0})
    assert [ax.get_title() for ax in scatter_figure(run, "newton").axes] == ["a", "sex=male"]
    page = page_html([run], "study", plotly=True)
    assert ">sex=male</option>" in page
    assert "Sex=male" not in page
    # of one panel its title begins with the name of the evaluation; a set of test rows has its name as it is
    sets = {"test_sets": ({"test_point": -2, "name": "genre=x", "rows": 3},)}
    run = make_run(measures=[("test_loss", -2), ("test_loss", 3)], **sets)
    assert [ax.get_title() for ax in scatter_figure(run, "newton").axes] == ["Σ genre=x", "Test point 3"]


def test_the_foot_states_the_units_of_what_is_drawn(make_run):
    def foot(*names: str) -> str:
        run = make_run(measures=[(name, 7) for name in names], evaluations=names)
        return " ".join(" ".join(texts(scatter_figure(run, "newton"))).split())

    log_odds = "Test prediction: log-odds of class yes."
    assert log_odds in foot("test_prediction", "test_loss")
    assert log_odds not in foot("test_loss", "test_margin")
    assert "Test margin: log-odds of the point's own class." in foot("test_loss", "test_margin")


def test_title_axes_and_foot_need_no_caption(make_run):
    run = make_run(measures=[("test_prediction", 5), ("test_prediction", 6), ("self_loss", -1)])
    shown = " ".join(" ".join(texts(scatter_figure(run, "newton"))).split())
    for words in (
        "Newton against the actual effect of removal",
        "toy: n = 1,200, d = 7, λ/n = 0.001; 32 groups",
        "Test point 5",
        "Own group",
        "Actual effect on test prediction (retrained)",
        "Predicted effect",
        "Between the diagonal and the horizontal line at 0, predictions have the right sign and are too small.",
        "Slope 1: predicted = actual",
        "Random (20)",
        run.manifest.convention.sentence,
    ):
        assert words in shown


def test_names_of_kinds_are_shown_as_they_are(make_run):
    figure = scatter_figure(make_run(kinds=NASTY), "newton")
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels[1:4] == ["_hidden (1)", "$x^2 (1)", "<script>alert(1)</script> (1)"]
    assert labels[4].startswith("□□ very long")
    assert labels[5] == "a b (1)"
    assert not any(text.get_parse_math() for text in [*figure.legends[0].get_texts(), *figure.texts])
    svg = figure_bytes(figure, "svg")
    assert b"<script" not in svg
    ElementTree.fromstring(svg)


def test_the_same_run_gives_the_same_bytes_and_no_global_setting_matters(make_run):
    run = make_run()
    before = dict(matplotlib.rcParams)
    first = [figure_bytes(scatter_figure(run, "newton"), file_format) for file_format in ("png", "svg")]
    assert dict(matplotlib.rcParams) == before
    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "red", "text.hinting": "none", "savefig.dpi": 20}):
        second = [figure_bytes(scatter_figure(run, "newton"), file_format) for file_format in ("png", "svg")]
    assert first == second


def test_many_points_become_images_in_the_svg(make_run, monkeypatch):
    run = make_run(measures=[("test_loss", 7), ("test_loss", 8)])
    assert b"<image" not in figure_bytes(scatter_figure(run, "newton"), "svg")
    monkeypatch.setattr(figures, "MOST_VECTOR_POINTS", 10)
    svg = figure_bytes(scatter_figure(run, "newton"), "svg")
    assert svg.count(b"<image") == 2


def test_png_shows_the_colour_of_each_kind(make_run):
    png = figure_bytes(scatter_figure(make_run(kinds=["random"] * 40 + ["positive_tail"] * 40), "newton"), "png")
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), dtype=int).reshape(-1, 3)
    orange = ALPHA * np.array([0xD5, 0x5E, 0x00]) + (1 - ALPHA) * 255  # on white
    assert (np.abs(pixels - orange).sum(axis=1) < 12).sum() > 20
    assert (pixels == 255).all(axis=1).mean() > 0.5


def test_legend_takes_the_free_places_of_the_last_row():
    free = arrange(["a"] * 4 + ["b"], legend_entries=5, foot_lines=1)
    full = arrange(["a"] * 4 + ["b"] * 4, legend_entries=5, foot_lines=1)
    assert free.legend[0] < free.panels[1][0] + free.panels[1][2]
    assert full.legend[0] > full.panels[3][0] + full.panels[3][2]
    assert full.width > free.width


def test_lines_are_filled_and_hold_all_words():
    text = Convention(4.308869380063768, 2.154434690031884e-4, "classification", "losses in nats", REMOVE).sentence
    lines = wrap_to(text, 8.5, 5.0)
    assert " ".join(lines) == text
    assert all(width_of(line, 8.5) <= 5.0 for line in lines)
    firsts = [line.split()[0] for line in lines[1:]]
    assert all(
        width_of(f"{line} {first}", 8.5) > 5.0 for line, first in zip(lines, firsts, strict=False)
    )  # no line could hold the next word too
    broken = wrap_to("a " + "W" * 100 + " b", 8.5, 5.0)
    assert "".join(broken).replace(" ", "") == "a" + "W" * 100 + "b"
    assert all(width_of(line, 8.5) <= 5.0 for line in broken)
    assert wrap_to(" ", 8.5, 5.0) == []


def test_shortened_text_is_as_long_as_fits():
    assert shorten_to("Random within class", 10.0, 5.0) == "Random within class"
    short = shorten_to("W" * 40, 10.0, 1.5)
    assert "…" in short
    assert width_of(short, 10.0) <= 1.5 < width_of(short + "W", 10.0)
