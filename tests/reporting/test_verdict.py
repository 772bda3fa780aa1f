"""The verdict on a page says yes only where all certificates hold, and names what speaks against it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from groupinf.effects.block import EFFECT_TOLERANCE
from groupinf.reporting.html.page import page_html
from groupinf.reporting.report import report_markdown
from groupinf.reporting.terminal import spearman_text
from groupinf.reporting.verdict import verdict


def test_certified_runs_are_trusted_and_why(make_run) -> None:
    words = verdict([make_run()])
    assert words.startswith("Yes. Retrained parameters of 32 groups, all certified at tolerance 1·10⁻⁸: ")
    assert "is 1·10⁻⁹ of the largest predicted effect of its evaluation" in words
    assert "No group was skipped." in words
    assert words in page_html([make_run()], "study", plotly=False).replace("&#x27;", "'")
    assert "Yes. Retrained parameters" in report_markdown(make_run())


def test_an_error_above_the_tolerance_is_said_first(make_run) -> None:
    run = make_run(scales={"test_loss": 0.99e-9 / EFFECT_TOLERANCE, "self_loss": 1.0})
    words = verdict([make_run(), run])
    assert words.startswith("With care: some actual effects are less exact than a retraining makes them.")
    assert "64 groups in 2 runs, not all certified at tolerance" in words


def test_an_error_that_is_large_beside_the_effects_is_said(make_run) -> None:
    run = make_run()
    small = replace(run, effects=run.effects.assign(effect=1e-8 * run.effects["effect"]))
    assert verdict([small]).startswith("With care: an actual effect may be off by more than 1 % of the median effect.")


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
