"""The page of a sweep says what changes with λ, and tells itself from the pages of its runs."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from support.manifests import made_sweep_manifest
from support.page_tables import EVIL, scaled, sized, table

from groupinf.reporting.html.page import page_html
from groupinf.reporting.html.parts.against_lambda import Value, is_series, slope_axis
from groupinf.reporting.html.parts.scales import rho_scale
from groupinf.reporting.html.write import write_page
from groupinf.reporting.report import write_report
from groupinf.reporting.tables.sweep import sweep_markdown, sweep_text
from groupinf.reporting.words.choices import title_line
from groupinf.reporting.words.entries import entries_of
from groupinf.studies.group_effects.result import Run, Sweep

pytestmark = pytest.mark.usefixtures("undrawn")


@pytest.fixture
def sweep(make_run) -> list[Run]:
    return [make_run(lam_over_n=v, lam=1200 * v) for v in (1e-3, 1e-2, 1e-1)]


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
    assert "Loss summed over points plus (λ/2)‖weights‖², intercept not penalised, " in page
    assert "with λ = 1.2 (λ/n = 0.001)" in page_html(sweep[:1], "run", plotly=False)


def test_what_a_sweep_says_of_itself_stands_on_its_page_as_text(sweep, tmp_path) -> None:
    about = made_sweep_manifest(
        runs=[{"value": value, "run": ""} for value in (1e-3, 1e-2, 1e-1, 1.0)],
        failures=[{"value": 1.0, "reason": f"group {EVIL} did not converge"}],
    )
    runs = tuple(replace(run, path=tmp_path / str(i)) for i, run in enumerate(sweep))
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
    run = replace(sweep[0], path=tmp_path)
    whole = Sweep(tmp_path, (run,), made_sweep_manifest())
    (tmp_path / "timings.json").write_bytes(b'{"seconds": {"prepare": 1, "compute": 2.5}}')
    assert "3.5 s" in sweep_text(whole, 100)
    (tmp_path / "timings.json").write_bytes(content)
    assert "3.5 s" not in sweep_text(whole, 100)


def test_intervals_are_explained_only_where_they_are_shown(sweep, make_run) -> None:
    assert "percentile bootstrap" in page_html(sweep[:1], "run", plotly=False)
    compared = page_html([*sweep, make_run(name="other")], "compared", plotly=False)
    assert "percentile bootstrap" not in compared
    assert "numbers are those of the lowest and of the highest test point" in compared


def test_the_line_of_a_scale_of_rho_is_always_at_one(sweep, make_run) -> None:
    for least in (-0.4, 0.0, 0.3, 0.97):
        assert rho_scale([least, 1.0]).reference == 1.0
    assert "; the line is at 1" in page_html([*sweep, make_run(name="other")], "compared", plotly=False)


PANEL = r'<svg viewBox="0 0 340 250".*?</svg></figure>'


def panels(page: str) -> dict[str, str]:
    """The panels against λ by what they are said to draw, those of test losses first."""
    found = re.findall(r'aria-label="([^"]*?) against λ/n\. [^"]*"[^>]*>(.*?)</svg></figure>', page)
    return dict(reversed(found))


def lines_of(panel: str) -> list[list[tuple[float, float]]]:
    """The places of each line's marks."""
    found = [re.findall(r"([\d.]+),([\d.]+)", points) for points in re.findall(r'points="([^"]+)"', panel)]
    return [[(float(x), float(y)) for x, y in line] for line in found]


def test_statistics_are_drawn_against_lambda_where_the_runs_are_one_study(sweep, make_run) -> None:
    page = page_html(sweep, "sweep", plotly=False)
    assert len(re.findall(PANEL, page)) == 2 * 3 + 1  # of each evaluation ρ, slope and share; once the accuracy
    drawn = panels(page)
    assert drawn.keys() == {"ρ", "Slope (actual ÷ predicted)", "Share too small", "Accuracy"}
    for panel in drawn.values():
        lines = lines_of(panel)
        assert [len(line) for line in lines] == [3, 3]
        (x0, y0), (x1, y1), (x2, y2) = lines[0]
        assert x1 - x0 == pytest.approx(x2 - x1, abs=0.2)  # powers of ten stand equally far apart
        assert y0 == y1 == y2
        assert "10⁻²" in panel
    assert "Influence at λ/n = 0.01: ρ 1.000" in drawn["ρ"]
    assert "Newton at λ/n = 0.1: Slope (actual ÷ predicted) 1.00" in drawn["Slope (actual ÷ predicted)"]
    assert "Influence at λ/n = 0.001: Share too small 100 %" in drawn["Share too small"]
    assert not any(f'<section id="{name}"' in page for name in ("rank", "slope"))  # nothing is said twice
    entries = entries_of([*sweep, make_run(dataset="other", lam_over_n=1.0)])
    assert not is_series(entries)
    assert not is_series(entries[:1])
    assert not is_series([entries[0], entries[0]])
    compared = page_html([sweep[0], make_run(name="b", lam_over_n=1.0)], "b", plotly=False)
    assert 'viewBox="0 0 340 250"' not in compared
    assert '<section id="rank"' in compared


def test_ranks_that_fall_are_drawn_lower(make_run) -> None:
    kinds = ["random"] * 40
    runs = [make_run(kinds, lam_over_n=1e-2), sized(make_run(kinds, lam_over_n=1e-3), [10] * 40)]
    influence, _ = lines_of(panels(page_html(runs, "sweep", plotly=False))["ρ"])
    (_, low), (_, high) = influence
    assert low > high  # downwards on the page; the smaller λ/n stands at the left


def test_slopes_above_one_stand_above_the_line_by_their_logarithms(make_run) -> None:
    fractions = {1e-3: 0.25, 1e-2: 0.5, 1e-1: 2.0}
    runs = [scaled(make_run(lam_over_n=v), {"test_loss": f, "self_loss": f}) for v, f in fractions.items()]
    panel = panels(page_html(runs, "sweep", plotly=False))["Slope (actual ÷ predicted)"]
    influence, newton = lines_of(panel)
    line = float(re.findall(r'class="reference" x1="[^"]+" x2="[^"]+" y1="([^"]+)"', panel)[0])
    above = [line - y for _, y in influence]
    assert above[0] == pytest.approx(2 * above[1], abs=0.3)  # slopes of 4 and of 2
    assert above[2] == pytest.approx(-above[1], abs=0.3)  # a slope of ½
    assert all(y == pytest.approx(line, abs=0.06) for _, y in newton)


def test_one_test_point_far_from_the_others_does_not_flatten_the_slopes() -> None:
    values = [Value(1e-3, 1.5, 1.2, 4e4), Value(1e-2, 2.5, 1e-5, 2.6), Value(1e-1, -3.0, -4.0, -2.0)]
    axis = slope_axis(values)
    assert 2.5 < axis.scale.high < 10
    assert 0.1 < axis.scale.low < 1
    assert axis.scale.place(-3.0) == axis.scale.place(1e-9) < axis.scale.place(axis.scale.low * 1.01)
    wide = slope_axis([Value(1e-3, 1.0, 1.0, 1.0), Value(1e-2, 1e4, 1e4, 1e4)])
    assert wide.scale.high >= 1e4
    assert [label for _, label in wide.labels][-2:] == ["1,000", "10,000"]


def test_accuracies_are_those_of_the_manifests_and_of_regression_the_losses(make_run) -> None:
    shares = {1e-3: (0.99, 0.8), 1e-2: (0.95, 0.9)}
    runs = [make_run(lam_over_n=v, train_accuracy=a, test_accuracy=b) for v, (a, b) in shares.items()]
    panel = panels(page_html(runs, "sweep", plotly=False))["Accuracy"]
    train, test = lines_of(panel)
    assert train[0][1] < train[1][1] < test[1][1] < test[0][1]  # downwards on the page
    assert "training rows at λ/n = 0.001: Accuracy 99.0 %" in panel
    assert "test rows at λ/n = 0.01: Accuracy 90.0 %" in panel
    losses = [
        make_run(lam_over_n=v, classes=(), task="regression", train_accuracy=None, test_accuracy=None, test_loss=v)
        for v in shares
    ]
    drawn = panels(page_html(losses, "sweep", plotly=False))
    assert "test rows at λ/n = 0.01: Mean loss 0.01" in drawn["Mean loss"]
    assert "Accuracy" not in drawn


def title(page: str) -> str:
    """The title of the page, which its first heading repeats."""
    found = re.findall(r"<(title|h1)>([^<]+)</", re.sub(r"<(svg|script).*?</\1>", "", page, flags=re.DOTALL))
    assert [tag for tag, _ in found] == ["title", "h1"]
    assert found[0][1] == found[1][1]
    return found[0][1]


def test_titles_tell_evaluations_and_sweeps_from_runs(make_run, sweep, tmp_path) -> None:
    runs = tuple(replace(run, path=tmp_path / str(i)) for i, run in enumerate(sweep))
    whole = Sweep(tmp_path, runs, made_sweep_manifest())
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
    other = replace(run, manifest=replace(run.manifest, name="other"))
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
