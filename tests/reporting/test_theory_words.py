"""Every sentence on the theory is true of the tables, and another where they say something else."""

from __future__ import annotations

import html
import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.theory_frames import small_theory_run

from groupinf.analysis.explained_rho import kinds_table
from groupinf.analysis.theory import BOUNDS, beside_actual, held, intervals
from groupinf.numerics.intercept import Intercept
from groupinf.reporting.drawing import proven_intervals
from groupinf.reporting.html.page import page_html
from groupinf.reporting.report import report_markdown, write_report
from groupinf.reporting.tables.groups import groups_frame
from groupinf.reporting.tables.terminal import spearman_text
from groupinf.reporting.tables.theory import bound_rows, measures_frame, theory_files
from groupinf.reporting.words.theory import (
    CRITICAL,
    alike_lines,
    bound_lines,
    cone_lines,
    copies_lines,
    free_lines,
    interval_line,
    theory_lines,
)
from groupinf.studies.group_effects.result import Run
from groupinf.wording import number

pytestmark = pytest.mark.usefixtures("undrawn")
QUESTION = "What is known without retraining?"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return small_theory_run(tmp_path_factory.mktemp("theory"))


@pytest.fixture(scope="module")
def rows(run: Run) -> pd.DataFrame:
    return rows_of(run)


def rows_of(run: Run) -> pd.DataFrame:
    assert run.theory is not None
    return beside_actual(run.theory, run.effects)


def changed(run: Run, **columns: object) -> Run:
    assert run.theory is not None
    return replace(run, theory=run.theory.assign(**columns))


def test_intervals_that_hold_are_counted_with_their_width_and_signs(rows: pd.DataFrame) -> None:
    found = intervals(rows)
    assert 0 < found.signed < 170
    assert interval_line(rows) == (
        "Proven without retraining: finite intervals for all 170 effects, in the median "
        f"{number(found.relative)} times the size of the effect wide; the sign of {found.signed} of 170 effects. Every "
        "actual effect lies inside its interval."
    )
    sure = rows.assign(actual=rows["actual"].abs() + 1.0, proven_low=1.0, proven_high=np.inf)
    assert interval_line(sure) == (
        "Proven without retraining: a finite interval for none of 170 effects; one end for 170 more; the sign of all "
        "170 effects."
    )
    unsure = rows.assign(proven_low=-1e9, proven_high=1e9)
    assert "; the sign of none. Every" in interval_line(unsure)
    none = rows.assign(proven_low=-np.inf, proven_high=np.inf)
    assert interval_line(none) == "Proven without retraining: a finite interval for none of 170 effects."


def test_sizes_of_groups_with_intervals_and_without_are_told(rows: pd.DataFrame) -> None:
    assert "groups of" not in interval_line(rows)
    small = rows["size"] <= 6
    some = rows.assign(proven_high=rows["proven_high"].where(small, np.inf))
    largest, next_one = rows["size"][small].max(), rows["size"][~small].min()
    assert (
        f"for {small.sum()} of 170 effects (groups of 1 to {largest} rows; none for those of {next_one} to "
        f"{rows['size'].max()} rows), in the median"
    ) in interval_line(some)
    assert f"; one end for {(~small).sum()} more; the sign" in interval_line(some)
    mixed = small & (rows["evaluation"] == "self_loss")
    one, other = (round(rows["size"][of].median()) for of in (mixed, ~mixed))
    told = interval_line(rows.assign(proven_high=rows["proven_high"].where(mixed, np.inf)))
    assert f"(in the median of groups of {one} rows; without, of {other} rows)" in told


def test_newton_that_is_exact_is_said_to_be(rows: pd.DataFrame) -> None:
    exact = rows.assign(newton=rows["actual"], newton_error=0.0)
    assert interval_line(exact).endswith(" Newton effects are exact up to rounding here.")
    assert "the size of the effect wide" not in interval_line(exact)
    assert "exact" not in interval_line(rows)
    assert not any(line.startswith("Violations of Proposition 1") for line in bound_lines(exact))


def test_a_free_intercept_is_why_effects_have_no_interval(run: Run, rows: pd.DataFrame) -> None:
    free = replace(run, manifest=replace(run.manifest, intercept=Intercept.FREE))
    some = rows.assign(proven_high=rows["proven_high"].where(rows["group"] > 3, np.inf))
    assert free_lines(free, some) == [
        "20 effects have no finite interval: where the Hessian does not bound how far parameters still move, only λ "
        "does, and the intercept is free of it. With model: {intercept: none} or {intercept: penalised} every interval "
        "is finite."
    ]
    one = rows.assign(proven_high=rows["proven_high"].where(rows.index > 0, np.inf))
    assert free_lines(free, one)[0].startswith("1 effect has no finite interval: ")
    assert free_lines(free, rows) == free_lines(run, some) == []
    assert free_lines(free, some)[0] in theory_lines(free, some)
    outside = rows["evaluation"] == "test_loss"  # as one that a user brings, of which nothing is proven in any model
    nothing = {"curvature": np.nan, "proven_low": -np.inf, "proven_high": np.inf}
    unbounded = rows.assign(**{name: rows[name].where(~outside, value) for name, value in nothing.items()})
    assert free_lines(free, unbounded) == []


def test_an_interval_that_does_not_hold_is_said_first_and_loudly(run: Run, rows: pd.DataFrame) -> None:
    one, two = (rows.assign(proven_low=rows["proven_low"].where(rows.index >= k, rows["actual"] + 1)) for k in (1, 2))
    assert interval_line(one).startswith("WRONG: 1 of 170 actual effect lies outside its proven interval, by more than")
    assert interval_line(two).startswith("WRONG: 2 of 170 actual effects lie outside their proven interval")
    assert "Every actual effect lies inside" not in interval_line(two)
    assert theory_lines(run, two)[0] == interval_line(two)
    assert "WRONG" not in " ".join(theory_lines(run, rows))


def test_propositions_say_who_violates_them_and_how_loose_they_are(rows: pd.DataFrame) -> None:
    first, second = bound_lines(rows)
    told = []
    for of in (held(rows, bound) for bound in BOUNDS):
        above = " with an error above rounding" if of.compared < 170 else ""
        told.append(f"none of {of.compared} effects{above} ({number(of.median, 2)})")
    assert first == f"Violations of Proposition 1 (median bound ÷ error): as printed {told[0]}; repaired {told[1]}."
    assert "with an error above rounding" in second  # the rest of a linear f is rounding
    assert "with an error above rounding" not in first
    assert second == f"Violations of Proposition 2 (median bound ÷ error): as printed {told[2]}; repaired {told[3]}."
    wrong = rows.assign(newton_error_bound_paper=rows["newton_error"].abs() * np.where(rows["group"] < 2, 0.5, 2.0))
    begins = "Violations of Proposition 1 (median bound ÷ error): as printed 10 of "
    assert bound_lines(wrong)[0].startswith(begins)
    every = rows[rows["evaluation"] != "test_prediction"]
    assert "repaired none of 102 effects (" in bound_lines(every)[1]


def test_propositions_without_values_or_errors_above_rounding_are_not_told(rows: pd.DataFrame) -> None:
    repaired = bound_lines(rows.assign(newton_error_bound_paper=np.nan))[0]
    assert repaired.startswith("Violations of Proposition 1 (median bound ÷ error): repaired none of ")
    assert "as printed" not in repaired
    assert len(bound_lines(rows.assign(rest_bound=np.nan, rest_bound_paper=np.nan))) == 1
    linear = rows[rows["evaluation"] == "test_prediction"]
    assert [line.partition(" (")[0] for line in bound_lines(linear)] == ["Violations of Proposition 1"]
    assert not any(line[0].text.startswith("Proposition 2") for line in bound_rows(linear))
    assert any(line[0].text.startswith("Proposition 2") for line in bound_rows(rows))


def test_cones_say_what_they_allow_and_what_is_found(rows: pd.DataFrame) -> None:
    own = rows[rows["evaluation"] == "self_loss"]
    [line] = cone_lines(rows)
    found = ((own["influence"] + own["linear"] + own["curvature"]) / own["influence"]).median()
    inside = int(own["actual"].between(own["influence"], own["cone_group"] * own["influence"]).sum())
    assert line == (
        f"Proposition 3: to second order, Newton ÷ influence on self-loss is {found:.2f} in the median; the group's "
        f"own cone allows up to {own['cone_group'].median():.2f} in the median, that of the paper "
        f"{own['cone_paper'].median():.1f}. No group is outside. The actual effects of {inside} of 34 groups lie in "
        "the group's own cone too."
    )
    assert 0 < inside < 34
    assert "influence 0" not in line
    for count, words in ((1, "1 more group has influence 0."), (3, "3 more groups have influence 0.")):
        [left] = cone_lines(rows.assign(influence=rows["influence"].where(rows["group"] >= count, 0.0)))
        assert left.endswith(words)
        assert f" of {34 - count} groups lie" in left


def test_cones_that_do_not_hold_or_are_not_there_are_said(rows: pd.DataFrame) -> None:
    [narrow] = cone_lines(rows.assign(cone_group=1.0 + 1e-9))
    assert "VIOLATED: 34 second-order values outside a cone." in narrow
    assert "No group is outside" not in narrow
    [own] = cone_lines(rows.assign(cone_paper=np.nan))
    assert "No group is outside its own." in own
    assert "of the paper" not in own
    [wide] = cone_lines(rows.assign(cone_group=100.0))
    assert "The actual effects of all 34 groups lie in" in wide
    assert cone_lines(rows.assign(cone_group=np.nan)) == []
    assert cone_lines(rows[rows["evaluation"] != "self_loss"]) == []


def test_copies_have_the_factor_or_differ_from_it(rows: pd.DataFrame) -> None:
    groups = rows.drop_duplicates("group")["copies_factor"].notna().sum()
    begins = f"Proposition 4: in {groups} groups of one row or its copies Newton ÷ influence "
    assert copies_lines(rows) == [f"{begins}is the factor predicted."]
    off = rows.assign(copies_factor=rows["copies_factor"] * np.where(rows["group"] == rows["group"].max(), 1.0, 1.25))
    assert copies_lines(off) == [f"{begins}differs from the factor predicted, by up to 0.2 of it."]
    assert copies_lines(rows.assign(copies_factor=np.nan)) == []
    assert copies_lines(rows.assign(copies_factor=1.0, newton_over_influence=1.0)) == []


def kinds(spreads: list[float], swapped: list[int]) -> pd.DataFrame:
    """Kinds of twelve groups each, whose ratios spread so far, and so many of which influence ranks the wrong way."""
    parts = []
    for i, (spread, wrong) in enumerate(zip(spreads, swapped, strict=True)):
        actual = np.arange(12.0)
        actual[:wrong] = actual[:wrong][::-1]
        part = pd.DataFrame({"influence": np.arange(12.0), "actual": actual, "kind": f"kind {i}"})
        factor = 2.0 + 2.0 * spread * np.where(np.arange(12) % 2, 1.0, -1.0)
        part = part.assign(newton_over_influence=factor, d_norm=0.1, angle=1.0, group=np.arange(12) + 12 * i)
        parts += [part.assign(evaluation=name, test_point=-1) for name in ("test_loss", "self_loss")]
    return pd.concat(parts, ignore_index=True)


SPREADS = [0.3, 0.1, 0.2, 0.4, 0.05]
BEGINS = "Newton ÷ influence is most alike in kind 4 (0.05) and least in kind 3 (0.4): standard deviation ÷ mean. "


def test_whether_alikeness_goes_with_ranks_is_told_of_each_evaluation() -> None:
    better = kinds(SPREADS, [8, 4, 6, 10, 2])
    told = "On test loss and self-loss influence ranks kinds the {} the more alike their groups are (Spearman's ρ of "
    assert alike_lines(better) == [BEGINS + told.format("better") + "that and 1 − ρ over 5 kinds: 1.000 and 1.000)."]
    worse = kinds(SPREADS, [4, 8, 6, 2, 10])
    assert alike_lines(worse) == [BEGINS + told.format("worse") + "that and 1 − ρ over 5 kinds: −1.000 and −1.000)."]
    mixed = kinds(SPREADS, [10, 4, 6, 8, 2])
    assert alike_lines(mixed) == [
        f"{BEGINS}On test loss and self-loss it is not told from chance whether influence ranks kinds the better the "
        "more alike their groups are (Spearman's ρ of that and 1 − ρ over 5 kinds: 0.900 and 0.900)."
    ]
    apart = pd.concat([better[better["evaluation"] == "test_loss"], worse[worse["evaluation"] == "self_loss"]])
    [line] = alike_lines(apart)
    assert "On test loss influence ranks kinds the better the more" in line
    assert "On self-loss influence ranks kinds the worse the more" in line


def test_of_ten_kinds_and_more_an_interval_tells() -> None:
    spreads, swapped = np.linspace(0.1, 0.5, 11).tolist(), list(range(2, 13))
    assert "better the more alike their groups are (Spearman's ρ of that and 1 − ρ over 11 kinds: 1.000" in alike_lines(
        kinds(spreads, swapped)
    )[0].replace("  ", " ")
    order = [5, 2, 9, 4, 12, 3, 8, 11, 6, 10, 7]
    assert "it is not told from chance" in alike_lines(kinds(spreads, order))[0]


@pytest.mark.parametrize("count", [4, 5, 6, 7])
def test_chance_reaches_the_critical_value_in_one_of_twenty_orders_and_less_more_often(count: int) -> None:
    places = np.arange(count)
    orders = np.array(list(itertools.permutations(places)))
    every = np.abs(1 - 6 * ((orders - places) ** 2).sum(axis=1) / (count * (count**2 - 1)))
    reached = np.mean(every >= CRITICAL.get(count, np.inf))
    assert reached <= 0.05
    below = every[every < CRITICAL.get(count, np.inf)].max()
    assert np.mean(every >= below - 1e-9) > 0.05


def test_kinds_that_are_few_small_or_equally_alike_are_not_compared(rows: pd.DataFrame) -> None:
    agree = kinds(SPREADS, [8, 4, 6, 10, 2])
    assert alike_lines(agree[agree["kind"].isin(["kind 1", "kind 2"])]) == []
    assert len(alike_lines(agree[agree["kind"].isin(["kind 1", "kind 2", "kind 3"])])) == 1
    assert alike_lines(agree[agree["group"] % 12 > 2]) == []
    assert alike_lines(kinds([0.3, 0.1, 0.1], [3, 2, 1])) == []  # two share the least
    assert alike_lines(kinds([0.3, 0.3, 0.1], [3, 2, 1])) == []
    assert alike_lines(agree.assign(newton_over_influence=1.0)) == []
    assert alike_lines(rows) != []


def test_the_page_has_a_section_where_a_run_has_theory_and_not_among_several_runs(run: Run) -> None:
    page = page_html([run], "study", plotly=False)
    section = html.unescape(page.split('<section id="theory"')[1].split("</section>")[0])
    assert QUESTION in section
    for line in theory_lines(run, rows_of(run)):
        assert line in section
    assert section.index("<img") < section.index(theory_lines(run, rows_of(run))[0]) < section.index("<table")
    assert 'id="theory"' not in page_html([replace(run, theory=None, spectra=None)], "study", plotly=False)
    other = replace(run, manifest=replace(run.manifest, name="other"))
    assert 'id="theory"' not in page_html([run, other], "study", plotly=False)


def test_the_section_says_what_its_picture_leaves_out(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def section(of: Run) -> str:
        return page_html([of], "study", plotly=False).split('<section id="theory"')[1].split("</section>")[0]

    assert "At most" not in section(run)
    assert "Bars that reach too far stop at the edge." in section(run)
    assert "left out" not in section(run)
    assert "Drawn is the first test point that has intervals." in section(run)
    assert "Drawn are the first" not in section(run)
    for module in ("groupinf.reporting.html.sections.theory", "groupinf.reporting.drawing.proven_intervals"):
        monkeypatch.setattr(f"{module}.MOST_BARS", 33)
    assert "At most 33 groups are drawn, chosen at even distances along x." in section(run)
    monkeypatch.setattr(proven_intervals, "MOST_PANELS", 2)
    assert "Drawn are the first 2 evaluations." in section(run)
    assert run.theory is not None
    one = replace(run, theory=run.theory[run.theory["evaluation"] == "self_loss"])
    assert "Drawn is the first test point" not in section(one)
    open_ended = section(changed(run, proven_high=np.inf))
    assert "Bars that reach too far or, paler, have no end stop at the edge." in open_ended
    assert "<img" in open_ended
    assert "<img" not in section(changed(run, proven_low=-np.inf, proven_high=np.inf))
    first = run.theory["group"] == 0
    some = changed(
        run,
        **{
            name: run.theory[name].where(~first, end)
            for name, end in (("proven_low", -np.inf), ("proven_high", np.inf))
        },
    )
    assert "Groups of which neither end is known are left out." in section(some)
    assert "reach too far stop" in section(some)


def test_a_violation_is_on_the_page_in_the_terminal_and_in_the_report(run: Run) -> None:
    wrong = changed(run, proven_low=1e9)
    for text in (page_html([wrong], "study", plotly=False), report_markdown(wrong), spearman_text(wrong, 400)):
        assert "WRONG: 170 of 170 actual effects lie outside their proven interval" in text
    for text in (page_html([run], "study", plotly=False), report_markdown(run), spearman_text(run, 400)):
        assert "WRONG" not in text
        assert "Proven without retraining: finite intervals for all 170 effects" in text
    bare = replace(run, theory=None, spectra=None)
    for text in (page_html([bare], "study", plotly=False), report_markdown(bare), spearman_text(bare, 400)):
        assert "without retraining" not in text


def test_tables_have_every_number_of_each_measure(run: Run, rows: pd.DataFrame) -> None:
    table = measures_frame(rows)
    measures = rows[["evaluation", "test_point"]].drop_duplicates()
    assert table[["evaluation", "test_point"]].to_numpy().tolist() == measures.to_numpy().tolist()
    row = table.iloc[2]
    own = rows[(rows["evaluation"] == row["evaluation"]) & (rows["test_point"] == row["test_point"])]
    assert (row["count"], row["finite"], row["outside"]) == (34, 34, 0)
    assert row["width"] == pytest.approx((own["proven_high"] - own["proven_low"]).median())
    of = held(own, BOUNDS[1])
    assert (row["proposition_1_count"], row["proposition_1_violations"]) == (34, 0)
    assert row["proposition_1_median"] == of.median
    assert theory_files(replace(run, theory=None)) == {}


def test_the_table_of_groups_has_the_proven_ends_of_every_measure(run: Run, rows: pd.DataFrame) -> None:
    table = groups_frame(run).set_index("group")
    point = run.manifest.test_points[0]
    for evaluation, at, column in (("self_loss", -1, "self_loss"), ("test_loss", point, f"test_loss[{point}]")):
        own = rows[(rows["evaluation"] == evaluation) & (rows["test_point"] == at)].set_index("group")
        for end in ("proven_low", "proven_high"):
            assert table[f"{column}.actual.{end}"].tolist() == own[end].tolist()
        assert table["theory.mu"].tolist() == own["mu"].tolist()
        assert table["theory.angle"].tolist() == own["angle"].tolist()
    bare = groups_frame(replace(run, theory=None))
    assert not any("proven" in name or name.startswith("theory") for name in bare)
    assert list(bare) == [name for name in groups_frame(run) if "proven" not in name and not name.startswith("theory")]


def test_every_column_of_the_tables_is_described(rows: pd.DataFrame) -> None:
    results = (Path(__file__).parents[2] / "results" / "README.md").read_text(encoding="utf-8")
    described = results.split("### Tables of the theory")[1].split("\n## ")[0]
    for column in measures_frame(rows).columns:
        bound, _, number_of = column.rpartition("_")
        assert f"`{column}`" in described or (f"`{bound}`" in described and f"_{number_of}`" in described), column
    for column in kinds_table(rows).columns:
        name, _, end = column.rpartition("_")
        assert f"`{column}`" in described or (f"`{name}_low`" in described and f"`_{end}`" in described), column


def test_reports_of_runs_with_theory_link_its_tables(run: Run, tmp_path: Path) -> None:
    kept = replace(run, path=tmp_path)
    report = write_report(kept).read_text(encoding="utf-8")
    for name in ("theory.csv", "theory.md", "theory_kinds.csv"):
        assert f"(tables/{name})" in report
        assert (tmp_path / "tables" / name).is_file()
    assert f"## {QUESTION}" in report
    stored = pd.read_csv(tmp_path / "tables" / "theory.csv")
    pd.testing.assert_frame_equal(stored, measures_frame(rows_of(run)), check_dtype=False)
    text = (tmp_path / "tables" / "theory.md").read_text(encoding="utf-8")
    assert "| Self-loss | 34 | 100 % | 0 % | " in text
    assert "| Proposition 1, repaired | Test loss | 68 | 0 |" in text
    assert "| Proposition 2, repaired | Test prediction |" not in text
    assert "| Self-loss | All groups | 34 |" in text
    bare = write_report(replace(kept, theory=None, path=tmp_path / "bare")).read_text(encoding="utf-8")
    assert "theory" not in bare
