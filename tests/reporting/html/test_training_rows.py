"""The page shows which training rows matter: dots of all of them, and each row as what it is."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select
from support.browser import emulate
from support.page_tables import EVIL, Tables
from support.single_rows import ROWS, small_model, with_points

from groupinf.datasets.known.registry import KNOWN
from groupinf.points.shown_rows import ShownRows
from groupinf.reporting.html.page import page_html
from groupinf.studies.group_effects.result import Run

MakePage = Callable[..., str]


@pytest.fixture
def run(make_run) -> Run:
    return with_points(make_run())


@pytest.fixture
def page(undrawn: None) -> MakePage:
    return lambda run: page_html([run], "study", plotly=False)


def section(text: str, name: str = "rows") -> str:
    return text.split(f'<section id="{name}"')[1].split("</section>")[0]


def tables(text: str, beginning: str) -> list[list[list[str]]]:
    """The tables of that caption in each test point's part of the first evaluation."""
    panels = section(text).split('<div data-chosen="')[1:]
    found = [Tables(panel).rows for panel in panels if panel.startswith("test_loss")]
    return [rows for of in found for caption, rows in of.items() if caption == beginning]


def test_rows_are_listed_by_how_much_they_help_and_harm_each_test_point(run: Run, page: MakePage) -> None:
    assert run.points is not None
    text = page(run)
    assert "Which training rows matter?" in text
    for rises, caption in ((True, "Training rows most helpful"), (False, "Training rows most harmful")):
        for point, found in zip((7, 3), tables(text, caption), strict=True):
            rows = run.points[(run.points["evaluation"] == "test_loss") & (run.points["test_point"] == point)]
            best = rows.sort_values("influence", ascending=not rises).head(10)
            assert [line[0] for line in found[1:]] == best["row"].astype(str).tolist()
            assert [line[2] for line in found[1:]] == best["label"].tolist()
            shown = [float(line[3].replace("−", "-")) for line in found[1:]]
            np.testing.assert_allclose(shown, best["influence"], rtol=5e-3)


def test_a_row_retrained_alone_has_its_effect_with_its_error_and_others_have_none(run: Run, page: MakePage) -> None:
    assert run.points is not None
    [found, _] = tables(page(run), "Training rows most harmful")
    place = [heading.partition("↕")[0].strip() for heading in found[0]].index("Retrained")
    alone = set(run.points.loc[run.points["actual"].notna(), "row"].astype(str))
    assert {line[0] for line in found[1:] if line[place] != "–"} == {line[0] for line in found[1:]} & alone
    assert {line[0] for line in found[1:]} & alone
    assert "± 1·10⁻⁹" in section(page(run))
    nothing = replace(run, points=run.points.assign(actual=np.nan))
    [found, _] = tables(page(nothing), "Training rows most harmful")
    assert not any("Retrained" in heading for heading in found[0])


def test_rows_that_go_against_their_label_are_shown_where_the_strongest_leave_them_out(
    run: Run, page: MakePage
) -> None:
    assert run.points is not None
    rows = run.points[(run.points["evaluation"] == "test_loss") & (run.points["test_point"] == 7)]
    harm = rows[(rows["label"] == "no") & (rows["influence"] < 0)].sort_values("influence").head(5)
    [found, _] = tables(page(run), "Of the rows with the same label the most harmful")
    assert [line[0] for line in found[1:]] == harm["row"].astype(str).tolist()
    assert {line[2] for line in found[1:]} == {"no"}  # the label of test point 7
    [found, _] = tables(page(run), "Of the rows with another label the most helpful")
    assert {line[2] for line in found[1:]} == {"yes"}


def test_columns_that_link_a_row_with_the_test_row_come_first_with_its_value(run: Run, page: MakePage) -> None:
    model = small_model()
    [found, _] = tables(page(run), "Training rows most helpful")
    row = int(found[1][0])
    z, of_test = ((of - model.X.mean(axis=0)) / model.X.std(axis=0) for of in (model.X[row], model.X_test[7]))
    first = int(np.argmax(np.abs(z * of_test)))
    name = ["age", "dose", "ward=b"][first]
    assert found[1][1].startswith(name)
    value = found[1][1].removeprefix(name).split("(")[0].strip()
    assert float(value.replace("−", "-")) == pytest.approx(model.X[row, first], rel=5e-3)


def of_dataset(run: Run, name: str) -> Run:
    """The run with rows of a dataset by name."""
    rng = np.random.default_rng(0)
    d = KNOWN[name].facts.d
    X = np.round(4 * np.abs(rng.normal(size=(ROWS, d)))) * (rng.random((ROWS, d)) < 0.02)
    names = tuple(f"word{j}" for j in range(d))
    return replace(
        run, config={"dataset": {"name": name}}, shown=ShownRows(np.arange(ROWS), X, np.array([3, 7]), X[:2], names)
    )


def test_rows_that_are_images_are_pictures_of_their_pixels_which_say_what_they_are(run: Run, page: MakePage) -> None:
    of = of_dataset(run, "digits")
    assert of.shown is not None
    images = re.findall(r'<img class="pixels" src="data:image/png;base64,([^"]+)" alt="([^"]+)"', section(page(of)))
    told = {alt: data for data, alt in images}
    assert "Test point 7, label no: an image of 8 × 8 pixels" in told
    row = next(alt for alt in told if alt.startswith("Training row "))
    number = int(re.findall(r"\d+", row)[0])
    pixels = imread(io.BytesIO(base64.b64decode(told[row])))[..., 0]
    expected = of.shown.X[number].reshape(8, 8)
    span = np.ptp(expected) or 1.0
    np.testing.assert_allclose(pixels, (expected - expected.min()) / span, atol=1 / 255)


def test_rows_that_are_texts_are_their_most_frequent_words(run: Run, page: MakePage) -> None:
    of = of_dataset(run, "enron")
    assert of.shown is not None
    [found, _] = tables(page(of), "Training rows most helpful")
    counts = of.shown.X[int(found[1][0])]
    word = f"word{int(np.argmax(counts))} {counts.max():.0f}"
    assert found[1][1].startswith(word)
    assert "the words of largest count, each with its count" in section(page(of))


def test_a_sum_over_test_rows_has_no_row_of_its_own_and_leverage_in_the_place_of_distance(
    run: Run, page: MakePage
) -> None:
    assert run.points is not None
    one = run.points[run.points["test_point"] == 7].assign(test_point=-1, distance=np.nan)
    text = section(page(replace(run, points=one)))
    assert 'class="test-row"' not in text
    assert "leverage, of 60 training rows" in text
    assert "same label" not in text
    assert "Training rows most helpful" in text
    assert 'class="test-row"' in section(page(run))


def test_targets_of_a_regression_are_numbers_and_have_no_same_label(run: Run, page: MakePage) -> None:
    assert run.points is not None
    about = replace(run.manifest, classes=(), task="regression", loss_name="squared")
    rows = pd.DataFrame({"split": "test", "row": [3, 7], "label": [0.5, 1.25]})
    points = run.points.assign(label=0.123456).drop(columns="predicted")
    whole = page(replace(run, manifest=about, points=points, rows=rows))
    text = section(whole)
    assert "target 1.25" in text
    assert "0.123" in text
    assert "same label" not in text
    assert "Predicted" not in whole.split("Which targets may be wrong?</h2>")[1].split("</table>")[0]
    assert "Which labels may be wrong?" not in whole


def test_suspects_are_listed_with_the_class_that_they_get(run: Run, page: MakePage) -> None:
    assert run.points is not None
    found = next(rows for caption, rows in Tables(section(page(run), "labels")).rows.items() if caption == "Suspects")
    best = run.points.drop_duplicates("row").sort_values("self_newton", ascending=False).head(10)
    assert [line[0] for line in found[1:]] == best["row"].astype(str).tolist()
    assert [line[2:4] for line in found[1:]] == best[["label", "predicted"]].to_numpy().tolist()


def test_a_run_says_how_many_rows_are_listed(run: Run, page: MakePage) -> None:
    text = page(replace(run, config={**run.config, "points": {"show": 3}}))
    of_rows = [found for way in ("helpful", "harmful") for found in tables(text, f"Training rows most {way}")]
    of_rows += tables(text, "Of the rows with another label the most helpful")
    of_rows.append(next(iter(Tables(section(text, "labels")).rows.values())))
    assert {len(found) - 1 for found in of_rows} == {3}


def test_features_that_move_an_influence_stand_by_their_columns_the_largest_first(run: Run, page: MakePage) -> None:
    names = [f"ward={k}" for k in "abcde"] + ["age", "dose"]
    told = pd.DataFrame(
        {
            "row": 5,
            "evaluation": "test_loss",
            "test_point": 7,
            "feature": names,
            "column": ["ward"] * 5 + ["age", "dose"],
            "value": 1.0,
            "first": 0.5,
            "second": [-0.4, 0.0, 3.5, 0.25, 0.0, 2.0, -9.5],
        }
    )
    told["perturbation"] = told["first"] + told["second"]
    [found] = tables(page(replace(run, perturbation=told)), "Training row 5")
    assert [line[0] for line in found[1:]] == ["dose", "ward=c", "ward=d", "ward=b", "age"]
    assert found[1][1:] == ["1", "0.5", "−9.5", "−9"]
    assert "What moving a feature" not in section(page(run))


def test_the_section_comes_first_where_groups_are_single_rows_and_is_not_there_without_points(
    run: Run, page: MakePage
) -> None:
    def links(of: Run) -> list[str]:
        return re.findall(r'<a href="#(\w+)">', page(of).split("<nav")[1].split("</nav>")[0])

    assert links(replace(run, groups=run.groups.assign(size=1)))[:2] == ["rows", "agreement"]
    assert "agreement" not in links(run)
    assert links(run).index("labels") == links(run).index("rows") + 1
    assert links(run).index("rows") > 0
    assert "rows" not in links(replace(run, points=None))
    assert "rows" not in links(replace(run, points=None, groups=run.groups.assign(size=1)))


def test_rows_without_features_and_names_of_others_do_no_harm(run: Run, page: MakePage) -> None:
    assert run.points is not None
    text = page(replace(run, shown=None))
    assert "What it is" not in text
    points = run.points.assign(key=EVIL, label=EVIL, predicted=EVIL)
    assert run.shown is not None
    shown = replace(run.shown, feature_names=(EVIL, "a", "b"))
    assert EVIL not in page(replace(run, points=points, shown=shown))


@pytest.fixture
def opened(browser: Chrome, run: Run, page: MakePage, tmp_path: Path) -> Chrome:
    path = tmp_path / "page.html"
    path.write_text(page(replace(run, groups=run.groups.assign(size=1))), encoding="utf-8")
    emulate(browser)
    browser.get_log("browser")
    browser.get(path.as_uri())
    assert browser.get_log("browser") == []
    return browser


@pytest.mark.parametrize(("width", "scheme"), [(1000, "light"), (390, "dark"), (360, "light")])
def test_nothing_is_wider_than_the_window(opened: Chrome, width: int, scheme: str) -> None:
    emulate(opened, width=width, scheme=scheme)
    opened.execute_script("for (const d of document.querySelectorAll('details')) d.open = true")
    assert opened.execute_script("return document.documentElement.scrollWidth") <= width
    right = (
        "return Math.max(...[...document.querySelectorAll('#rows .dots')].map((d) => d.getBoundingClientRect().right))"
    )
    assert 0 < opened.execute_script(right) <= width


def test_what_is_shown_is_of_the_test_point_that_is_chosen(opened: Chrome) -> None:
    def visible() -> list[str]:
        found = opened.find_elements(By.CSS_SELECTOR, "#rows [data-chosen]")
        return [part.get_attribute("data-chosen") or "" for part in found if part.is_displayed()]

    assert visible() == 2 * ["test_loss 7"]  # what is drawn, and what is listed
    Select(opened.find_element(By.CSS_SELECTOR, "#rows .chooses")).select_by_value("test_loss 3")
    assert visible() == 2 * ["test_loss 3"]


def test_the_picture_and_its_choice_stand_before_the_sentences_and_these_before_the_tables(
    run: Run, page: MakePage
) -> None:
    text = section(page(run))
    places = [text.index(part) for part in ('class="chooses"', 'class="dots"', 'class="answers leading"', "<table")]
    assert places == sorted(places)


def test_no_two_cells_of_a_row_overlap_on_a_phone(opened: Chrome) -> None:
    emulate(opened, width=390)
    script = """
      const boxes = [...document.querySelectorAll('#rows tbody tr')[0].cells].map((c) => c.getBoundingClientRect());
      return boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) => a.left < b.right - 1 && b.left < a.right - 1 &&
        a.top < b.bottom - 1 && b.top < a.bottom - 1)).length"""
    assert opened.execute_script(script) == 0


def test_dots_are_seen_on_light_and_dark_ground(opened: Chrome) -> None:
    for scheme, colour in (("light", "rgb(0, 114, 178)"), ("dark", "rgb(59, 159, 224)")):
        emulate(opened, scheme=scheme)
        drawn = opened.find_element(By.CSS_SELECTOR, "#rows path.same-label")
        assert drawn.value_of_css_property("stroke") == colour
