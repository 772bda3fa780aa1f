"""The page says in words and numbers what breaks a prediction."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from support.page_tables import EVIL, Tables, sized, table

from groupinf.analysis.agreement import agreement_table
from groupinf.reporting.html.page import page_html
from groupinf.reporting.words.answers import ranking_answer, underestimation_answer
from groupinf.reporting.words.entries import entries_of
from groupinf.reporting.words.worst import worst_line
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


def test_one_sentence_names_the_worst_kind_and_sizes_and_what_is_not_ranked(broken) -> None:
    line = worst_line(entries_of([broken]))
    spearman = broken.spearman.query("method == 'influence'")
    medians = spearman[spearman["kind"] == EVIL].groupby("evaluation")["spearman"].median()
    least = f"{medians.min():.3f}".replace("-", "−")
    evaluation = {"test_loss": "test loss", "self_loss": "self-loss"}[medians.idxmin()]
    assert line.startswith(f"Influence ranks worst in groups of the kind {EVIL} on {evaluation}, with ρ = {least} [")
    assert "over 16 groups, so few that chance may decide" in line
    assert f"in groups of 50 rows on {evaluation}, with ρ = {least}" in line
    assert "Not ranked, for fewer than 10 groups: Shared feature." in line
    page = page_html([broken], "study", plotly=False)
    assert "Influence ranks worst in groups of the kind &lt;script" in page


def test_where_nothing_can_be_compared_the_page_says_so(make_run) -> None:
    line = worst_line(entries_of([make_run(["random"] * 20)]))
    assert line.count("There are not two ") == 2
    assert "worst" not in line


def test_many_groups_are_not_called_few_and_the_run_is_named(make_run) -> None:
    kinds = ["random"] * 40 + ["shared_feature"] * 40
    good, bad = make_run(kinds), sized(make_run(kinds, lam_over_n=0.5), [3] * 40 + [50] * 40)
    line = worst_line(entries_of([good, bad]))
    assert "in groups of the kind Shared feature on " in line
    assert " at λ/n = 0.5, with ρ = " in line
    assert "chance" not in line


def test_slopes_are_explained_where_they_are_drawn(make_run) -> None:
    page = page_html([make_run()], "study", plotly=False)
    for identifier in ("numbers", "break"):
        section = page.split(f'<section id="{identifier}"')[1].split("</section>")[0]
        assert "Right of the line (slope above 1) actual effects are larger than predicted" in section
        assert "The scale is logarithmic" in section


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
        f"effect {actual}; the difference is {error.removesuffix('×')} times the median actual effect."
    ) in words
    assert "Left out" not in words


@pytest.mark.parametrize(
    ("off", "sentence"),
    [
        (0.0, "No group listed is off: influence equals the actual effect, up to the error estimates of both."),
        (1e-9, "No group listed is off: influence equals the actual effect, up to the error estimates of both."),
        (0.5, "No group stands out: all listed are off by 0.5 times the median actual effect."),
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
    noisy = scaled(run, {"test_loss": 0.5, "self_loss": 0.5})
    answers = [answer(entries_of([noisy])) for answer in (ranking_answer, underestimation_answer)]
    aside = "Left aside: 1 measure with effects too small to be told from their errors."
    assert all(answer.endswith(aside) for answer in answers)
    assert "actual effects are 2.00 times as large by slope." in answers[1]
    run = replace(run, effects=run.effects.assign(error_estimate=1.0))
    assert "<table>" not in far(page_html([run], "study", plotly=False))


def scaled(run: Run, factors: dict[str, float]) -> Run:
    """The run with influence these fractions of the actual effects of each evaluation (0.5: a slope of 2)."""
    predicted = run.effects["method"] == "influence"
    by = run.effects["evaluation"].map({name: factor / 0.5 for name, factor in factors.items()})
    effects = run.effects.assign(effect=run.effects["effect"].where(~predicted, run.effects["effect"] * by))
    return replace(run, effects=effects, spearman=agreement_table(effects, seed=0).table)


@pytest.mark.parametrize(
    ("loss", "own", "words"),
    [
        (
            0.5,
            0.25,
            "Yes: influence is too small for 100 % of the groups; "
            "actual effects are 2.00 to 4.00 times as large by slope.",
        ),
        (
            1.0,
            1.0,
            "Hardly: actual effects are 1.00 times as large as influence predicts, by slope; it is too small, "
            "by however little, for 0 % of the groups.",
        ),
        (
            0.98,
            1.02,
            "Hardly: actual effects are 0.98 to 1.02 times as large as influence predicts, by slope; it is too small, "
            "by however little, for 0 % to 100 % of the groups.",
        ),
        (2.0, 4.0, "No: influence is too small for 0 % of the groups; actual effects are 0.25 to 0.50 times as large"),
        (-0.5, -0.5, "No: influence is too small for 0 % of the groups; actual effects are −2.00 times as large"),
        (0.5, 2.0, "Yes on test loss: influence is too small for 100 % of the groups; actual effects are 2.00 times"),
        (0.5, 2.0, "No on self-loss: influence is too small for 0 % of the groups; actual effects are 0.50 times"),
    ],
)
def test_a_sentence_says_whether_it_underestimates(make_run, loss, own, words) -> None:
    run = scaled(make_run(), {"test_loss": loss, "self_loss": own})
    assert words in underestimation_answer(entries_of([run]))


def test_of_a_method_in_units_of_its_own_nothing_is_said_but_its_ranks(make_run) -> None:
    alone, both = make_run(methods=("without_hessian",)), make_run(methods=("without_hessian", "newton"))
    no_slope = "There is no slope: of influence without the Hessian only the order of groups means anything."
    left_out = "Left out, as only the order of groups means anything: what influence without the Hessian predicts."
    assert underestimation_answer(entries_of([alone])) == no_slope
    assert "Without the Hessian ranks the groups almost perfectly" in ranking_answer(entries_of([alone]))
    # where another is to scale, that is singled out
    assert [entry.method for entry in entries_of([both, alone])] == ["newton", "without_hessian"]
    assert no_slope not in underestimation_answer(entries_of([both]))
    pages = [page_html([run], "study", plotly=False) for run in (alone, both)]
    assert [left_out in page for page in pages] == [True, False]
    assert "Farthest off is group" not in pages[0]
    assert all("what it predicts is in units of its own" in page for page in pages)
    assert "in units of its own" not in page_html([make_run()], "study", plotly=False)


def test_what_methods_with_options_are_is_said(make_run) -> None:
    used = [
        {"name": "LiSSA", "method": "influence", "options": {"solver": "lissa", "depth": 10000}},
        {"name": "N", "method": "newton", "options": {}},
    ]
    words = "LiSSA is influence with solver: lissa and depth: 10,000; N is Newton."
    runs = [make_run(methods=("influence", "LiSSA"), methods_with_options=used), make_run()]
    assert [words in page_html([run], "study", plotly=False) for run in runs] == [True, False]


def test_a_sentence_says_how_well_the_groups_are_ranked(make_run) -> None:
    run = make_run(["random"] * 40)
    good = (
        "Influence ranks the groups almost perfectly on test loss: ρ 1.000 over 2 test points; "
        "almost perfectly on self-loss: ρ 1.000 [1.000, 1.000]."
    )
    assert ranking_answer(entries_of([run])) == good
    reverse = ranking_answer(entries_of([scaled(run, {"test_loss": -1.0, "self_loss": 1.0})]))
    assert "in reverse on test loss: ρ −1.000 over 2 test points" in reverse
    runs = [run, sized(make_run(["random"] * 40, lam_over_n=0.5), [10] * 40)]
    both = ranking_answer(entries_of(runs))
    assert re.search(
        r"at worst, on test loss: ρ \S+ to 1\.000 over 2 test points in 2 runs, lowest at λ/n = 0\.5", both
    )
    assert f"<p><strong>{both}" in page_html(runs, "study", plotly=False)


@pytest.mark.parametrize("groups", [1, 40])
def test_where_effects_do_not_differ_a_sentence_says_why_there_is_no_rho(make_run, groups) -> None:
    run = make_run(["random"] * groups)
    effects = run.effects.assign(effect=1.0)
    run = replace(run, effects=effects, spearman=agreement_table(effects, seed=0).table)
    words = ranking_answer(entries_of([run]))
    assert words == "There is no ρ on test loss and self-loss: it needs two groups or more, with effects that differ."


def test_three_evaluations_without_a_rho_are_a_list(make_run) -> None:
    run = make_run(["random"], measures=[("test_prediction", 3), ("test_loss", 3), ("self_loss", -1)])
    words = ranking_answer(entries_of([run]))
    assert words.startswith("There is no ρ on test prediction, test loss and self-loss: it needs two groups")


def test_what_stands_out_is_named_and_what_does_not_is_not(make_run) -> None:
    kinds = ["random"] * 40 + ["shared_feature"] * 40
    assert worst_line(entries_of([make_run(kinds)])).startswith(
        "No kind stands out: ρ is close to that over all groups. There are not two ranges of sizes"
    )
    run = make_run(kinds)
    steep = (run.effects["method"] == "influence") & (run.effects["kind"] == "shared_feature")
    effects = run.effects.assign(effect=run.effects["effect"].where(~steep, run.effects["effect"] / 2))
    run = replace(run, effects=effects, spearman=agreement_table(effects, seed=0).table)
    overall = run.spearman.query("method == 'influence' and kind == 'all'").groupby("evaluation")["slope"].median()
    line = worst_line(entries_of([run]))
    found = re.search(
        r"It underestimates most in groups of the kind Shared feature on (.+), with (median )?slope 4\.00 \((.+) over",
        line,
    )
    assert found
    assert found[3] == f"{overall[{'test loss': 'test_loss', 'self-loss': 'self_loss'}[found[1]]]:.2f}"


def test_the_interval_of_the_worst_kind_is_that_of_the_numbers(broken) -> None:
    rows = broken.spearman[(broken.spearman["evaluation"] == "self_loss")]
    run = replace(broken, spearman=rows, effects=broken.effects[broken.effects["evaluation"] == "self_loss"])
    line = worst_line(entries_of([run]))
    row = rows[(rows["kind"] == EVIL) & (rows["method"] == "influence")].iloc[0]
    ends = f"[{row['spearman_low']:.3f}, {row['spearman_high']:.3f}]".replace("-", "−")
    assert f"on self-loss, with ρ = {row['spearman']:.3f} {ends} over 16 groups".replace("-0", "−0") in line
    assert ends in page_html([run], "study", plotly=False).split("In numbers, by kind of group")[1]


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
    assert "Slope by kind of group" in page
    assert "; the line is at 1" in page
    assert "ρ from" not in page
    both = page_html([run, replace(run, manifest=replace(run.manifest, lam_over_n=0.5))], "study", plotly=False)
    rank = both.split('<section id="rank"')[1].split("</section>")[0]
    assert "There is no ρ on test loss and self-loss" in rank
    assert "<table" not in rank
    assert 'viewBox="0 0 340 250"' not in both
