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
from groupinf.reporting.drawing.axes import axis_of_most
from groupinf.reporting.drawing.figures import panels
from groupinf.reporting.html.page import page_html
from groupinf.reporting.html.parts.marks import Mark, Scale, drawing, marker_path
from groupinf.reporting.html.parts.markup import element, json_element
from groupinf.reporting.html.parts.plot_data import plot_data
from groupinf.reporting.html.parts.scales import rho_scale, slope_scale
from groupinf.reporting.words.entries import entries_of, labels, looks_of
from groupinf.reporting.words.style import PLOTLY_SYMBOLS, kind_styles, method_styles

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


def test_the_questions_come_in_order(make_run) -> None:
    page = page_html([make_run()], "study", plotly=False)
    questions = re.findall(r"<h2[^>]*>([^<]+)</h2>", page)
    assert [question.split("?")[0] for question in questions[:4]] == [
        "How well does the prediction rank the groups",
        "Does it underestimate, and by how much",
        "Which kinds of groups and which sizes break it",
        "Which single groups are farthest off",
    ]
    assert questions[5] == "Can the numbers be trusted?"
    for words in ("removing the group raises f", "2.00", "1,200", "Retraining: 32 groups"):
        assert words in page


def test_tables_and_figures_can_be_read_out(make_run) -> None:
    page = Outline(
        page_html([make_run()], "study", plotly=True).split('<script type="application/json"')[0] + "</body></html>"
    )
    tables = page.all("table")
    assert len(tables) == len(page.all("caption")) > 10
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
    assert page.count("<script") == page.count("</script>") == (7 if plotly else 1)


def test_only_the_scripts_of_the_page_may_run(make_run) -> None:
    page = page_html([make_run()], "study", plotly=True)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy
    assert "default-src &#x27;none&#x27;" in policy[1]
    assert "unsafe" not in policy[1].split("script-src")[1].split(";")[0]
    assert policy[1].count("sha256-") == 6


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
        np.testing.assert_allclose(
            drawn["limits"]["influence"], axis_of_most(panel.predicted, panel.actual).limits, rtol=1e-5
        )


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
    assert "regression" in page
    assert "10 rows" in page


def test_scales_hold_their_values() -> None:
    assert rho_scale([0.7, 0.95, float("nan")]).low == 0.5
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


def test_the_choice_of_lambda_is_shown_where_there_was_one(make_run) -> None:
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
    run = replace(make_run(), config={"regularization": {"cross_validation": wanted}}, cross_validation=table)
    assert "Choice of λ" in page_html([run], "study", plotly=True)
    assert "Choice of λ" not in page_html([make_run()], "study", plotly=True)
