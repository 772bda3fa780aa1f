"""Where ρ is lowest, for how many groups predictions are too small, who decides the slope, and what stands out."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from support.page_tables import EVIL, scaled, sized, with_effects

from groupinf.analysis.agreement import agreement_table
from groupinf.reporting.html.page import page_html
from groupinf.reporting.words.answers import ranking_answers, underestimation_answers
from groupinf.reporting.words.entries import Entry, entries_of
from groupinf.reporting.words.worst import worst_lines
from groupinf.studies.group_effects.result import Run

pytestmark = pytest.mark.usefixtures("undrawn")


def ranking_answer(entries: list[Entry]) -> str:
    return " ".join(ranking_answers(entries))


def underestimation_answer(entries: list[Entry]) -> str:
    return " ".join(underestimation_answers(entries))


def worst_line(entries: list[Entry]) -> str:
    return " ".join(worst_lines(entries))


@pytest.fixture
def broken(make_run) -> Run:
    """Influence ranks the last 16 groups, of a kind and of sizes of their own, at random."""
    run = make_run(["random"] * 12 + ["shared_feature"] * 4 + [EVIL] * 16)
    return sized(run, [3] * 16 + [50] * 16)


def test_the_test_points_of_lowest_and_highest_rho_are_named(make_run) -> None:
    assert ranking_answer(entries_of([make_run(["random"] * 40)])) == (
        "Test loss: ρ is 1.000 everywhere. Self-loss: ρ is 1.000 [1.000, 1.000]."
    )
    run = make_run(["random"] * 40)
    there = (run.effects["method"] == "influence") & (run.effects["test_point"] == 3)
    run = with_effects(run, run.effects["effect"].where(~there, -run.effects["effect"]))
    words = ranking_answer(entries_of([run]))
    assert words.startswith("Test loss: ρ is from −1.000 (test point 3) to 1.000 (test point 7). Self-loss: ")
    both = ranking_answer(entries_of([run, make_run(["random"] * 40, lam_over_n=0.5)]))
    assert "from −1.000 (test point 3, λ/n = 0.001) to 1.000 (test point " in both


@pytest.mark.parametrize("groups", [1, 40])
def test_where_effects_do_not_differ_a_sentence_says_why_there_is_no_rho(make_run, groups) -> None:
    run = make_run(["random"] * groups)
    words = ranking_answer(entries_of([with_effects(run, 0.0 * run.effects["effect"] + 1.0)]))
    assert words == "Test loss and self-loss: there is no ρ: it needs two groups or more, with effects that differ."


def test_evaluations_of_which_the_same_is_said_share_a_sentence(make_run) -> None:
    run = make_run(["random"], measures=[("test_prediction", 3), ("test_loss", 3), ("self_loss", -1)])
    assert ranking_answer(entries_of([run])).startswith("Test prediction, test loss and self-loss: there is no ρ")


@pytest.mark.parametrize(
    ("loss", "own", "words"),
    [
        (
            0.5,
            0.25,
            "Test loss: influence has the right sign and is too small for 100 % of the groups; the slope (actual",
        ),
        (0.5, 0.25, "÷ predicted) is 2.00 over 2 test points. Self-loss: influence"),
        (0.5, 0.25, "of the groups; the slope (actual ÷ predicted) is 4.00."),
        (2.0, 0.25, "Test loss: influence has the right sign and is too small for 0 % of the groups; the slope"),
        (-0.5, 1.0, "for 0 % of the groups; the slope (actual ÷ predicted) is −2.00 over 2 test points."),
    ],
)
def test_a_sentence_says_for_how_many_groups_it_is_too_small(make_run, loss, own, words) -> None:
    run = scaled(make_run(), {"test_loss": loss, "self_loss": own})
    assert words in underestimation_answer(entries_of([run]))


def test_the_slopes_of_the_smallest_and_the_largest_groups_are_told(make_run) -> None:
    run = make_run(["random"] * 40)
    large = (run.effects["method"] == "influence") & (run.effects["group"] >= 20)
    run = with_effects(run, run.effects["effect"].where(~large, run.effects["effect"] / 2))
    assert "in groups of" not in underestimation_answer(entries_of([run]))  # all are of one size
    sizes = run.effects["group"].map(dict(enumerate([3] * 20 + [50] * 20)))
    words = underestimation_answer(entries_of([replace(run, effects=run.effects.assign(size=sizes))]))
    assert words.count("; it is 2.00 in groups of 3 rows and 4.00 in groups of 50 rows") == 2
    assert words.count("50 rows (medians).") == 1


def test_groups_that_decide_a_slope_are_named_with_their_share(make_run) -> None:
    run = make_run(["random"] * 40, measures=[("test_loss", 7), ("self_loss", -1)])
    assert "decided by" not in underestimation_answer(entries_of([run]))
    times = run.effects["group"].map({5: 1e3, 9: 1e3}).fillna(1.0)
    equal = np.where(run.effects["method"] == "influence", 1.0, 2.0) * times
    of_loss = run.effects["effect"].where(run.effects["evaluation"] == "self_loss", equal)
    giants = with_effects(run, of_loss)
    giants = replace(giants, groups=giants.groups.assign(name=[f"ward {i}" for i in range(40)]))
    words = underestimation_answer(entries_of([giants]))
    assert "The slope of test loss of test point 7 is decided by group ward 5, which holds 50 % of Σp²." not in words
    share = 2e6 / (2e6 + 38)
    assert f"is decided by groups ward 5 and ward 9, which hold >{100 * share:.0f}".replace(">100", ">99") in words
    assert "slope of self-loss" not in words
    page = page_html([giants], "study", plotly=False).replace("&gt;", ">")
    assert "is decided by groups ward 5 and ward 9, which hold >99 % of Σp²" in page
    alone = with_effects(run, of_loss.where(run.effects["group"] != 9, 1.0))
    assert "of test loss of test point 7 is decided by group 5, which holds >99 % of Σp²." in underestimation_answer(
        entries_of([alone])
    )


def test_of_a_method_in_units_of_its_own_nothing_is_said_but_its_ranks(make_run) -> None:
    alone, both = make_run(methods=("without_hessian",)), make_run(methods=("without_hessian", "newton"))
    no_slope = "there is no slope, as of influence without the Hessian only the order of groups means anything."
    left_out = "Left out, as only the order of groups means anything: what influence without the Hessian predicts."
    assert underestimation_answer(entries_of([alone])) == f"Test loss and self-loss: {no_slope}"
    # where another is to scale, that is singled out
    assert [entry.method for entry in entries_of([both, alone])] == ["newton", "without_hessian"]
    assert no_slope not in underestimation_answer(entries_of([both]))
    pages = [page_html([run], "study", plotly=False) for run in (alone, both)]
    assert [left_out in page for page in pages] == [True, False]
    assert "Farthest off is group" not in pages[0]
    assert all("what it predicts is in units of its own" in page for page in pages)
    assert "in units of its own" not in page_html([make_run()], "study", plotly=False)


def test_a_prediction_of_nothing_has_no_slope(make_run) -> None:
    run = make_run()
    predicted = run.effects["method"] == "influence"
    words = underestimation_answer(entries_of([with_effects(run, run.effects["effect"].where(~predicted, 0.0))]))
    assert words == "Test loss and self-loss: there is no slope, as influence predicts no effect at all."


def test_each_evaluation_names_its_worst_kind_and_sizes_and_what_is_not_ranked(broken) -> None:
    line = worst_line(entries_of([broken]))
    spearman = broken.spearman.query("method == 'influence'")
    for evaluation, name, of in (("test_loss", "Test loss", "median "), ("self_loss", "Self-loss", "")):
        rows = spearman[(spearman["kind"] == EVIL) & (spearman["evaluation"] == evaluation)]["spearman"]
        least = f"{rows.median():.3f}".replace("-", "−")
        [sentence] = re.findall(rf"{name}: (.+?)(?:\.$|\. [A-Z])", line)
        assert sentence.startswith(f"influence ranks groups of the kind {EVIL} worst of all kinds ({of}ρ {least}")
        assert "over 16 groups, so few that chance may decide; " in sentence
        assert f" and groups of 50 rows worst of all ranges of sizes ({of}ρ {least}" in sentence
    assert "Not ranked, for fewer than 10 groups: Shared feature." in line
    page = page_html([broken], "study", plotly=False)
    assert "ranks groups of the kind &lt;script" in page


def test_where_nothing_can_be_compared_the_page_says_so(make_run) -> None:
    assert worst_line(entries_of([make_run(["random"] * 20)])) == (
        "There are not two kinds and not two ranges of sizes with 10 groups or more to compare."
    )


def test_many_groups_are_not_called_few_and_the_run_is_named(make_run) -> None:
    kinds = ["random"] * 40 + ["shared_feature"] * 40
    good, bad = make_run(kinds), sized(make_run(kinds, lam_over_n=0.5), [3] * 40 + [50] * 40)
    line = worst_line(entries_of([good, bad]))
    assert "Test loss: influence ranks groups of the kind Shared feature worst of all kinds (" in line
    assert " over all groups; λ/n = 0.5)" in line
    assert "chance" not in line


def halved(run: Run, kind: str, factor: float) -> Run:
    """The run with influence of a kind divided by the factor."""
    there = (run.effects["method"] == "influence") & (run.effects["kind"] == kind)
    return with_effects(run, run.effects["effect"].where(~there, run.effects["effect"] / factor))


def test_the_kind_of_the_highest_slope_is_named_where_it_is_notable(make_run) -> None:
    kinds = ["random"] * 40 + ["shared_feature"] * 40
    assert worst_line(entries_of([make_run(kinds)])) == (
        "Test loss and self-loss: no kind is ranked clearly worse than all groups together. "
        "There are not two ranges of sizes with 10 groups or more to compare."
    )
    run = halved(make_run(kinds), "shared_feature", 2.0)
    overall = run.spearman.query("method == 'influence' and kind == 'all'").groupby("evaluation")["slope"].median()
    line = worst_line(entries_of([run]))
    for evaluation, median in (("test_loss", "median "), ("self_loss", "")):
        assert (
            f"the slope (actual ÷ predicted) is highest in groups of the kind Shared feature ({median}4.00; "
            f"{overall[evaluation]:.2f} over all groups)"
        ) in line


def test_a_slope_is_the_highest_of_all_that_are_shown(make_run) -> None:
    """Steepness is judged within an evaluation and over all runs: a higher slope elsewhere is never passed over."""
    kinds = ["random"] * 40 + ["shared_feature"] * 40
    # the second run is steeper throughout, and no kind stands out in it
    mild, steep = (
        halved(make_run(kinds), "shared_feature", 2.0),
        scaled(make_run(kinds, lam_over_n=0.5), {"test_loss": 0.1, "self_loss": 0.1}),
    )
    assert "highest in groups of the kind Shared feature" in worst_line(entries_of([mild]))
    assert "highest" not in worst_line(entries_of([mild, steep]))


def test_the_interval_of_the_worst_kind_is_that_of_every_number(broken) -> None:
    rows = broken.spearman[(broken.spearman["evaluation"] == "self_loss")]
    run = replace(broken, spearman=rows, effects=broken.effects[broken.effects["evaluation"] == "self_loss"])
    row = rows[(rows["kind"] == EVIL) & (rows["method"] == "influence")].iloc[0]
    ends = f"[{row['spearman_low']:.3f}, {row['spearman_high']:.3f}]".replace("-", "−")
    rho = f"{row['spearman']:.3f}".replace("-", "−")
    assert f"(ρ {rho} {ends} over 16 groups" in worst_line(entries_of([run]))
    assert ends in page_html([run], "study", plotly=False).split('<section id="break"')[1]


def test_what_is_too_small_to_be_told_from_its_error_takes_no_part_in_the_answers(make_run) -> None:
    run = make_run()
    tiny = (run.effects["method"] == "actual") & (run.effects["test_point"] == 3)
    effects = run.effects.assign(effect=run.effects["effect"].where(~tiny, 1e-14))
    run = replace(run, effects=effects, spearman=agreement_table(effects, seed=0).table)
    words = underestimation_answer(entries_of([run]))
    assert "Test loss and self-loss: " in words
    assert "(actual ÷ predicted) is 2.00." in words
    assert "Test loss and self-loss: ρ is 1.000 [" in ranking_answer(entries_of([run]))
