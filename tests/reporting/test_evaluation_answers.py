"""The answer of a page is a sentence for each evaluation, and says something else where something else is so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.page_tables import scaled, sized, with_effects

from groupinf.reporting.report import report_markdown
from groupinf.reporting.tables.terminal import spearman_text
from groupinf.reporting.words.entries import entries_of
from groupinf.reporting.words.evaluation_answers import evaluation_answers
from groupinf.reporting.words.formats import markdown
from groupinf.studies.group_effects.result import Run
from groupinf.wording import number

OWN = "column ward"


def answers(*runs: Run) -> list[str]:
    return evaluation_answers(entries_of(runs))


def test_each_evaluation_has_its_sentence_with_ranks_and_sizes(make_run) -> None:
    run = make_run(["random"] * 40)
    loss, own = answers(run)
    assert loss == (
        "Test loss: influence ranks the 40 groups almost perfectly (ρ 1.000 over 2 test points) and is mostly too "
        "small: actual ÷ predicted is 2.00 in the median, 2.00 for the middle half (by slope 2.00)."
    )
    assert own.startswith("Self-loss: influence ranks the 40 groups almost perfectly (ρ 1.000 [1.000, 1.000]) and is ")
    for text in (report_markdown(run), spearman_text(run, 10_000)):
        assert loss in text or markdown(loss) in text


@pytest.mark.parametrize(("groups", "few"), [(9, True), (10, False)])
def test_of_few_groups_no_word_judges_the_ranks(make_run, groups: int, few: bool) -> None:
    own = answers(make_run(["random"] * groups))[1]
    assert own.startswith(f"Self-loss: influence ranks the {groups} groups ")
    assert ("with ρ 1.000, which says little of fewer than 10 groups, and is " in own) == few
    assert ("almost perfectly" in own) != few


@pytest.mark.parametrize(
    ("fraction", "words"),
    [
        (1.0, "is about the right size: actual ÷ predicted is 1.00 in the median"),
        (0.97, "is about the right size: actual ÷ predicted is 1.03 in the median"),
        (0.8, "is mostly too small: actual ÷ predicted is 1.25 in the median"),
        (2.0, "is mostly too large: actual ÷ predicted is 0.50 in the median"),
        (-1.0, "mostly has the wrong sign: actual ÷ predicted is −1.00 in the median"),
    ],
)
def test_the_size_of_a_prediction_is_said_as_it_is(make_run, fraction: float, words: str) -> None:
    loss, own = answers(scaled(make_run(), {"test_loss": fraction, "self_loss": 0.5}))
    assert words in loss
    assert "is mostly too small: actual ÷ predicted is 2.00" in own
    assert ("in reverse" in loss) == (fraction < 0)


def uneven(run: Run, quotients: list[float]) -> Run:
    """The run with influence of about one size and actual effects these multiples of it, in turn."""
    predicted = 1.0 + run.effects["group"] / 1000
    by = np.resize(quotients, run.manifest.n_groups)[run.effects["group"]]
    return with_effects(run, predicted.where(run.effects["method"] != "actual", by * predicted))


@pytest.mark.parametrize(
    ("quotients", "words"),
    [
        ([0.5, 1.0, 1.0, 2.0], "is about the right size in the middle"),
        ([0.5, 0.8, 1.5, 2.0], "is more often too small than not"),
        ([0.2, 0.3, 0.8, 2.0], "is less often too small than not"),
        ([-3.0, -2.0, 0.5, 0.6, 0.7, 0.8], "is mostly too large or of the wrong sign"),
        ([-3.0, -2.0, -1.0, 0.6], "mostly has the wrong sign"),
    ],
)
def test_sizes_that_differ_from_group_to_group_have_their_own_words(make_run, quotients, words) -> None:
    run = uneven(make_run(["random"] * 60), quotients)
    assert all(f" and {words}: actual ÷ predicted is " in line for line in answers(run))


def test_actual_effects_of_zero_are_no_wrong_signs(make_run) -> None:
    for quotients, share in (([-0.5, 0.0, 0.0, 1.0, 1.0], "40 %"), ([0.0, 0.0, 0.0, 1.0], "75 %")):
        for line in answers(uneven(make_run(["random"] * 60), quotients)):
            assert f" and without the {share} of actual effects that are 0 is " in line
            assert "mostly has the wrong sign" not in line
            assert "−0.00" not in line
    assert not any("that are 0" in line for line in answers(uneven(make_run(["random"] * 60), [-1.0, 1.0])))


@pytest.mark.parametrize(
    ("times", "words"), [(3.0, "and more where predictions are large (slope 3."), (0.1, "and less")]
)
def test_large_groups_that_differ_from_the_others_are_told(make_run, times: float, words: str) -> None:
    run = uneven(make_run(["random"] * 40), [1.2])
    large, actual = run.effects["group"] < 4, run.effects["method"] == "actual"
    effect = run.effects["effect"].where(~large, run.effects["effect"] * 100)
    loss, _ = answers(with_effects(run, effect.where(~(large & actual), effect * times / 1.2)))
    assert words in loss
    assert "actual ÷ predicted is 1.20 in the median" in loss
    same, _ = answers(run)
    assert "where predictions are large" not in same
    assert "(by slope 1.20)" in same


def test_of_several_runs_the_ends_are_named(make_run) -> None:
    kinds = ["random"] * 40
    loss, _ = answers(make_run(kinds), sized(make_run(kinds, lam_over_n=0.5), [10] * 40))
    assert "over 2 test points in 2 runs, lowest at λ/n = 0.5)" in loss
    right, small, smaller = (
        scaled(make_run(lam_over_n=value), {"test_loss": fraction, "self_loss": fraction})
        for value, fraction in ((0.05, 1.0), (0.1, 0.8), (0.2, 0.5))
    )
    loss, _ = answers(small, smaller)
    assert loss.endswith(
        "is mostly too small in each run: actual ÷ predicted in the median from 1.25 (λ/n = 0.1) to 2.00 (λ/n = 0.2)."
    )
    assert "lowest" not in loss
    loss, _ = answers(right, smaller)
    assert "is about the right size at λ/n = 0.05 and mostly too small at λ/n = 0.2: " in loss


def test_the_group_of_a_users_own_that_matters_most_is_named_where_it_matters(make_run) -> None:
    run = make_run([OWN] * 12)
    table = run.effects[(run.effects["method"] == "actual") & (run.effects["evaluation"] == "test_loss")]
    row = table.loc[table["effect"].abs().idxmax()]
    ways = [("raises", "a rise"), ("lowers", "a fall")]
    (way, rise), (other, fall) = ways if row["effect"] > 0 else ways[::-1]
    on = f"test loss of test point {row['test_point']}"
    loss, own = answers(run)
    assert f"; group {row['group']} matters most: removing it {way} {on} by " in loss
    assert f"(predicted: {rise} of " in loss
    assert "matters most: removing it" in own
    turned, _ = answers(with_effects(run, -run.effects["effect"]))
    assert f"removing it {other} {on}" in turned
    opposite, _ = answers(scaled(run, {"test_loss": -0.5, "self_loss": 0.5}))
    assert f"removing it {way} {on}" in opposite
    assert f"(predicted: {fall} of " in opposite


def test_what_a_group_that_matters_most_is_called(make_run) -> None:
    run = make_run([OWN] * 12)
    assert not any("matters most" in line for line in answers(make_run(["random"] * 12)))
    named = replace(run, groups=run.groups.assign(name="ward 3"))
    assert "; group ward 3 matters most: " in answers(named)[0]
    mixed = make_run([OWN] * 6 + ["column doctor"] * 6)
    assert "(column " in answers(mixed)[0].split(" matters most")[0]
    twice = make_run([OWN] * 12, change={"change": "reweight", "factor": 2.0})
    assert "matters most: reweighting it" in answers(twice)[0]


def test_a_group_that_was_drawn_does_not_matter_most_beside_a_users_own(make_run) -> None:
    run = make_run(["random"] * 6 + [OWN] * 6)
    loss, _ = answers(with_effects(run, run.effects["effect"].where(run.effects["group"] != 0, 1e3)))
    assert "matters most" in loss
    assert "group 0 matters" not in loss


def test_sets_of_test_points_are_not_called_test_points(make_run) -> None:
    sets = [{"test_point": -2, "name": "sex=f", "rows": 3}, {"test_point": -3, "name": "sex=m", "rows": 4}]
    run = make_run([OWN] * 12, measures=[("test_loss", -2), ("test_loss", -3)], test_sets=sets)
    [loss] = answers(run)
    assert "over 2 sets of test points" in loss
    assert "test loss summed over sex=" in loss
    assert "over 2 test points" in answers(make_run())[0]


def test_what_is_too_small_to_be_told_from_its_error_is_left_aside_and_counted(make_run) -> None:
    run = make_run()
    tiny = (run.effects["method"] == "actual") & (run.effects["test_point"] == 3)
    run = with_effects(run, run.effects["effect"].where(~tiny, 1e-14))
    loss, own = answers(run)
    assert loss.endswith("; 1 test point with effects too small to be told from their errors is left aside.")
    assert "actual ÷ predicted is 2.00 in the median" in loss
    assert "left aside" not in own
    nothing = replace(run, effects=run.effects.assign(error_estimate=1.0))
    assert answers(nothing)[1] == "Self-loss: all effects are too small to be told from their errors."


@pytest.mark.parametrize("groups", [1, 40])
def test_where_there_is_no_rho_the_sentence_says_why(make_run, groups: int) -> None:
    run = make_run(["random"] * groups)
    for line in answers(with_effects(run, 0.0 * run.effects["effect"] + 1.0)):
        assert "influence has no ρ, which needs two groups or more with effects that differ, and is about " in line


def test_of_a_prediction_in_units_of_its_own_no_size_is_told(make_run) -> None:
    loss, _ = answers(make_run([OWN] * 20, methods=("without_hessian",)))
    assert "influence without the Hessian ranks the 20 groups almost perfectly (ρ 1.000 over 2 test points); " in loss
    assert "÷" not in loss
    assert "predicted" not in loss


def test_a_prediction_of_nothing_is_said_to_be_one(make_run) -> None:
    run = make_run(["random"] * 20)
    predicted = run.effects["method"] == "influence"
    loss, _ = answers(with_effects(run, run.effects["effect"].where(~predicted, 0.0)))
    assert loss.endswith("and predicts no effect at all.")


def test_an_evaluation_that_influence_has_no_effects_on_is_answered_for_another_method(make_run) -> None:
    run = make_run()
    kept, rows = (
        ~((table["method"] == "influence") & (table["evaluation"] == "self_loss"))
        for table in (run.effects, run.spearman)
    )
    loss, own = answers(replace(run, effects=run.effects[kept], spearman=run.spearman[rows]))
    assert loss.startswith("Test loss: influence ranks")
    assert own.startswith("Self-loss: Newton ranks")


def test_an_evaluation_of_one_of_several_runs_names_its_run(make_run) -> None:
    both = make_run([OWN] * 20, lam_over_n=0.1), make_run([OWN] * 20, measures=[("test_loss", 7)], lam_over_n=0.2)
    loss, own = answers(*both)
    assert loss.startswith("Test loss: influence")
    assert own.startswith("Self-loss (λ/n = 0.1): influence ranks the 20 groups")
    assert "at λ/n" not in own
    assert " at λ/n = 0." in loss.split("matters most")[1]
    assert answers(both[0])[1].startswith("Self-loss: influence")


def resampled(run: Run, low: float, high: float) -> Run:
    """The run with these ends beside each actual effect of the test loss, in multiples of it."""
    table = run.effects[(run.effects["method"] == "actual") & (run.effects["evaluation"] == "test_loss")]
    effects = table["effect"].to_numpy()
    ends = np.sort(np.stack([low * effects, high * effects]), axis=0)
    kept = table[["evaluation", "test_point", "group"]]
    return replace(run, bootstrap=kept.assign(effect_low=ends[0], effect_high=ends[1], rank_low=1, rank_high=9))


@pytest.mark.parametrize("sign", [1, -1])
def test_the_group_that_matters_most_has_its_interval_over_test_rows(make_run, sign: int) -> None:
    run = make_run([OWN] * 12)
    run = with_effects(run, sign * run.effects["effect"])
    actual = run.effects[(run.effects["method"] == "actual") & (run.effects["evaluation"] == "test_loss")]["effect"]
    most = actual.abs().max()
    loss, own = answers(resampled(run, -0.5, 2.0))
    assert f" by {number(most)} [{number(-0.5 * most)}, {number(2 * most)}] (95 % over test rows; predicted: " in loss
    assert loss.endswith(", but its sign is not sure over other test rows.")
    assert "over test rows" not in own
    sure, _ = answers(resampled(run, 0.5, 2.0))
    assert f"[{number(0.5 * most)}, {number(2 * most)}] (95 % over test rows; " in sure
    assert "sure" not in sure
    assert "test rows" not in answers(run)[0]


def test_groups_of_an_order_are_named_by_it(make_run) -> None:
    run = make_run([OWN] * 12, measures=[("test_loss", 7)])
    first = "first 5 rows for the largest rise of test loss on test point 7, by influence"
    loss, *_ = answers(replace(run, groups=run.groups.assign(made_from=first)))
    assert f"; group of the {first} matters most: removing it " in loss
    assert "of the first" not in answers(run)[0]


@pytest.mark.parametrize(
    ("signs", "who"),
    [
        ([1, 1], "groups 4 and 5 matter most: removing any of them raises "),
        ([-1, -1, -1], "groups 4, 5 and 6 matter most: removing any of them lowers "),
        ([1, -1, 1, 1, 1], "groups 4, 5, 6 and 2 more matter most: removing any of them raises or lowers "),
    ],
)
def test_groups_that_share_the_largest_effect_are_named_together(make_run, signs: list[int], who: str) -> None:
    run = make_run([OWN] * 12, measures=[("test_loss", 7)])
    actual = (run.effects["method"] == "actual").to_numpy()
    effect = run.effects["effect"].to_numpy(copy=True)
    tied = np.flatnonzero(actual)[4 : 4 + len(signs)]
    effect[tied] = 50.0 * np.array(signs)
    run = with_effects(run, effect)
    [loss] = answers(run)
    assert f"; {who}test loss of test point 7 by 50." in loss
    assert answers(resampled(run, -1.0, 1.0))[0].endswith(" by 50, but the sign is not sure over other test rows.")
    assert answers(resampled(run, 0.5, 1.0))[0].endswith(" by 50.")
    effect[tied[0]] = 51.0
    assert "; group 4 matters most: " in answers(with_effects(run, effect))[0]


@pytest.mark.parametrize(
    ("large", "words"),
    [
        (1, "; group 0, which decides the slope, has the wrong sign (slope −"),
        (2, "; groups 1 and 0, which decide the slope, have the wrong sign (slope −"),
        (9, "; predictions that are large have the wrong sign (slope −"),
    ],
)
def test_a_slope_below_0_is_told_by_the_groups_that_make_it(make_run, large: int, words: str) -> None:
    run = uneven(make_run(["random"] * 40), [1.2])
    most, actual = run.effects["group"] < large, run.effects["method"] == "actual"
    effect = run.effects["effect"].where(~most, run.effects["effect"] * 100)
    loss, _ = answers(with_effects(run, effect.where(~(most & actual), -effect)))
    assert words in loss
    assert "and less" not in loss
    other = run.effects["test_point"] == 3
    loss, _ = answers(with_effects(run, effect.where(~(most & actual & ~other), -effect)))
    assert f"{words.partition(' (')[0]} on some test points (slope −" in loss
