"""The tables hold the run's numbers: exactly in CSV, legibly in Markdown, LaTeX and on the terminal."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from groupinf.reporting.report import report_markdown
from groupinf.reporting.tables.spearman import HEADERS, spearman_csv, spearman_latex, spearman_markdown
from groupinf.reporting.tables.terminal import spearman_text
from groupinf.reporting.words.formats import latex, markdown
from groupinf.reporting.words.style import MOST_TEST_POINTS

NASTY = "ward|3 $x_1$ <script>alert(1)</script> 50% & \\more"


def markdown_cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def test_csv_reads_back_to_the_same_numbers(make_run):
    run = make_run(kinds=["random"] * 9 + ['=ward, "3"'] * 3)
    back = list(csv.DictReader(io.StringIO(spearman_csv(run), newline="")))
    assert list(back[0]) == list(run.spearman.columns)
    for name, column in run.spearman.items():
        numeric = pd.api.types.is_numeric_dtype(column)
        shown = [float(row[name] or "nan") if numeric else row[name] for row in back]
        np.testing.assert_array_equal(shown, column.to_numpy())
    assert run.spearman["spearman_low"].isna().any()


def test_markdown_has_a_row_per_row_and_states_the_convention(make_run):
    run = make_run()
    text = spearman_markdown(run)
    rows = [markdown_cells(line) for line in text.splitlines() if line.startswith("|")]
    body = [row for row in rows if row[0] not in (HEADERS[0], "---")]
    assert {len(row) for row in rows} == {len(HEADERS)}
    assert len(body) == len(run.spearman)
    influence = next(row for row in body if row[:3] == ["7", "All groups", "Influence"])
    assert influence[3:] == ["32", "1.000", r"\[1.000, 1.000\]", "1.000", "2.00", "100 %", "100 %", "50 %"]
    assert markdown(run.manifest.convention.sentence) in text
    assert text.index("## Test loss") < text.index("## Self-loss")


def test_latex_has_a_row_per_row_and_states_the_convention(make_run):
    run = make_run()
    text = spearman_latex(run)
    rows = [line for line in text.splitlines() if line.endswith(r"\\") and " & " in line]
    assert len(rows) == len(run.spearman) + run.spearman["evaluation"].nunique()
    assert {line.count(" & ") for line in rows} == {len(HEADERS) - 1}
    assert latex(run.manifest.convention.sentence) in text
    assert text.count(r"\begin{longtable}") == text.count(r"\end{longtable}") == 2
    assert text.count("{") == text.count("}")
    assert text.replace(r"\$", "").count("$") % 2 == 0


def test_names_of_kinds_and_datasets_stay_text(make_run):
    run = make_run(kinds=[NASTY] * 10, dataset=NASTY)
    in_markdown, in_latex = spearman_markdown(run), spearman_latex(run)
    assert "<script" not in in_markdown
    assert {len(markdown_cells(line)) for line in in_markdown.splitlines() if line[:1] == "|"} == {len(HEADERS)}
    assert r"ward\textbar{}3 \$x\_1\$" in in_latex
    assert r"\more" not in in_latex


def test_undefined_numbers_never_show_as_nan(make_run):
    run = make_run(kinds=["a", "b", "b"])
    assert run.spearman["spearman"].isna().any()
    for text in (spearman_markdown(run), spearman_latex(run), spearman_text(run, 80)):
        assert "nan" not in text.lower()
        assert "–" in text


def test_terminal_shows_each_prediction_on_each_test_point_within_the_width(make_run):
    run = make_run(
        measures=[("test_prediction", 11), ("test_loss", 11), ("test_loss", 81765), ("self_loss", -1)],
        methods=("influence", "parameter_influence", "newton"),
        notes=["a note of the run"],
        skipped=[{"group": i, "name": str(i), "reason": "no class has 500 points"} for i in (1, 2)],
    )
    text = spearman_text(run, 80)
    assert max(map(len, text.splitlines())) <= 80
    assert "\x1b" not in text
    assert re.search(r"81765 +Influence +1\.000 +\[1\.000, 1\.000\] +2\.00 +100 % +32\n", text)
    assert len(re.findall(r"^ .*Parameter influence .* 1\.25 ", text, re.MULTILINE)) == 4
    flat = " ".join(text.split())
    assert run.manifest.convention.sentence in flat
    assert "6.0 passes over the data on average, at most 6; largest gradient norm 2·10⁻⁹" in flat
    assert "Note: a note of the run" in flat
    assert "Skipped 2 groups, 1 (Random) and 2 (Random): no class has 500 points" in flat
    assert "toy: n = 1,200, d = 7, λ/n = 0.001 (λ = 1.2); 2 classes; accuracy 91.0 %" in flat


def test_skipped_groups_are_counted_in_the_headline(make_run):
    assert "32 groups\n" in spearman_text(make_run(), 200)
    run = make_run(kinds=["random"] * 56, n_groups=58)
    assert "; 58 groups, 2 of them skipped\n" in spearman_text(run, 200)
    assert "; 58 groups, 2 of them skipped" in spearman_markdown(run)


def test_one_of_anything_is_in_the_singular(make_run):
    measures = [("test_loss", i) for i in range(MOST_TEST_POINTS + 1)]
    text = spearman_text(make_run(kinds=["random"], measures=measures, classes=["a"]), 2000)
    for words in ("1 class;", "; 1 group\n", "Retraining: 1 group,", "and 1 more test point:"):
        assert words in text
    assert not re.search(r"\b1 (class(es)|groups|rows|more test points)\b", text)


def test_certificate_counts_the_groups_with_a_proven_bound(make_run):
    run = make_run(kinds=["random"] * 10)
    bounds = [1e-9, 3e-9, 8e-9, *[np.inf] * 7]
    proven = replace(run, retrains=run.retrains.assign(score_bound=bounds))
    sentence = "Proven: of 3 of 10 groups no score is off by more than a bound, in the median 3·10⁻⁹."
    assert sentence in spearman_text(proven, 1000)
    for unproven in (run, replace(run, retrains=run.retrains.assign(score_bound=np.inf))):
        assert "Proven" not in spearman_text(unproven, 1000)


def test_the_interval_is_explained_where_one_is_shown(make_run):
    words = "Interval of Spearman's ρ: 95 % percentile bootstrap"
    some, none = make_run(kinds=["random"] * 10 + ["few"] * 3), make_run(kinds=["few"] * 9)
    for shown in (spearman_text(some, 80), report_markdown(some), spearman_markdown(some)):
        assert words in shown
    assert latex(words) in spearman_latex(some)
    for shown in (spearman_text(none, 80), report_markdown(none), spearman_markdown(none), spearman_latex(none)):
        assert "Interval of Spearman" not in shown
        assert "Slope (actual ÷ predicted): least squares" in shown
    narrow = spearman_text(some, 50)
    assert "interval" not in narrow.lower()
    assert max(map(len, narrow.splitlines())) <= 50


@pytest.mark.parametrize("width", [60, 70, 74, 80, 200])
def test_terminal_lines_fit(make_run, width):
    run = make_run(methods=("influence", "parameter_influence", "newton"), notes=["word " * 50])
    assert max(map(len, spearman_text(run, width).splitlines())) <= width


def test_terminal_counts_the_test_points_that_it_leaves_out(make_run):
    run = make_run(measures=[("test_loss", i) for i in range(MOST_TEST_POINTS + 5)], methods=("influence",))
    text = spearman_text(run, 80)
    assert len(re.findall(r"^  \d+ +Influence", text, re.MULTILINE)) == MOST_TEST_POINTS
    assert "and 5 more test points" in text


def test_regression_has_no_accuracy(make_run):
    run = make_run(classes=[], train_accuracy=None, test_accuracy=None)
    assert "accuracy" not in spearman_text(run, 80)


def test_error_estimate_is_relative_to_the_median_effect(make_run):
    run = make_run(measures=[("test_loss", 7)])
    actual = run.effects.loc[run.effects["method"] == "actual", "effect"]
    value = 1e-9 / np.median(np.abs(actual))
    mantissa, exponent = f"{value:.1e}".split("e-0")
    shown = mantissa.removesuffix(".0") + "·10⁻" + "⁰¹²³⁴⁵⁶⁷⁸⁹"[int(exponent)]
    assert f"largest error estimate of an actual effect: {shown} of" in " ".join(spearman_text(run, 80).split())
