"""The page answers in order, escapes what others wrote, draws as the static figures do, and is the same every time."""

from __future__ import annotations

import base64
import itertools
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import matplotlib.colors
import numpy as np
import pandas as pd
import pytest

from groupinf.analysis.pairs import pair_effects
from groupinf.effects.methods.registry import METHODS
from groupinf.numerics.intercept import Intercept
from groupinf.reporting.drawing.figures import panels
from groupinf.reporting.html.page import page_html
from groupinf.reporting.html.parts.marks import Mark, Scale, drawing, marker_path
from groupinf.reporting.html.parts.markup import element, json_element
from groupinf.reporting.html.parts.plot_data import plot_data, shown_plots
from groupinf.reporting.html.parts.scales import rho_scale, slope_scale
from groupinf.reporting.words.entries import entries_of, labels, looks_of
from groupinf.reporting.words.evaluation_answers import evaluation_answers
from groupinf.reporting.words.style import PLOTLY_SYMBOLS, kind_styles, method_styles
from groupinf.reporting.words.summary import data_line

pytestmark = pytest.mark.usefixtures("undrawn")

EVIL = "<script>alert(1)</script>"


class Outline(HTMLParser):
    """Elements by name, and whether each that was opened was closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in ("meta", "img", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.found if tag in tags]


def questions(page: str) -> list[str]:
    return re.findall(r"<h2[^>]*>([^<]+)</h2>", page)


def test_the_page_of_a_run_shows_every_group_first_and_numbers_last(make_run) -> None:
    page = page_html([make_run()], "study", plotly=False)
    assert questions(page) == [
        "Every group: predicted against actual effect",
        "Which kinds of groups and which sizes break it?",
        "Which single groups are farthest off?",
        "What are the effects of each group?",
        "How good is it, in numbers?",
        "Can the numbers be trusted?",
    ]
    for words in ("removing the group raises f", "2.00", "1,200", "Retraining: 32 groups"):
        assert words in page


def test_the_page_of_several_runs_compares_them_first(make_run) -> None:
    page = page_html([make_run(dataset="a"), make_run(dataset="b")], "study", plotly=False)
    assert questions(page)[:3] == [
        "How well does the prediction rank the groups?",
        "Does it underestimate, and by how much?",
        "Every group: predicted against actual effect",
    ]
    assert "How good is it, in numbers?" not in page


def test_what_was_run_is_one_line_and_the_answer_a_sentence_for_each_evaluation(make_run) -> None:
    run = make_run()
    header = page_html([run], "study", plotly=False).split("<header>")[1].split("<nav")[0]
    outside = re.sub(r"<details>.*?</details>", "", header)
    assert re.findall(r'<p class="ran">([^<]+)</p>', outside) == [data_line(run)]
    assert re.findall(r"<li>([^<]+)</li>", outside) == evaluation_answers(entries_of([run]))
    assert len(evaluation_answers(entries_of([run]))) == 2
    assert "<table" not in header
    assert "removing the group raises f" in header
    assert "removing the group raises f" not in outside


def test_tables_and_figures_can_be_read_out(make_run) -> None:
    page = Outline(
        page_html([make_run()], "study", plotly=True).split('<script type="application/json"')[0] + "</body></html>"
    )
    tables = page.all("table")
    assert len(tables) == len(page.all("caption")) > 6
    assert all(attributes.get("scope") in ("row", "col") for attributes in page.all("th"))
    assert all(
        attributes.get("aria-label") or attributes.get("aria-hidden")
        for attributes in page.all("svg")
        if attributes.get("role") == "img" or "viewbox" in attributes
    )
    assert all(a["role"] == "img" and a["aria-label"] for a in page.all("div") if a.get("class") == "plot")
    pictures = Outline(page_html([make_run()], "study", plotly=False)).all("img")
    assert len(pictures) == 2
    assert all(picture["alt"] for picture in pictures)


@pytest.mark.parametrize("plotly", [True, False])
def test_text_of_others_is_never_markup(make_run, plotly) -> None:
    kinds = ["random"] * 12 + [EVIL] * 12
    run = make_run(
        kinds,
        name=EVIL,
        dataset=EVIL,
        notes=[EVIL],
        classes=[EVIL, "b"],
        versions={EVIL: EVIL},
        test_sets=[{"test_point": 7, "name": EVIL, "rows": 3}],
    )
    page = page_html([run, make_run(kinds, dataset="b", name="</title>" + EVIL)], "</title>" + EVIL, plotly)
    assert "<script>alert" not in page
    assert "</title>&lt;" not in page
    assert page.count("<script") == page.count("</script>") == 1 + page.count("<script>")  # and one of data


def test_only_the_scripts_of_the_page_may_run(make_run) -> None:
    page = page_html([make_run()], "study", plotly=True)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy
    assert "default-src &#x27;none&#x27;" in policy[1]
    assert "unsafe" not in policy[1].split("script-src")[1].split(";")[0]
    assert policy[1].count("sha256-") == page.count("<script>") > 5


def test_the_same_run_gives_the_same_page_below_six_megabytes(make_run) -> None:
    kinds = ["random"] * 900 + ["shared_feature"] * 800
    points = [(name, point) for name in ("test_prediction", "test_loss") for point in range(6)]
    methods = ("influence", "parameter_influence", "newton")
    run = make_run(kinds, [*points, ("self_loss", -1)], methods)
    page = page_html([run], "study", plotly=True).encode()
    assert page == page_html([run], "study", plotly=True).encode()
    assert len(page) < 6_000_000


def test_the_plots_hold_the_effects_and_the_axes_of_the_figures(make_run) -> None:
    run = make_run()
    entries = entries_of([run])
    data = plot_data(entries, looks_of(entries))
    pairs = pair_effects(run.effects)
    arrays = [np.frombuffer(base64.b64decode(text), dtype="<f4") for text in data["arrays"]]
    assert len(arrays) == len({array.tobytes() for array in arrays}) == 6  # Newton's are the actual ones
    for panel in panels(run, pairs, "influence"):
        drawn = data["runs"][0]["panels"][f"{panel.evaluation} {panel.test_point}"]
        np.testing.assert_allclose(arrays[drawn["actual"]], panel.actual, rtol=1e-6)
        np.testing.assert_allclose(arrays[drawn["predicted"]["influence"]], panel.predicted, rtol=1e-6)
        [axis] = drawn["axes"]["influence"]
        assert tuple(axis) == (*panel.axes[0].limits, panel.axes[0].linear_to)


def test_the_plots_have_the_styles_of_the_figures(make_run) -> None:
    kinds = ["random"] * 4 + ["mine"] * 3 + ["negative_tail"] * 3 + [f"other {i}" for i in range(12)]
    entries = entries_of([make_run(kinds)])
    data = plot_data(entries, looks_of(entries))
    styles = kind_styles([*dict.fromkeys(kinds)])
    for kind, number in zip(kinds, data["groups"][0]["kind"], strict=True):
        style = data["styles"][data["groups"][0]["kinds"][number]["style"]]
        assert (style["name"], style["colour"], style["symbol"]) == (
            styles[kind].name,
            styles[kind].colour,
            PLOTLY_SYMBOLS[styles[kind].marker],
        )


def test_every_marker_has_a_shape_and_a_symbol() -> None:
    methods = method_styles([*METHODS, *"abcde"]).values()
    styles = [*kind_styles([*"abcdefghij"]).values(), *methods]
    for style in styles:
        assert marker_path(style.marker).startswith("M")
        assert style.marker in PLOTLY_SYMBOLS
    assert len({style.colour for style in methods}) == len(methods)
    for one, other in itertools.combinations(methods, 2):
        apart = np.abs(np.subtract(matplotlib.colors.to_rgb(one.colour), matplotlib.colors.to_rgb(other.colour)))
        assert one.marker != other.marker or apart.max() > 0.25, (one, other)


def test_runs_are_called_by_what_differs(make_run) -> None:
    assert labels([make_run()]) == [""]
    assert labels([make_run(lam_over_n=0.1), make_run(lam_over_n=1.0)]) == ["λ/n = 0.1", "λ/n = 1"]
    free, none = make_run(), make_run()
    none = replace(none, manifest=replace(none.manifest, intercept=Intercept.NONE))
    assert labels([free, none]) == ["free intercept", "no intercept"]
    assert labels([make_run(dataset="a"), make_run(dataset="b", lam_over_n=1.0)]) == ["a, λ/n = 0.001", "b, λ/n = 1"]
    assert labels([make_run(), make_run()]) == ["run", "run"]  # the folder


def test_runs_on_the_same_groups_share_what_is_said_of_them(make_run) -> None:
    entries = entries_of(
        [make_run(lam_over_n=1.0), make_run(lam_over_n=2.0), make_run(["random"] * 20, lam_over_n=3.0)]
    )
    data = plot_data(entries, looks_of(entries))
    assert [run["groups"] for run in data["runs"]] == [0, 0, 1]
    assert all(list(run["panels"]) == ["test_loss 7", "self_loss -1"] for run in data["runs"])


def test_regression_and_runs_of_one_size_have_a_page(make_run) -> None:
    run = make_run(
        ["mine"] * 5, [("test_prediction", 0)], ("newton",), classes=(), train_accuracy=None, test_accuracy=None
    )
    page = page_html([run], "study", plotly=False)
    assert "accuracy" not in page
    assert "Kind of group" not in page  # a table of one kind, or of one size, would say nothing
    assert "Size of group" not in page


@pytest.mark.parametrize(
    ("least", "low"), [(0.9999, 0.999), (0.98, 0.98), (0.979, 0.95), (0.7, 0.5), (0.2, 0.0), (-0.01, -1.0)]
)
def test_a_scale_of_rho_fits_its_marks(least: float, low: float) -> None:
    scale = rho_scale([least, 1.0, float("nan")])
    assert scale.low == pytest.approx(low)
    assert scale.low <= least


def test_scales_hold_their_values() -> None:
    assert rho_scale([-0.2]).low == -1
    scale = slope_scale([0.5, 4.0, -1.0])
    assert (scale.low, scale.high) == (0.25, 4.0)
    assert scale.place(1.0) == pytest.approx(50)
    assert scale.place(-1.0) == scale.place(0.25) == 3
    assert Scale(0, 1, 1).place(7) == 97


def test_a_drawing_says_its_values_and_leaves_out_what_is_undefined() -> None:
    marks = [Mark(0.5, 0.4, 0.6, "k0", "o", "half"), Mark(float("nan"), 0, 0, "k0", "o", "none")]
    shown = drawing(marks, Scale(0, 1, 0)).text
    assert 'aria-label="half"' in shown
    assert "none" not in shown
    assert 'x1="40.60%" x2="59.40%"' in shown


def test_markup_escapes() -> None:
    assert element("b", {"title": '"<'}, "<&\x00\u202e").text == '<b title="&quot;&lt;">&lt;&amp;  </b>'
    text = json_element("x", {"a": "</script><!--", "b": "\u2028"}).text
    content = text.removeprefix('<script type="application/json" id="x">').removesuffix("</script>")
    assert "<" not in content
    assert json.loads(content) == {"a": "</script><!--", "b": "\u2028"}


def chosen(run):
    """The run with its λ chosen by cross-validation."""
    values = [0.001, 0.01]
    table = pd.DataFrame(
        {
            "lam_over_n": values,
            "mean_score": [0.7, 0.8],
            "standard_error": 0.01,
            "fold_0": [0.69, 0.79],
            "fold_1": [0.71, 0.81],
            "approximate_leave_one_out": [0.7, 0.8],
            "chosen": [False, True],
        }
    )
    wanted = {"min": 0.001, "max": 0.01, "num": 2, "folds": 2, "shuffle": False, "score": "accuracy"}
    return replace(run, config={"regularization": {"cross_validation": wanted}}, cross_validation=table)


def test_the_choice_of_lambda_is_shown_unfolded_where_there_was_one_and_linked_where_lambda_is_said(make_run) -> None:
    page = page_html([chosen(make_run())], "study", plotly=True)
    section = page.split('<section id="choice"')[1].split("</section>")[0]
    assert "How was λ chosen?" in section
    assert "<img" in section
    assert "<details" not in section
    assert questions(page)[1] == "How was λ chosen?"
    line = page.split('<p class="ran">')[1].split("</p>")[0]
    assert line.endswith('; λ <a href="#choice">chosen by cross-validation</a>')
    other = page_html([make_run()], "study", plotly=True)
    assert "How was λ chosen?" not in other
    assert "chosen by cross-validation" not in other
    both = page_html([make_run(lam_over_n=0.5), chosen(make_run())], "study", plotly=True)
    assert both.split('<section id="choice"')[1].split("</section>")[0].count("<img") == 1


def test_no_table_has_one_row_alone_where_it_says_nothing(make_run) -> None:
    run = make_run(["mine"] * 24, [("test_loss", 7)], ("influence",))
    page = page_html([run], "study", plotly=False)
    for captioned in ("In short", "by kind of group", "by size of group", "Test loss, all groups"):
        assert captioned not in page
    two = page_html([make_run(["mine"] * 24, [("test_loss", 7)])], "study", plotly=False)
    assert "In short" in two


def test_kinds_too_small_to_be_compared_have_no_drawing(make_run) -> None:
    def section(kinds: list[str]) -> bool:
        return '<section id="break"' in page_html([make_run(kinds)], "study", plotly=False)

    assert section(["mine"] * 10 + ["yours"] * 10)
    assert not section(["mine"] * 10 + ["yours"] * 9)
    assert not section(["mine"] * 24)


def test_a_large_run_shows_fewer_test_points(make_run) -> None:
    run = make_run(["mine"] * 20, [("test_loss", point) for point in range(15)] + [("self_loss", -1)])
    [entry] = entries_of([run])
    assert [len(shown_plots([entry])[0]), len(shown_plots([entry, entry])[0])] == [12 + 1, 2]
    large = replace(entry, pairs=replace(entry.pairs, groups=np.arange(200_000)))
    assert len(shown_plots([large])[0]) == 3 + 1  # 200,000 × 3 values of two evaluations on three points: 3.6 million
    huge = replace(entry, pairs=replace(entry.pairs, groups=np.arange(10**8)))
    assert len(shown_plots([huge])[0]) == 2


def test_kinds_and_sizes_draw_no_evaluation_that_the_prediction_says_nothing_of(make_run):
    """Its column, and its scale, are left out; of a run with that prediction they stand there."""
    run = make_run()
    silent = (run.effects["evaluation"] == "self_loss") & (run.effects["method"] == "influence")
    said = (run.spearman["evaluation"] == "self_loss") & (run.spearman["method"] == "influence")
    part = replace(run, effects=run.effects[~silent], spearman=run.spearman[~said])
    drawn = [
        re.findall(r">((?:Test loss|Self-loss), \S+ to \S+?)<", page_html([r], "kinds", plotly=False))
        for r in (run, part)
    ]
    assert {words.split(",")[0] for words in drawn[0]} == {"Test loss", "Self-loss"}
    assert {words.split(",")[0] for words in drawn[1]} == {"Test loss"}
