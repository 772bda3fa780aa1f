"""The page says in words and numbers what breaks a prediction."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from support.page_tables import EVIL, Tables, sized, table

from groupinf.analysis.agreement import agreement_table
from groupinf.reporting.html.page import page_html
from groupinf.studies.group_effects.result import Run

pytestmark = pytest.mark.usefixtures("undrawn")


@pytest.fixture
def broken(make_run) -> Run:
    """Influence ranks the last 16 groups, of a kind and of sizes of their own, at random."""
    run = make_run(["random"] * 12 + ["shared_feature"] * 4 + [EVIL] * 16)
    return sized(run, [3] * 16 + [50] * 16)


def test_every_kind_has_its_numbers_for_every_method(broken) -> None:
    rows = table(page_html([broken], "study", plotly=False), "In numbers by kind of group")
    assert rows[0][:3] == ["Kind of group", "Evaluation", "n"]
    assert rows[0][3:] == [f"{m}: {s}" for m in ("Influence", "Newton") for s in ("ρ", "slope", "under")]
    assert len(rows) == 1 + 3 * 2
    spearman = broken.spearman
    for kind, shown in (("random", "Random"), (EVIL, EVIL[:14])):
        [row] = [row for row in rows if row[0].startswith(shown) and row[1] == "Test loss" and row[2] in ("12", "16")]
        of = spearman[(spearman["kind"] == kind) & (spearman["evaluation"] == "test_loss")]
        medians = [
            np.median(of.loc[of["method"] == method, name])
            for method in ("influence", "newton")
            for name in ("spearman", "slope", "underestimated")
        ]
        written = [
            f"{m:.3f}" if i % 3 == 0 else f"{m:.2f}" if i % 3 == 1 else f"{100 * m:.0f} %"
            for i, m in enumerate(medians)
        ]
        assert row[3:] == [text.replace("-", "−") for text in written]


def test_every_range_of_sizes_has_its_numbers(broken) -> None:
    rows = table(page_html([broken], "study", plotly=False), "In numbers by size of group")
    assert [row[:3] for row in rows[1:]] == [
        [size, evaluation, "16"] for evaluation in ("Test loss", "Self-loss") for size in ("3 rows", "50 rows")
    ]
    assert rows[1][3:5] == ["1.000", "2.00"]


def test_slopes_are_explained_where_they_are_drawn(make_run) -> None:
    page = page_html([make_run()], "study", plotly=False)
    for identifier in ("numbers", "break"):
        section = page.split(f'<section id="{identifier}"')[1].split("</section>")[0]
        assert "Right of the line (slope above 1) actual effects are larger than predicted" in section
        assert "The scale is logarithmic" in section


def test_slopes_that_are_not_drawn_have_no_words_on_a_drawing(make_run) -> None:
    one = page_html([make_run(["random"] * 20, [("test_loss", 7), ("self_loss", -1)])], "study", plotly=False)
    section = one.split('<section id="numbers"')[1].split("</section>")[0]
    assert "large predictions count most" in section
    assert 'class="reference"' not in section
    assert "Right of the line" not in section
    assert "logarithmic" not in section


def test_test_points_say_how_they_were_chosen(make_run) -> None:
    run = replace(make_run(test_points=[7, 3]), config={"test_points": {"random": 1, "highest_loss": 1}})
    page = page_html([run], "study", plotly=False)
    assert "7 drawn at random; 3 of highest loss" in page
    assert [row[0] for row in Tables(page).rows["Test loss, all groups"][-2:]] == ["7, random", "3, highest loss"]


def test_one_row_is_one_row(make_run) -> None:
    run = make_run(["random"] * 24)
    page = page_html([sized(run, [1] * 12 + [5] * 12)], "study", plotly=False)
    assert re.search(r"\b1 row\b", page)
    assert not re.search(r"\b1 rows\b", page)


def far(page: str) -> str:
    """The section on the groups farthest off."""
    return page.split('<section id="far"')[1].split("</section>")[0]


def test_the_worst_group_is_named_and_the_table_is_sorted_over_all_evaluations(broken) -> None:
    section = far(page_html([broken], "study", plotly=False))
    rows = table(section, "Groups farthest off")
    assert rows[0] == [
        "Group", "Kind", "Evaluation", "Measured on", "Error", "Actual", "Influence", "Newton", "Size", "What made it",
    ]  # fmt: skip
    errors = [float(row[4].removesuffix("×")) for row in rows[1:]]
    assert errors == sorted(errors, reverse=True)
    assert {row[2] for row in rows[1:]} == {"Test loss", "Self-loss"}
    group, _, evaluation, on, error, actual, influence, _, _, _ = rows[1]
    measured = "self-loss" if evaluation == "Self-loss" else f"test loss of test point {on}"
    about = broken.groups.set_index("group").loc[int(group)]
    words = re.sub(r"<[^>]+>", "", section).replace("&lt;", "<").replace("&gt;", ">")
    assert (
        f"Farthest off is group {group} ({about['made_from']}), 10 rows, on {measured}: influence {influence}, actual "
        f"effect {actual}; the difference is {error.removesuffix('×')} times the median "
        "actual effect there, without signs."
    ) in words
    assert "Left out" not in words


@pytest.mark.parametrize(
    ("made", "called"), [("ward=ward 17", "ward 17"), ("ward=ward 17, year=2024", "ward 17 (ward=ward 17, year=2024)")]
)
def test_the_group_farthest_off_is_called_by_its_name(make_run, made: str, called: str) -> None:
    run = make_run(["column ward"] * 12)
    run = replace(run, groups=run.groups.assign(name="ward 17", made_from=made))
    assert f"Farthest off is group {called}, 10 rows, on " in far(page_html([run], "study", plotly=False))


@pytest.mark.parametrize(
    ("off", "sentence"),
    [
        (0.0, "No group listed is off: influence equals the actual effect, up to the error estimates of both."),
        (1e-9, "No group listed is off: influence equals the actual effect, up to the error estimates of both."),
        (0.5, "No group stands out: all listed are off by 0.5 times the median actual effect there, without signs."),
    ],
)
def test_no_group_is_called_farthest_off_where_all_are_off_alike(make_run, off: float, sentence: str) -> None:
    run = make_run()
    actual = run.effects["method"] == "actual"
    effects = run.effects.assign(effect=(1.0 + off * ~actual), error_estimate=1e-9)
    section = far(page_html([replace(run, effects=effects)], "study", plotly=False))
    assert sentence in section
    assert "Farthest off" not in section
    one = effects.copy()
    one.loc[one.index[~actual][0], "effect"] += 1.0
    assert sentence not in far(page_html([replace(run, effects=one)], "study", plotly=False))


def test_what_is_too_small_to_be_told_from_its_error_is_left_out_and_said(make_run) -> None:
    run = make_run()
    tiny = (run.effects["method"] == "actual") & (run.effects["test_point"] == 3)
    run = replace(run, effects=run.effects.assign(effect=run.effects["effect"].where(~tiny, 1e-14)))
    section = far(page_html([run], "study", plotly=False))
    assert "exceed 1 % of the median actual effect: test loss of test point 3." in section
    assert {row[3] for row in table(section, "Groups farthest off")[1:]} == {"7", "own group"}
    run = replace(run, effects=run.effects.assign(error_estimate=1.0))
    assert "<table>" not in far(page_html([run], "study", plotly=False))


def test_what_methods_with_options_are_is_said(make_run) -> None:
    used = [
        {"name": "LiSSA", "method": "influence", "options": {"solver": "lissa", "depth": 10000}},
        {"name": "N", "method": "newton", "options": {}},
    ]
    words = "LiSSA is influence with solver: lissa and depth: 10,000; N is Newton."
    runs = [make_run(methods=("influence", "LiSSA"), methods_with_options=used), make_run()]
    assert [words in page_html([run], "study", plotly=False) for run in runs] == [True, False]


def test_one_test_point_is_not_called_several(make_run) -> None:
    words = "from the lowest to the highest test point"
    one = make_run(measures=[("test_loss", 7), ("self_loss", -1)])
    assert words not in page_html([one], "study", plotly=False)
    assert words in page_html([make_run()], "study", plotly=False)


def test_what_is_undefined_has_no_drawing(make_run) -> None:
    run = make_run(["random"] * 12 + ["mine"] * 12)
    alike = run.effects.assign(effect=1.0)
    run = replace(run, effects=alike, spearman=agreement_table(alike, seed=0).table)
    page = page_html([run], "study", plotly=False)
    assert "Spearman&#x27;s ρ by kind of group" not in page
    assert "Slope (actual ÷ predicted) by kind of group" in page
    assert "; the line is at 1" in page
    assert "ρ from" not in page
    both = page_html([run, replace(run, manifest=replace(run.manifest, name="b"))], "study", plotly=False)
    rank = both.split('<section id="rank"')[1].split("</section>")[0]
    assert "Test loss and self-loss: there is no ρ" in rank
    assert "<table" not in rank
    assert 'viewBox="0 0 340 250"' not in both
