"""Every sentence on a run of robustness is computed, and another where numbers are; page and figures hold them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from groupinf.effects.row_orders.registry import ROW_ORDERS
from groupinf.experiments.driver import execute_study
from groupinf.experiments.workers.progress import Silent
from groupinf.reporting.robustness.bars import MOST_BARS, bars_figure, narrow_bars_figure
from groupinf.reporting.robustness.paths import paths_figure
from groupinf.reporting.robustness.report import report_markdown, write_report
from groupinf.reporting.robustness.statements import ordered
from groupinf.reporting.robustness.tables import cells, robustness_text
from groupinf.reporting.robustness.words import answers, data_line, how_lines, order_lines, trust_line
from groupinf.studies.load import load_config
from groupinf.studies.robustness.result import RobustnessRun
from groupinf.studies.robustness.study import ROBUSTNESS

CONFIG: dict[str, Any] = {
    "study": "robustness",
    "name": "small & <simple>",
    "dataset": {"name": "breast_cancer"},
    "regularization": {"lambda_over_n": 1e-1},
    "questions": [
        {"flips": "prediction", "test_points": {"indices": [97, 12]}},
        {"flips": "sign", "of": ["texture error"]},
        {"flips": "significance", "of": ["mean symmetry", "texture error"]},
    ],
    "most": 6,
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RobustnessRun:
    out = tmp_path_factory.mktemp("robustness")
    made: RobustnessRun = execute_study(ROBUSTNESS, load_config(CONFIG), out, 1, False, Silent())
    return made


def changed(run: RobustnessRun, **columns: Any) -> RobustnessRun:
    """The run with other values in its statements."""
    return replace(run, statements=run.statements.assign(**columns))


def counts(*values: int | None) -> Any:
    return pd.array(list(values), dtype="Int64")


def test_what_was_run_is_told(run: RobustnessRun) -> None:
    assert data_line(run) == "breast_cancer: n = 455, d = 30, λ/n = 0.1; at most 6 rows (1.3 %) removed"


def test_statements_come_from_the_fewest_rows_up(run: RobustnessRun) -> None:
    assert [told.statement for told in ordered(run)] == [0, 3, 2, 4, 1]
    other = changed(run, fewest=counts(None, 5, None, 2, 1), lower_bound=counts(4, 1, 7, None, None))
    assert [told.statement for told in ordered(other)] == [4, 3, 1, 0, 2]
    unasked = changed(run, value=[np.nan, *run.statements["value"][1:]])
    assert ordered(unasked)[-1].statement == 0


def test_the_answers_count_flips_and_name_those_of_the_fewest_rows(run: RobustnessRun) -> None:
    told = answers(run)
    assert told[0] == "Of 5 statements, 4 flip without at most 6 rows of 455, each by an exact refit."
    assert told[1] == (
        "Fewest rows: Prediction: test point 97 without 1 row (0.2 %); Significance: mean symmetry (sandwich) without "
        "1 row (0.2 %); Sign: texture error without 3 rows (0.7 %)."
    )
    assert told[2:4] == [
        "One row is enough for 2 of them.",
        "It is not proven that no fewer rows could have flipped the 2 that take more.",
    ]
    assert told[-1] == (
        "No lower bound above one row is at hand of how few flip the significance of a coefficient: its value is not "
        "linear in the parameters."
    )
    none = changed(run, fewest=counts(*[None] * 5), order=[None] * 5, proven_fewest=False)
    assert answers(none)[0].startswith("Of 5 statements, 0 flip")
    assert not any(line.startswith("Fewest rows") or "No fewer" in line for line in answers(none))


def test_what_is_proven_is_told_where_it_is(run: RobustnessRun) -> None:
    every = changed(run, proven_fewest=True)
    assert "No fewer rows, whichever, could have flipped the 2 that take more: proven." in answers(every)
    some = changed(run, proven_fewest=run.statements["fewest"].eq(3) & (run.statements["flips"] == "sign"))
    assert "No fewer rows, whichever, could have flipped 1 of the 2 that take more: proven." in answers(some)
    twos, ones = (changed(run, fewest=counts(*[rows] * 5), proven_fewest=True) for rows in (2, 1))
    assert "No fewer rows, whichever, could have flipped the 5: proven." in answers(twos)
    assert not any(line.startswith("One row") for line in answers(twos))
    assert "One row is enough for each of them." in answers(ones)
    assert not any("fewer" in line for line in answers(ones))
    never = changed(run, lower_bound=counts(1, 7, 1, 1, 1))
    assert "No 6 rows, whichever, can flip Prediction: test point 12: proven." in answers(never)
    assert not any("No lower bound" in line for line in answers(never))
    assert not any("can flip" in line for line in answers(changed(run, lower_bound=counts(1, 6, 1, 1, 1))))
    unproven = replace(changed(run, lower_bound=counts(*[None] * 5)), manifest=replace(run.manifest, proves=False))
    kinds = "a prediction, the significance of a coefficient and the sign of a coefficient"
    assert (
        answers(unproven)[-1]
        == f"No lower bound above one row is at hand of how few flip {kinds}: no factor of H is proven."
    )
    unasked = changed(run, value=[np.nan, *run.statements["value"][1:]])
    assert "Nothing can be asked of Prediction: test point 97." in answers(unasked)


def test_the_table_says_what_there_is_and_what_is_not(run: RobustnessRun) -> None:
    first, *_, last = cells(run, ordered(run))
    assert first == [
        "Prediction: test point 97", "0.0459 (1)", "1 (0.2 %)", "By influence", "−0.0096 (0)", "1, the fewest",
    ]  # fmt: skip
    assert last[2:5] == ["none of up to 6", "–", "–"]
    never = cells(
        changed(run, lower_bound=counts(1, 7, 1, 1, 1)), ordered(changed(run, lower_bound=counts(1, 7, 1, 1, 1)))
    )
    assert never[-1][5] == "more than 6"
    unasked = changed(
        run, value=[np.nan, *run.statements["value"][1:]], fewest=counts(None, *run.statements["fewest"][1:])
    )
    assert cells(unasked, ordered(unasked))[-1][1:3] == ["1", "not asked"]


def test_orders_are_compared_by_what_they_found(run: RobustnessRun) -> None:
    first, *predicted = order_lines(run)
    assert first.startswith("As few rows as by any order, of 4 flips: ")
    fewest = run.flips.copy()
    fewest.loc[fewest["order"] == "influence", "fewest"] = 6
    assert "0 by influence" in order_lines(replace(run, flips=fewest))[0]
    assert "0 by influence" not in first
    influence = run.flips[(run.flips["order"] == "influence")].dropna(subset=["predicted", "first"])
    exact = int((influence["predicted"] == influence["first"]).sum())
    assert f"predicts the number that refits find for {exact:,}," in predicted[0]
    late = run.flips.assign(predicted=run.flips["predicted"] + 1)
    assert f"too many for {len(influence):,}." in order_lines(replace(run, flips=late))[1]
    assert order_lines(changed(run, fewest=counts(*[None] * 5))) == []


def test_what_flips_and_in_which_order_rows_go_is_told(run: RobustnessRun) -> None:
    told = " ".join(how_lines(run))
    assert "sandwich standard errors (HC0), the variance H⁻¹ (Σ sᵢ² rᵢ² xᵢxᵢᵀ) H⁻¹ (Huber 1967; White 1980)" in told
    assert "Broderick, Giordano and Meager 2020" in told
    assert told.index("by influence") < told.index("greedily")


def test_the_trust_line_has_the_largest_error_and_the_smallest_distance(run: RobustnessRun) -> None:
    other = changed(run, error=[0.5, np.nan, 0.25, 0.125, 0.0625], value_after=[9.0, np.nan, 8.0, 7.0, 6.0])
    assert "the largest estimate is 0.5, the smallest distance" in trust_line(other)
    assert trust_line(run) != trust_line(other)
    assert trust_line(changed(run, fewest=counts(*[None] * 5))) == "No statement was flipped."


def test_the_terminal_shows_as_many_statements_as_are_asked_for(run: RobustnessRun) -> None:
    text = robustness_text(run, 80, 2)
    assert "3 more in tables/statements.csv" in text
    assert "Prediction: test point 12" not in text
    assert "more in tables" not in robustness_text(run, 80)


def bars(figure: Figure) -> list[tuple[float, bool]]:
    """The length of each bar, and whether it is filled."""
    [ax] = figure.axes
    drawn = [p for p in ax.patches if isinstance(p, Rectangle)]
    return [(float(p.get_width()), float(np.asarray(p.get_facecolor())[3]) > 0.0) for p in drawn]


def test_bars_are_as_long_as_rows_were_found_and_hollow_where_none_were(run: RobustnessRun) -> None:
    found = [told.fewest for told in ordered(run)]
    assert bars(bars_figure(run)) == [(6.0 if rows is None else float(rows), rows is not None) for rows in found]
    assert bars(narrow_bars_figure(run)) == bars(bars_figure(run))
    [ax] = bars_figure(run).axes
    assert [text.get_text() for text in ax.texts] == ["1", "1", "3", "3", "none of 6"]
    lines = [line.get_xdata()[0] for line in ax.lines]  # type: ignore[index]
    assert lines == [told.lower_bound for told in ordered(run) if told.lower_bound is not None]


def test_the_legend_has_what_is_drawn(run: RobustnessRun) -> None:
    def legend(of: RobustnessRun) -> list[str]:
        return [text.get_text() for text in bars_figure(of).legends[0].get_texts()]

    by = {ROW_ORDERS[name].in_text for name in run.statements["order"].dropna()}
    assert {name for name in legend(run) if name.startswith("found")} == {f"found {words}" for words in by}
    assert {"none found", "at least, proven"} <= set(legend(run))
    alike = changed(run, order="newton", fewest=counts(*[2] * 5), lower_bound=counts(*[None] * 5))
    assert legend(alike) == [f"found {ROW_ORDERS['newton'].in_text}"]


def test_the_prediction_of_a_regression_is_no_score(run: RobustnessRun) -> None:
    regression = replace(run, manifest=replace(run.manifest, test_accuracy=None))
    for of, word in ((run, "Score"), (regression, "Prediction")):
        assert {ax.get_ylabel() for ax in paths_figure(of).axes} >= {word, "Coefficient"}


def test_statements_that_are_not_drawn_are_counted(run: RobustnessRun) -> None:
    many = pd.concat([run.statements] * 10, ignore_index=True).assign(statement=np.arange(50))
    figure = bars_figure(replace(run, statements=many))
    assert len(bars(figure)) == MOST_BARS
    assert any("10 more statements" in text.get_text() for text in figure.texts)


def test_paths_have_a_panel_for_each_statement_with_its_boundary(run: RobustnessRun) -> None:
    figure = paths_figure(run)
    assert len(figure.axes) == 5
    for ax, told in zip(figure.axes, ordered(run), strict=True):
        across = [line for line in ax.lines if line.get_linestyle() == "-" and len(set(line.get_ydata())) == 1]  # type: ignore[arg-type]
        assert any(line.get_ydata()[0] == told.boundary for line in across)  # type: ignore[index]


def test_the_report_is_whole_and_the_same_again(run: RobustnessRun) -> None:
    def content() -> dict[str, bytes]:
        files = ["report.md", "report.html", "figures/fewest_rows.svg", "figures/paths.png", "tables/removed.csv"]
        return {file: (run.path / file).read_bytes() for file in files}

    assert write_report(run) == run.path / "report.md"
    before = content()
    write_report(run)
    assert content() == before
    page = before["report.html"].decode()
    assert "small &amp; &lt;simple&gt;" in page
    assert page.index("How few rows flip it?") < page.index("<img") < page.index("Can the numbers be trusted?")
    assert all(line in page for line in answers(run))
    assert all(f"- {line}" in report_markdown(run).replace("\\", "") for line in answers(run))
    assert (run.path / "tables" / "statements.csv").read_text(encoding="utf-8").count("\n") == 6


def test_a_run_in_which_nothing_can_be_asked_has_a_report(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(30, 2)), rng.normal(size=30)
    X[:, 1] = 0.0  # its coefficient is 0
    np.savez(tmp_path / "flat.npz", X_train=X[:20], y_train=y[:20], X_test=X[20:], y_test=y[20:])
    config = {
        **CONFIG,
        "dataset": {"npz": str(tmp_path / "flat.npz"), "task": "regression"},
        "questions": [{"flips": "sign", "of": ["x1"]}],
    }
    made: RobustnessRun = execute_study(ROBUSTNESS, load_config(config), tmp_path, 1, False, Silent())
    write_report(made)
    assert "Nothing can be asked of Sign: x1." in answers(made)
    assert "not asked" in robustness_text(made, 80)
