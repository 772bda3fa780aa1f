"""The page says in words and numbers what breaks a prediction, and of a sweep what changes with λ."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from groupinf.analysis.agreement import agreement_table
from groupinf.experiments.result import Run
from groupinf.experiments.sweep_result import Sweep
from groupinf.reporting.choices import title_line
from groupinf.reporting.html.against_lambda import is_series
from groupinf.reporting.html.answers import ranking_answer, underestimation_answer
from groupinf.reporting.html.entries import entries_of
from groupinf.reporting.html.page import page_html
from groupinf.reporting.html.scales import rho_scale
from groupinf.reporting.html.worst import worst_line
from groupinf.reporting.html.write import write_page
from groupinf.reporting.report import write_report
from groupinf.reporting.sweep_table import sweep_markdown, sweep_text

EVIL = "<script>alert(1)</script>"


class Tables(HTMLParser):
    """Captions, with the texts of each table's cells by row."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: dict[str, list[list[str]]] = {}
        self.inside, self.caption, self.drawn = "", "", 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.drawn += tag == "svg"
        if tag == "caption":
            self.inside, self.caption = tag, ""
        elif tag == "tr":
            self.rows[self.caption].append([])
        elif tag in ("th", "td"):
            self.inside = tag
            self.rows[self.caption][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self.drawn -= tag == "svg"
        if tag == "caption":
            self.rows[self.caption] = []
        if tag in ("caption", "th", "td"):
            self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.drawn:
            return
        if self.inside == "caption":
            self.caption += data
        elif self.inside:
            self.rows[self.caption][-1][-1] += data


def table(page: str, beginning: str) -> list[list[str]]:
    found = [rows for caption, rows in Tables(page).rows.items() if caption.startswith(beginning)]
    assert len(found) == 1
    return [[cell.strip() for cell in row] for row in found[0]]


def sized(run: Run, sizes: list[int]) -> Run:
    """The run with groups of these sizes, the predictions of the second half of them in random order."""
    effects = run.effects.assign(size=run.effects["group"].map(dict(enumerate(sizes))))
    predicted = (effects["method"] == "influence") & (effects["group"] >= len(sizes) // 2)
    noise = np.random.default_rng(5).normal(size=len(effects))
    effects.loc[predicted, "effect"] = noise[predicted]
    return replace(run, effects=effects, spearman=agreement_table(effects, seed=0).table)


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
    for identifier in ("slope", "break"):
        section = page.split(f'<section id="{identifier}"')[1].split("</section>")[0]
        assert "Right of the line (slope above 1) actual effects are larger than predicted" in section
        assert "The scale is logarithmic" in section


def test_test_points_say_how_they_were_chosen(make_run) -> None:
    run = replace(make_run(test_points=[7, 3]), config={"test_points": {"random": 1, "highest_loss": 1}})
    page = page_html([run], "study", plotly=False)
    assert "7 drawn at random; 3 of highest loss" in page
    assert [row[0] for row in Tables(page).rows["Test loss, all groups"][-2:]] == ["7, random", "3, highest loss"]


@pytest.fixture
def sweep(make_run) -> list[Run]:
    convention = "Loss plus (λ/2)‖weights‖² with λ = {} (λ/n = {}), intercept not penalised."
    return [make_run(lam_over_n=v, lam=1200 * v, convention=convention.format(1200 * v, v)) for v in (1e-3, 1e-2, 1e-1)]


def test_the_page_of_a_sweep_begins_with_a_row_for_each_lambda_and_evaluation(sweep) -> None:
    rows = table(page_html(sweep, "sweep", plotly=False), "In short: all groups")
    assert [row[:2] for row in rows[1:]] == [
        [evaluation, f"λ/n = {value}"]
        for evaluation in ("Test loss", "Self-loss")
        for value in ("0.001", "0.01", "0.1")
    ]
    assert rows[0][2:5] == ["Influence: ρ", "Influence: slope", "Influence: under"]
    assert rows[1][2:] == ["1.000", "2.00", "100 %", "1.000", "1.00", "0 %"]


def test_a_convention_that_runs_share_but_for_lambda_is_stated_once(sweep) -> None:
    page = page_html(sweep, "sweep", plotly=False)
    assert page.count("intercept not penalised") == 1
    assert "Loss plus (λ/2)‖weights‖², intercept not penalised." in page
    assert "with λ = 1.2 (λ/n = 0.001)" in page_html(sweep[:1], "run", plotly=False)


def test_what_a_sweep_says_of_itself_stands_on_its_page_as_text(sweep, tmp_path) -> None:
    about = {
        "name": "sweep",
        "convention": "The same groups at every λ/n.",
        "dataset": "toy",
        "n": 1200,
        "d": 7,
        "task": "classification",
        "lam_over_n": [1e-3, 1e-2, 1e-1, 1.0],
        "failures": [{"lam_over_n": 1.0, "reason": f"group {EVIL} did not converge"}],
    }
    runs = tuple(
        replace(run, path=tmp_path / str(i), manifest={**run.manifest, "test_loss": 0.1}) for i, run in enumerate(sweep)
    )
    whole = Sweep(tmp_path, runs, about)
    text = " ".join(sweep_text(whole, 100).split())
    assert "λ/n = 1 has no result: " in text
    assert text.count("intercept not penalised") == 1
    write_page(runs, "sweep", tmp_path / "page.html", lambda run, method: b"", notes=["The same groups at every λ/n."])
    notes = (f"λ/n = 1 has no result: {EVIL}", "The same groups")
    page = page_html(runs, "sweep", plotly=False, notes=notes)
    assert "The same groups at every λ/n." in (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<p>λ/n = 1 has no result: &lt;script&gt;" in page
    assert "<script>alert" not in page


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"seconds": 3}'])
def test_times_that_cannot_be_read_are_left_undefined(sweep, tmp_path, content) -> None:
    about = {"name": "s", "convention": "", "dataset": "toy", "n": 12, "d": 7, "task": "classification"}
    run = replace(sweep[0], path=tmp_path, manifest={**sweep[0].manifest, "test_loss": 0.1})
    whole = Sweep(tmp_path, (run,), {**about, "lam_over_n": [1e-3], "failures": []})
    (tmp_path / "timings.json").write_bytes(b'{"seconds": {"prepare": 1, "compute": 2.5}}')
    assert "3.5 s" in sweep_text(whole, 100)
    (tmp_path / "timings.json").write_bytes(content)
    assert "3.5 s" not in sweep_text(whole, 100)


def test_intervals_are_explained_only_where_they_are_shown(sweep) -> None:
    assert "percentile bootstrap" in page_html(sweep[:1], "run", plotly=False)
    compared = page_html(sweep, "sweep", plotly=False)
    assert "percentile bootstrap" not in compared
    assert "numbers are those of the lowest and of the highest test point" in compared


def test_the_line_of_a_scale_of_rho_is_always_at_one(sweep) -> None:
    for least in (-0.4, 0.0, 0.3, 0.97):
        assert rho_scale([least, 1.0]).reference == 1.0
    assert "; the line is at 1" in page_html(sweep, "sweep", plotly=False)


def test_rho_is_drawn_against_lambda_where_the_runs_are_one_study(sweep, make_run) -> None:
    page = page_html(sweep, "sweep", plotly=False)
    panels = re.findall(r'<svg viewBox="0 0 340 250".*?</svg></figure>', page)
    assert len(panels) == 2
    for panel in panels:
        lines = [re.findall(r"([\d.]+),([\d.]+)", points) for points in re.findall(r'points="([^"]+)"', panel)]
        assert [len(line) for line in lines] == [3, 3]
        (x0, y0), (x1, y1), (x2, y2) = [(float(x), float(y)) for x, y in lines[0]]
        assert x1 - x0 == pytest.approx(x2 - x1, abs=0.2)  # powers of ten stand equally far apart
        assert y0 == y1 == y2
        assert "Influence at λ/n = 0.01: median ρ 1.000" in panel
        assert "10⁻²" in panel
    entries = entries_of([*sweep, make_run(dataset="other", lam_over_n=1.0)])
    assert not is_series(entries)
    assert not is_series(entries[:1])
    assert not is_series([entries[0], entries[0]])
    assert 'viewBox="0 0 340 250"' not in page_html([sweep[0], make_run(name="b", lam_over_n=1.0)], "b", plotly=False)


def test_ranks_that_fall_are_drawn_lower(make_run) -> None:
    kinds = ["random"] * 40
    runs = [make_run(kinds, lam_over_n=1e-2), sized(make_run(kinds, lam_over_n=1e-3), [10] * 40)]
    page = page_html(runs, "sweep", plotly=False)
    [points] = re.findall(r'points="([^"]+)"', page)[:1]
    (_, low), (_, high) = [map(float, place.split(",")) for place in points.split()]
    assert low > high  # downwards on the page; the smaller λ/n stands at the left


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
            "Hardly: influence is too small for 0 % of the groups; actual effects are 1.00 times as large by slope.",
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


def test_a_sentence_says_how_well_the_groups_are_ranked(make_run) -> None:
    run = make_run(["random"] * 40)
    good = (
        "Influence ranks the groups almost perfectly on test loss: ρ 1.000 over 2 test points; "
        "almost perfectly on self-loss: ρ 1.000 [1.000, 1.000]."
    )
    assert ranking_answer(entries_of([run])) == good
    assert f"<p><strong>{good}" in page_html([run], "study", plotly=False)
    reverse = ranking_answer(entries_of([scaled(run, {"test_loss": -1.0, "self_loss": 1.0})]))
    assert "in reverse on test loss: ρ −1.000 over 2 test points" in reverse
    runs = [run, sized(make_run(["random"] * 40, lam_over_n=0.5), [10] * 40)]
    both = ranking_answer(entries_of(runs))
    assert re.search(
        r"at worst, on test loss: ρ \S+ to 1\.000 over 2 test points in 2 runs, lowest at λ/n = 0\.5", both
    )


@pytest.mark.parametrize("groups", [1, 40])
def test_where_effects_do_not_differ_a_sentence_says_why_there_is_no_rho(make_run, groups) -> None:
    run = make_run(["random"] * groups)
    effects = run.effects.assign(effect=1.0)
    run = replace(run, effects=effects, spearman=agreement_table(effects, seed=0).table)
    words = ranking_answer(entries_of([run]))
    assert words == "There is no ρ on test loss and self-loss: it needs two groups or more, with effects that differ."


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


def test_the_interval_of_the_worst_kind_is_that_of_every_number(broken) -> None:
    rows = broken.spearman[(broken.spearman["evaluation"] == "self_loss")]
    run = replace(broken, spearman=rows, effects=broken.effects[broken.effects["evaluation"] == "self_loss"])
    line = worst_line(entries_of([run]))
    row = rows[(rows["kind"] == EVIL) & (rows["method"] == "influence")].iloc[0]
    ends = f"[{row['spearman_low']:.3f}, {row['spearman_high']:.3f}]".replace("-", "−")
    assert f"on self-loss, with ρ = {row['spearman']:.3f} {ends} over 16 groups".replace("-0", "−0") in line
    assert ends in page_html([run], "study", plotly=False).split('<section id="numbers"')[1]


def title(page: str) -> str:
    """The title of the page, which its first heading repeats."""
    found = re.findall(r"<(title|h1)>([^<]+)</", re.sub(r"<(svg|script).*?</\1>", "", page, flags=re.DOTALL))
    assert [tag for tag, _ in found] == ["title", "h1"]
    assert found[0][1] == found[1][1]
    return found[0][1]


def test_titles_tell_evaluations_and_sweeps_from_runs(make_run, sweep, tmp_path) -> None:
    about = {"name": "study", "convention": "", "dataset": "toy", "n": 12, "d": 7, "task": "classification"}
    runs = tuple(
        replace(run, path=tmp_path / str(i), manifest={**run.manifest, "test_loss": 0.1}) for i, run in enumerate(sweep)
    )
    whole = Sweep(tmp_path, runs, {**about, "lam_over_n": [1e-3, 1e-2, 1e-1], "failures": []})
    assert sweep_markdown(whole).startswith("# study over λ/n\n")
    of = {"run": "study-1", "identity": "abc"}
    here, there = tmp_path / "here", tmp_path / "there"
    write_report(replace(make_run(evaluated=of, test_points=[7, 3]), path=here))
    write_report(replace(make_run(test_points=[7, 3]), path=there))
    assert title((here / "report.html").read_text(encoding="utf-8")) == (
        "study, test loss of test points 7 and 3, self-loss"
    )
    assert title((there / "report.html").read_text(encoding="utf-8")) == "study"
    own = make_run(measures=[("self_loss", -1)], evaluated=of)
    assert title_line(own) == "study, self-loss"
    summed = make_run(measures=[("test_loss", -1)], evaluated=of)
    assert title_line(summed) == "study, test loss of the sum over all test points"


def test_single_measures_have_their_interval_in_every_table_of_answers(make_run, sweep) -> None:
    run = sized(make_run(["random"] * 40), [10] * 40)
    other = replace(run, manifest={**run.manifest, "lam_over_n": 0.5})
    row = run.spearman.query("evaluation == 'self_loss' and kind == 'all' and method == 'influence'").iloc[0]
    ends = f"[{row['spearman_low']:.3f}, {row['spearman_high']:.3f}]".replace("-", "−")
    rho = f"{row['spearman']:.3f} {ends}"
    one = table(page_html([run], "study", plotly=False), "In short")
    assert [cells[2] for cells in one if cells[:2] == ["Self-loss", "Influence"]] == [rho]
    assert all("[" not in cells[2] for cells in one if cells[0] == "Test loss")
    page = page_html([run, other], "study", plotly=False)
    assert [cells[2] for cells in table(page, "In short") if cells[0] == "Self-loss"] == [rho] * 2
    rank = page.split('<section id="rank"')[1].split("</section>")[0]
    assert [cells[2] for cells in table(rank, "Self-loss, all groups")[1:]] == [rho] * 2
    assert "of a single one with its 95 % interval" in page


def test_one_test_point_is_not_called_several(make_run) -> None:
    words = "from the lowest to the highest test point"
    one = make_run(measures=[("test_loss", 7), ("self_loss", -1)])
    assert words not in page_html([one], "study", plotly=False)
    assert words in page_html([make_run()], "study", plotly=False)


def test_what_is_undefined_has_no_drawing(make_run) -> None:
    run = make_run(["random"])
    page = page_html([run], "study", plotly=False)
    rank = page.split('<section id="rank"')[1].split("</section>")[0]
    assert "There is no ρ on test loss and self-loss" in rank
    assert "<table>" not in rank
    assert "Spearman&#x27;s ρ by kind of group" not in page
    assert "Slope by kind of group" in page
    both = page_html([run, make_run(["random"], lam_over_n=0.5)], "study", plotly=False)
    assert 'viewBox="0 0 340 250"' not in both
