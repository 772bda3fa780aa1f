"""Figures of the theory show what its tables say, say what they leave out, and are refused to runs without it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import matplotlib
import matplotlib.text
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from support.theory_frames import small_theory_run

from groupinf.analysis.breakdown import size_bands
from groupinf.analysis.explained_rho import explanation_of_rho, kinds_table
from groupinf.analysis.theory import BOUNDS, beside_actual, held
from groupinf.cli.main import main
from groupinf.errors import DataError
from groupinf.reporting.drawing.figures import FILE_FORMATS, figure_bytes
from groupinf.reporting.figures import FIGURES
from groupinf.reporting.sources import Source
from groupinf.reporting.theory.bounds import VIOLATED
from groupinf.reporting.theory.cones import MOST_WHISKERS, PAPER_LINE
from groupinf.reporting.words.style import kind_styles
from groupinf.studies.group_effects.manifest import Evaluated
from groupinf.studies.group_effects.result import Run

NAMES = ("cones", "bounds", "spectrum", "spread")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return small_theory_run(tmp_path_factory.mktemp("none"))


@pytest.fixture(scope="module")
def free(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return small_theory_run(tmp_path_factory.mktemp("free"), intercept="free")


def figure(name: str, *runs: Run) -> Figure:
    return FIGURES[name].draw([Source(run.path, (run,), False) for run in runs])


def said(figure: Figure) -> str:
    texts = [text.get_text() for text in figure.findobj(matplotlib.text.Text)]
    return " ".join(" ".join(texts).split())


def rows_of(run: Run, evaluation: str | None = None) -> pd.DataFrame:
    assert run.theory is not None
    rows = beside_actual(run.theory, run.effects)
    return rows if evaluation is None else rows[rows["evaluation"] == evaluation]


def changed(run: Run, **columns: object) -> Run:
    assert run.theory is not None
    return replace(run, theory=run.theory.assign(**columns))


def points(ax: Axes, colour: str | None = None) -> list[list[float]]:
    of = [c for c in ax.collections if isinstance(c, PathCollection)]
    kept = [c for c in of if colour is None or (len(c.get_offsets()) and to_hex(c.get_facecolor()[0]) == colour)]
    return sorted(np.concatenate([np.asarray(c.get_offsets()) for c in kept] or [np.empty((0, 2))]).tolist())


def ends(ax: Axes) -> np.ndarray:
    [whiskers] = [c for c in ax.collections if isinstance(c, LineCollection)]
    return np.array([[*segment[0], *segment[1]] for segment in whiskers.get_segments()])


def test_cones_have_a_panel_for_each_run_with_actual_on_x_and_influence_on_y(run: Run, free: Run) -> None:
    drawn = figure("cones", run, free)
    assert len(drawn.axes) == 2
    for ax, of in zip(drawn.axes, (run, free), strict=True):
        own = rows_of(of, "self_loss")
        hidden = len(own) - len(points(ax))
        assert hidden <= 0.05 * len(own)
        assert set(map(tuple, points(ax))) <= set(own[["actual", "influence"]].itertuples(index=False, name=None))
        assert ax.get_xlabel() == "Actual effect (retrained)"
        assert ax.get_ylabel() == "Influence"
        assert any(list(line.get_xdata()) == list(line.get_ydata()) == list(ax.get_xlim()) for line in ax.lines)
        inside = sum(own["actual"].between(own["influence"], own["cone_group"] * own["influence"]))
        assert f"in own cone: {inside} of {len(own)} groups" in said(drawn)
        assert (f"{hidden} hidden" in said(drawn)) == (hidden > 0)
    assert [text.get_text() for text in drawn.legends[0].get_texts()] == ["Shared feature", "Random", "Copies"]


def test_whiskers_reach_from_influence_to_the_end_of_the_cone_of_the_group(run: Run) -> None:
    [ax] = figure("cones", run).axes
    own = rows_of(run, "self_loss")
    expected = {(i, round(i * s, 9)) for i, s in zip(own["influence"], own["cone_group"], strict=True)}
    found = ends(ax)
    assert len(found) == len(points(ax))
    assert (found[:, 0] == found[:, 1]).all()
    assert (found[:, 1] == found[:, 3]).all()
    assert {(low, round(high, 9)) for low, _, high, _ in found} <= expected


def test_of_many_groups_some_have_whiskers(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("groupinf.reporting.theory.cones.MOST_WHISKERS", 7)
    [ax] = figure("cones", run).axes
    found = ends(ax)
    assert 2 <= len(found) <= 7
    influences = [y for _, y in points(ax)]
    assert {min(influences), max(influences)} <= set(found[:, 0])
    assert f"at most {MOST_WHISKERS} groups of a panel" in said(figure("cones", run))


def test_the_cone_of_the_paper_is_a_line_or_a_number_or_is_not_there(run: Run, free: Run) -> None:
    def dashed(drawn: Figure) -> list[float]:
        lines = [line for line in drawn.axes[0].lines if to_hex(line.get_color()) == PAPER_LINE.lower()]
        return [line.get_xdata()[1] / line.get_ydata()[1] for line in lines]

    slope = rows_of(run)["cone_paper"].iloc[0]
    assert 10 < slope < 20
    assert dashed(figure("cones", run)) == [pytest.approx(slope)]
    assert f"paper {slope:.1f} · groups 1." in said(figure("cones", run))
    wide = figure("cones", changed(run, cone_paper=216.4))
    assert dashed(wide) == []
    assert "paper 216 · groups 1." in said(wide)
    own = rows_of(run, "self_loss")
    value = (own["influence"] + own["linear"] + own["curvature"]) / own["influence"]
    assert f" · Newton {value.median():.2f}" in said(wide)
    assert "Newton to second order" in said(wide)
    none = figure("cones", free)
    assert dashed(none) == []
    assert "Where the intercept is free, which no λ bounds, the paper has no cone." in said(none)
    assert "the paper has no cone" not in said(figure("cones", run))
    assert "Paper's cone:" not in said(none)


def test_bounds_have_a_panel_for_each_that_has_values(run: Run, free: Run) -> None:
    drawn = figure("bounds", run)
    headings = [ax.get_title() for ax in drawn.axes]
    assert headings == [
        "Proposition 1, as printed",
        "Proposition 1, repaired",
        "Proposition 2, as printed",
        "Proposition 2, repaired",
        "Proven interval",
    ]
    labels = ["|actual − Newton|"] * 2 + ["|rest of third order|"] * 2 + ["|actual − Newton|"]
    assert [ax.get_xlabel() for ax in drawn.axes] == labels
    assert "No value here" not in said(drawn)
    of_free = figure("bounds", free)
    assert [ax.get_title() for ax in of_free.axes] == ["Proven interval"]
    words = "No value here: Proposition 1, as printed, Proposition 1, repaired, Proposition 2, as printed and"
    assert words in said(of_free)


def test_bounds_are_drawn_against_errors_and_the_diagonal_is_in_sight(run: Run) -> None:
    drawn, rows = figure("bounds", run), rows_of(run)
    rounding = rows["actual_error"] + 1e-9 * (rows["newton"].abs() + rows["actual"].abs())
    resolved = rows[rows["newton_error"].abs() > rounding]
    for ax, bound in zip(drawn.axes, ("newton_error_bound_paper", "newton_error_bound"), strict=False):
        expected = np.column_stack([resolved["newton_error"].abs(), resolved[bound]])
        np.testing.assert_allclose(points(ax), sorted(expected.tolist()))
        assert ax.get_xscale() == ax.get_yscale() == "log"
        low, high = ax.get_xlim()
        assert ax.get_ylim()[0] <= low < high <= ax.get_ylim()[1]
        assert (expected[:, 0] > low).all()
        assert (expected[:, 1] < ax.get_ylim()[1]).all()
        assert next(text.get_text() for text in ax.texts).startswith(f"violated 0 of {len(rows)} effects · median ×")
    rest = rows[(rows["evaluation"] != "test_prediction")]
    assert 0.8 * len(rest) < len(points(drawn.axes[2])) <= len(rest)  # of a linear evaluation nothing is left
    assert [text.get_text() for text in drawn.legends[0].get_texts()] == ["Test prediction", "Test loss", "Self-loss"]


def test_violations_are_marked_and_counted(run: Run) -> None:
    assert run.theory is not None
    small = np.where(np.arange(len(run.theory)) % 10 == 0, 0.5, 2.0) * run.theory["newton_error"].abs()
    drawn = figure("bounds", changed(run, newton_error_bound_paper=small))
    printed, repaired, *_ = drawn.axes
    wrong = points(printed, VIOLATED.colour)
    assert 0 < len(wrong) <= -(-len(small) // 10)
    assert all(bound < error for error, bound in wrong)
    assert f"violated {len(wrong)} of {len(small)} effects" in next(t.get_text() for t in printed.texts)
    assert points(repaired, VIOLATED.colour) == []
    compared = held(rows_of(run), BOUNDS[3]).compared
    assert compared < len(small)
    assert f"violated 0 of {compared} effects" in next(t.get_text() for t in drawn.axes[3].texts)
    assert "Violates the bound" in said(drawn)
    assert "Violates the bound" not in said(figure("bounds", run))


def test_a_run_of_which_nothing_is_bounded_has_no_figure_of_bounds(free: Run) -> None:
    with pytest.raises(
        DataError, match="expected an effect with a finite bound and an error above its rounding, found none"
    ):
        figure("bounds", changed(free, proven_low=-np.inf, proven_high=np.inf))


def test_the_spectrum_has_medians_of_each_kind_in_a_panel_for_each_range_of_sizes(run: Run) -> None:
    drawn = figure("spectrum", run)
    groups = run.groups.assign(band=size_bands(run.groups["size"].to_numpy()))
    assert run.spectra is not None
    assert len(drawn.axes) == groups["band"].nunique() > 2
    for ax, (_, own) in zip(drawn.axes, groups.groupby("band"), strict=True):
        lines = {to_hex(line.get_color()): line for line in ax.lines}
        lines.pop(PAPER_LINE.lower())
        assert len(lines) == own["kind"].nunique()
        assert ax.get_title() in (
            f"{own['size'].min()} to {own['size'].max()} rows",
            f"{own['size'].min()} row{'s' if own['size'].min() > 1 else ''}",
        )
        medians = []
        for _, of_kind in own.groupby("kind"):
            own_spectra = run.spectra[run.spectra["group"].isin(of_kind["group"])]
            d = own_spectra["eigenvalue"] / (1 - own_spectra["eigenvalue"])
            medians.append(d.groupby(own_spectra["number"]).median().loc[1])
        assert sorted(line.get_ydata()[0] for line in lines.values()) == pytest.approx(sorted(medians))


def test_what_was_not_found_of_a_spectrum_is_not_taken_for_0(run: Run) -> None:
    """Of one group the largest eigenvalue alone is known, with an error: lines that it is part of end there."""
    assert run.spectra is not None
    group = int(run.groups.loc[run.groups["kind"] == "random", "group"].iloc[0])
    of = run.spectra["group"] == group
    part = run.spectra.assign(error=run.spectra["error"].where(~of, 1e-12))[~of | (run.spectra["number"] == 1)]
    band = int(size_bands(run.groups["size"].to_numpy())[group])

    def length(of: Run, kind: str) -> int:
        [line] = [
            line
            for line in figure("spectrum", of).axes[band].lines
            if to_hex(line.get_color()) == to_hex(kind_styles([kind])[kind].colour)
        ]
        return int(np.isfinite(line.get_ydata()).sum())

    assert length(replace(run, spectra=part), "random") == 1
    assert length(run, "random") > 1


def test_a_bound_of_the_paper_far_above_all_is_told_not_drawn(run: Run) -> None:
    far = figure("spectrum", changed(run, d_norm_paper=2.8e6))
    assert "Far above the panels: σ_max/λ = 2.8·10⁶" in said(far)
    assert not any(to_hex(line.get_color()) == PAPER_LINE.lower() for ax in far.axes for line in ax.lines)
    assert max(ax.get_ylim()[1] for ax in far.axes) < 100


def test_groups_that_count_more_often_have_no_spectrum_to_draw(run: Run) -> None:
    assert run.spectra is not None
    negative = replace(run, spectra=run.spectra.assign(eigenvalue=-run.spectra["eigenvalue"]))
    with pytest.raises(
        DataError, match="expected groups whose H\\(w\\) has eigenvalues above 0, as of removal, found none"
    ):
        figure("spectrum", negative)


def test_the_bound_of_the_paper_on_the_spectrum_is_drawn_where_there_is_one(run: Run, free: Run) -> None:
    limit = rows_of(run)["d_norm_paper"].iloc[0]
    drawn = figure("spectrum", run)
    for ax in drawn.axes:
        [line] = [line for line in ax.lines if to_hex(line.get_color()) == PAPER_LINE.lower()]
        assert list(line.get_ydata()) == [limit, limit]
        assert ax.get_ylim()[1] > limit
    assert "Dashed: σ_max/λ = " in said(drawn)
    assert "Dashed" not in said(figure("spectrum", free))


def test_the_spread_has_a_point_for_each_kind_of_each_run(run: Run, tmp_path: Path) -> None:
    other = small_theory_run(tmp_path, lam_over_n=0.5)
    other = replace(other, config={**run.config, "regularization": {"lambda_over_n": 0.5}})
    drawn = figure("spread", run, other)
    tables = [kinds_table(rows_of(of)) for of in (run, other)]
    explained = explanation_of_rho(tables).set_index(["evaluation", "spread"])
    assert [ax.get_title() for ax in drawn.axes] == ["Test prediction", "Test loss", "Self-loss"]
    evaluations = ("test_prediction", "test_loss", "self_loss")
    for ax, evaluation in zip(drawn.axes, evaluations, strict=True):
        own = pd.concat(tables)
        own = own[(own["evaluation"] == evaluation) & (own["kind"] != "all") & (own["n_groups"] >= 10)]
        own = own.assign(lost=1 - own["spearman"])
        own["lost"] = own["lost"].where(own["lost"] > 1e-12, 0.0)
        expected = own[["newton_over_influence_variation", "lost"]].to_numpy().tolist()
        np.testing.assert_allclose(points(ax), sorted(expected))
        found = explained.loc[(evaluation, "newton_over_influence_variation")]
        words = f"ρ = {found['spearman']:.3f}".replace("-", "−")
        assert next(text.get_text() for text in ax.texts).startswith(words)
        of_kinds = own.groupby("kind").size()
        assert sorted(len(line.get_xdata()) for line in ax.lines) == sorted(of_kinds.tolist())
    assert f"2 runs: {run.manifest.dataset}, λ/n = 0.05; {other.manifest.dataset}, λ/n = 0.5" in said(drawn)


def test_runs_that_differ_in_more_than_lambda_are_not_joined_and_are_told_apart(
    run: Run, free: Run, tmp_path: Path
) -> None:
    here = {**run.config, "dataset": {"npz": "the same"}}
    same = [
        replace(of, config={**here, "model": of.config["model"]}, manifest=replace(of.manifest, dataset="one"))
        for of in (run, free)
    ]
    drawn = figure("spread", *same)
    assert all(len(line.get_xdata()) == 1 for ax in drawn.axes for line in ax.lines)
    assert "2 runs: one, λ/n = 0.05, no intercept; one, λ/n = 0.05, free intercept" in said(drawn)
    assert "Hollow points: one, λ/n = 0.05, free intercept." in said(drawn)
    assert "Grey lines join" not in said(drawn)
    hollow = [c for c in drawn.axes[1].collections if isinstance(c, PathCollection) and not len(c.get_facecolor())]
    table = kinds_table(rows_of(free))
    of_free = table[(table["evaluation"] == "test_loss") & (table["kind"] != "all")]
    found = sorted(float(c.get_offsets()[0][0]) for c in hollow)
    assert found == pytest.approx(sorted(of_free["newton_over_influence_variation"]))
    assert "share groups or rows" in said(drawn)
    other = small_theory_run(tmp_path, lam_over_n=0.5)
    joined = replace(other, config={**same[0].config, "regularization": {"lambda_over_n": 0.5}, "name": "other"})
    along = figure("spread", same[0], joined)
    assert "Hollow" not in said(along)
    assert "Grey lines join a kind over the λ/n of runs that differ in nothing else." in said(along)
    assert {len(line.get_xdata()) for line in along.axes[1].lines} == {2}
    alone = said(figure("spread", run))
    assert "Hollow" not in alone
    assert "share groups" not in alone


def test_a_run_that_is_given_twice_is_refused(run: Run) -> None:
    with pytest.raises(DataError, match=f"again: expected each run once, found that of {run.path} again"):
        figure("spread", run, replace(run, path=Path("again")))


def test_kinds_that_influence_ranks_without_fault_stand_at_0(run: Run) -> None:
    rows = rows_of(run)
    perfect = changed(run, influence=rows["influence"].where(rows["kind"] != "random", rows["actual"]))
    every = changed(run, influence=rows["actual"])
    for of, count in ((run, 1), (perfect, 2), (every, 3)):
        drawn = figure("spread", of)
        ax = drawn.axes[1]
        assert len(points(ax)) == 3
        assert sum(y == 0 for _, y in points(ax)) == count
        low, high = ax.get_ylim()
        assert low < 0 < high
        assert 0 in ax.get_yticks()
        assert "hidden" not in said(drawn)
    noisy = changed(run, influence=rows["influence"] + np.random.default_rng(0).normal(size=len(rows)))
    assert all(ax.get_ylim()[0] > 0 for ax in figure("spread", noisy).axes)


def test_a_spread_needs_two_kinds(run: Run, free: Run) -> None:
    def of_one_kind(of: Run) -> Run:
        assert of.theory is not None
        return replace(of, theory=of.theory[(rows_of(of)["kind"] == "random").to_numpy()])

    with pytest.raises(
        DataError, match="expected two kinds of 10 groups or more, of one run or of several, found 1 kind"
    ):
        figure("spread", of_one_kind(run))
    assert len(figure("spread", of_one_kind(run), of_one_kind(free)).axes) == 3


def test_panels_of_cones_say_what_tells_runs_apart(run: Run, free: Run) -> None:
    one, other = (replace(of, manifest=replace(of.manifest, dataset="d")) for of in (run, free))
    drawn = figure("cones", one, other)
    headings = [ax.get_title() for ax in drawn.axes]
    assert headings == ["d, λ/n = 0.05, no intercept", "d, λ/n = 0.05, free intercept"]
    for heading, of in zip(headings, (one, other), strict=True):
        assert f"{heading}: {of.manifest.convention.without_lam}" in said(drawn)
    assert [ax.get_title() for ax in figure("cones", one).axes] == ["d, λ/n = 0.05"]
    copied = replace(one, path=Path("elsewhere") / "copy")
    assert figure("cones", one, copied).axes[1].get_title() == "d, λ/n = 0.05, copy"


def test_cones_of_a_sweep_are_those_of_its_runs(run: Run, free: Run) -> None:
    drawn = FIGURES["cones"].draw([Source(Path("s"), (run, free), True)])
    assert [ax.get_title() for ax in drawn.axes] == [ax.get_title() for ax in figure("cones", run, free).axes]


def test_groups_of_one_row_have_no_band_beyond_their_eigenvalue(run: Run) -> None:
    """All groups that are drawn first have rank 1."""
    assert run.spectra is not None
    single = run.spectra[run.spectra["number"] == 1]
    whole = run.spectra.assign(eigenvalue=run.spectra["eigenvalue"].where(run.spectra["number"] == 1, 0.0))
    for spectra in (single, whole):
        for ax in figure("spectrum", replace(run, spectra=spectra)).axes:
            [bar] = ax.patches
            assert (bar.get_x(), bar.get_width()) == (0.5, 1.0)
    [first, *_] = figure("spectrum", run).axes
    assert len(first.patches) > 1


@pytest.mark.parametrize("name", NAMES)
def test_a_run_without_theory_is_told_how_to_add_it(run: Run, name: str) -> None:
    bare = replace(run, theory=None, spectra=None)
    words = rf"expected a run with theory: true, found one without; groupinf evaluate {run.path} --set theory=true adds"
    with pytest.raises(DataError, match=words):
        figure(name, bare)


def test_cones_of_a_run_without_self_loss_or_without_cones_are_refused(run: Run) -> None:
    assert run.theory is not None
    others = replace(run, theory=run.theory[run.theory["evaluation"] != "self_loss"])
    of_two = replace(others, manifest=replace(run.manifest, evaluations=("test_loss",)))
    words = "expected self_loss among the evaluations, found none; .* --set 'evaluations={}' --set theory=true"
    with pytest.raises(DataError, match=words.format(r'\["test_loss","self_loss"\]')):
        figure("cones", of_two)
    again = replace(
        of_two,
        config={**run.config, "evaluations": ["test_loss"]},
        manifest=replace(of_two.manifest, evaluated=Evaluated("small", "0")),
    )
    with pytest.raises(DataError, match=words.format(r'\["test_loss","self_loss"\]')) as raised:
        figure("cones", again)
    assert str(raised.value).count("evaluations=") == 1
    assert f"groupinf evaluate {run.path.parent / 'small'} " in str(raised.value)
    with pytest.raises(DataError, match="expected groups that are removed, which have cones, found none"):
        figure("cones", changed(run, cone_group=np.nan))


def test_bounds_and_spectrum_are_of_one_run(run: Run, free: Run) -> None:
    for name in ("bounds", "spectrum"):
        with pytest.raises(DataError, match=f"{name}: expected one run, found 2"):
            figure(name, run, free)
        with pytest.raises(DataError, match=f"s: expected a run for {name}, found a sweep"):
            FIGURES[name].draw([Source(Path("s"), (run, free), True)])


@pytest.mark.parametrize("name", NAMES)
def test_the_command_ends_with_2_where_a_run_has_no_theory(run: Run, name: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["figure", name, str(run.path), "-o", str(tmp_path / "f.png")])
    assert result.exit_code == 2
    assert "--set theory=true" in result.output
    assert not (tmp_path / "f.png").exists()


@pytest.mark.parametrize("name", NAMES)
def test_the_same_run_gives_the_same_bytes(run: Run, name: str) -> None:
    for ending in FILE_FORMATS:
        assert figure_bytes(figure(name, run), ending) == figure_bytes(figure(name, run), ending)


def written(drawn: Figure) -> list[matplotlib.text.Text]:
    found = [*drawn.texts, *(text for legend in drawn.legends for text in legend.get_texts())]
    for ax in drawn.axes:
        found += [ax.title, ax.xaxis.label, ax.yaxis.label, *ax.get_xticklabels(), *ax.get_yticklabels(), *ax.texts]
    return [text for text in found if text.get_text()]


@pytest.mark.parametrize("name", NAMES)
def test_no_text_overlaps_another_or_leaves_the_page(run: Run, free: Run, name: str) -> None:
    long = replace(run.manifest, dataset="a dataset with a name that is far too long for its column 病院")
    runs: Sequence[Run] = [
        replace(run, manifest=long),
        *([free, run, free] if name == "cones" else [free] if name == "spread" else []),
    ]
    drawn = figure(name, *runs)
    canvas = FigureCanvasAgg(drawn)
    canvas.draw()
    renderer = canvas.get_renderer()
    boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in written(drawn)]
    for text, box in boxes:
        assert min(box.x0, box.y0) >= 0, text
        assert box.x1 <= drawn.bbox.x1, text
        assert box.y1 <= drawn.bbox.y1, text
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        assert not a.padded(-0.5).overlaps(b.padded(-0.5)), (one, other)
