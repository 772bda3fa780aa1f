"""The verdict on a page says yes only where all certificates hold, and names what speaks against it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from groupinf.reporting.html.page import page_html
from groupinf.reporting.report import report_markdown
from groupinf.reporting.tables.terminal import spearman_text
from groupinf.reporting.words.verdict import verdict

pytestmark = pytest.mark.usefixtures("undrawn")


def test_certified_runs_are_trusted_and_why(make_run) -> None:
    words = verdict([make_run()])
    assert words.startswith(
        "Yes. Actual effects of 32 groups are exact to 1·10⁻⁶ of the largest effect of their evaluation: "
    )
    assert "rounding included, is " in words
    assert "No group was skipped." in words
    assert words in page_html([make_run()], "study", plotly=False).replace("&#x27;", "'")
    assert "Yes. Actual effects of 32 groups" in report_markdown(make_run())


def test_an_error_above_the_tolerance_is_said_first(make_run) -> None:
    run = spoiled(make_run(), 7, 1e-3)
    words = verdict([make_run(), run])
    assert words.startswith("With care: some actual effects are less exact than a retraining makes them.")
    assert "64 groups in 2 runs are not all exact to 1·10⁻⁶" in words


def test_an_error_that_is_large_beside_the_effects_is_said(make_run) -> None:
    run = make_run()
    small = replace(run, effects=run.effects.assign(effect=1e-8 * run.effects["effect"]))
    magnitudes = small.effects.query("method == 'actual'").assign(size=lambda rows: rows["effect"].abs())
    share = 1e-9 / magnitudes[magnitudes["test_point"] == 7]["size"].median()
    assert verdict([small]).startswith(
        f"With care: on test loss of test point 7 error estimates reach {100 * share:.0f} % of the median effect"
    )


@pytest.mark.parametrize(("count", "words"), [(1, "1 of 33 groups was skipped"), (3, "3 of 35 groups were skipped")])
def test_skipped_groups_are_counted(make_run, count, words) -> None:
    skipped = [{"group": 40 + i, "name": str(i), "reason": "no row is left"} for i in range(count)]
    assert words in verdict([make_run(skipped=skipped)])


def test_changes_beside_the_commit_are_said(make_run) -> None:
    assert verdict([make_run(git_dirty=False)]).startswith("Yes.")
    assert verdict([make_run(), make_run(git_dirty=True)]).startswith("With care: the source had changes")


def test_an_evaluation_does_not_claim_to_have_retrained(make_run) -> None:
    run = make_run(evaluated={"run": "study-1", "identity": "abc"})
    words = "Nothing was retrained: the parameters of 32 groups were read from study-1, which stored them."
    for text in (spearman_text(run, 2000), page_html([run], "study", plotly=False)):
        assert words in text
        assert "Retraining: " not in text
    assert "Retraining: 32 groups" in spearman_text(make_run(), 2000)


def spoiled(run, point: int, error: float):
    """The run with this error estimate on a test point."""
    there = (run.effects["method"] == "actual") & (run.effects["test_point"] == point)
    return replace(run, effects=run.effects.assign(error_estimate=run.effects["error_estimate"].where(~there, error)))


def test_a_doubt_names_its_run_evaluation_and_test_point(make_run) -> None:
    scales = {"test_loss": 1e12, "self_loss": 1e12}
    good, bad = make_run(lam_over_n=0.1, scales=scales), spoiled(make_run(lam_over_n=0.2, scales=scales), 3, 2.0)
    effects = bad.effects.query("method == 'actual' and test_point == 3")["effect"].abs()
    words = verdict([good, bad])
    assert words.startswith(
        f"With care: on test loss of test point 3 at λ/n = 0.2 error estimates reach {2 / effects.median():.2g} times "
        "the median effect, as effects there are next to nothing."
    )
    assert "64 groups in 2 runs are exact to" in words
    assert "(and more than 1 % on 1 more)" in verdict([spoiled(bad, 7, 0.05)])
    assert "on test loss of test point 3 error estimates reach" in verdict([bad])
    assert "next to nothing" not in verdict([spoiled(make_run(), 3, 2.0)])


def test_what_is_not_certified_is_named(make_run) -> None:
    loose = spoiled(make_run(lam_over_n=0.2), 7, 1e-4)
    assert " of it, test loss at λ/n = 0.2." in verdict([make_run(), loose])
