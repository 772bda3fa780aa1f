"""The paper's figures show what the tables say, join only runs that have it, and are the same every time."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pytest
from click.testing import CliRunner, Result
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from support.runs import execute

from groupinf.cli.main import main
from groupinf.errors import DataError
from groupinf.experiments.workers.progress import Silent
from groupinf.reporting.drawing.figures import FILE_FORMATS, figure_bytes
from groupinf.reporting.drawing.layout import MOST_COLUMNS
from groupinf.reporting.figures import FIGURES
from groupinf.reporting.paper import grid as paper_figures_grid
from groupinf.reporting.sources import Source
from groupinf.reporting.words.style import kind_styles
from groupinf.studies.group_effects.result import Run
from groupinf.studies.load import load_config

ALL = [("test_prediction", 7), ("test_prediction", 3), ("test_loss", 7), ("test_loss", 3), ("self_loss", -1)]
# of groups that are drawn
DRAWN_GROUPS = ("figure-1", "figure-2", "figure-3", "figure-c1", "figure-c2", "figure-c3", "figure-c4")
METHODS = ("influence", "parameter_influence", "newton")
BY_LOSS = {"test_points": {"random": 1, "highest_loss": 1}}
BAND = {"test_points": {"percentile": [40, 60]}}
MakeRun = Callable[..., Run]


@pytest.fixture
def made(make_run: Callable[..., Run], tmp_path: Path) -> MakeRun:
    """Runs on test points 7 and 3, of which 3 has the highest loss."""

    def make(dataset: str = "toy", config: dict[str, Any] = BY_LOSS, lam_over_n: float = 1e-3, **options: Any) -> Run:
        options = {"measures": ALL, "methods": METHODS} | options
        run = make_run(dataset=dataset, test_points=[7, 3], lam_over_n=lam_over_n, task="classification", **options)
        factor = 1 + len(dataset)  # other effects in each dataset
        return replace(
            run, config=config, path=tmp_path / dataset, effects=run.effects.assign(effect=run.effects.effect * factor)
        )

    return make


def figure(name: str, runs: Sequence[Run], sweeps: bool = False) -> Figure:
    sources = (
        [Source(run.path, (run,), False) for run in runs] if not sweeps else [Source(Path("s"), tuple(runs), True)]
    )
    return FIGURES[name].draw(sources)


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(matplotlib.text.Text) if text.get_text()]


def said(figure: Figure) -> str:
    return " ".join(" ".join(texts(figure)).split())


def points(ax: Axes) -> list[list[float]]:
    return sorted(np.concatenate([np.asarray(c.get_offsets()) for c in ax.collections]).tolist())


def pairs(run: Run, evaluation: str, point: int, method: str) -> list[list[float]]:
    rows = run.effects[(run.effects.evaluation == evaluation) & (run.effects.test_point == point)]
    return sorted(rows.pivot(index="group", columns="method", values="effect")[["actual", method]].to_numpy().tolist())


@pytest.mark.parametrize(("name", "method"), [("figure-1", "influence"), ("figure-2", "newton")])
def test_figures_1_and_2_have_a_column_for_each_run_and_a_row_for_each_evaluation(
    made: MakeRun, name: str, method: str
) -> None:
    runs = [made("one"), made("the other")]
    drawn = figure(name, runs)
    assert len(drawn.axes) == 6
    grid = itertools.product([("test_prediction", 3), ("test_loss", 3), ("self_loss", -1)], runs)
    for ax, ((evaluation, point), run) in zip(drawn.axes, grid, strict=True):
        assert points(ax) == pairs(run, evaluation, point, method)
        assert ax.get_xlim() == ax.get_ylim()
        assert any(list(line.get_xdata()) == list(line.get_ydata()) == list(ax.get_xlim()) for line in ax.lines)
        assert "ρ = 1.000" in [text.get_text() for text in ax.texts]
        assert ax.get_ylabel() == ("Predicted effect" if run is runs[0] else "")
    assert {"Actual effect (retrained)"} <= set(texts(drawn))
    assert "Between the diagonal and the horizontal line at 0, predictions have the right sign" in said(drawn)
    lefts = [ax.get_position().x0 for ax in drawn.axes]
    np.testing.assert_allclose(lefts[2:], [*lefts[:2], *lefts[:2]])
    assert lefts[0] < lefts[1]


def test_points_far_out_are_hidden_and_counted(made: MakeRun) -> None:
    run = made(kinds=["random"] * 300)
    effects = run.effects.copy()
    effects.loc[effects.group.isin((4, 9)) & (effects.method == "actual"), "effect"] = 1e6
    drawn, plain = figure("figure-1", [replace(run, effects=effects)]), figure("figure-1", [run])
    for ax in drawn.axes:
        assert "ρ = 1.000 · 2 hidden" in [text.get_text() for text in ax.texts]
        assert ax.get_xlim()[1] < 100
        assert ax.get_xscale() == "linear"
        assert len(points(ax)) == 298
    assert ["k hidden: points outside the axes." in said(figure) for figure in (drawn, plain)] == [True, False]


def test_rho_of_a_panel_is_that_of_the_table(made: MakeRun) -> None:
    run = made()
    table = run.spearman.assign(spearman=np.linspace(-0.9, 0.9, len(run.spearman)))
    drawn = figure("figure-1", [replace(run, spearman=table)])
    for ax, (evaluation, point) in zip(
        drawn.axes, [("test_prediction", 3), ("test_loss", 3), ("self_loss", -1)], strict=True
    ):
        rows = table[(table.evaluation == evaluation) & (table.test_point == point) & (table.kind == "all")]
        rho = rows[rows.method == "influence"].spearman.item()
        assert f"ρ = {rho:.3f}".replace("-", "−") in [text.get_text() for text in ax.texts]


def test_the_test_point_is_that_of_highest_loss_else_the_first_and_the_figure_says_so(made: MakeRun) -> None:
    assert "Test point 3" in texts(figure("figure-1", [made()]))
    assert "The test point of each run is the one of highest loss." in said(figure("figure-1", [made()]))
    first = figure("figure-1", [made(config={"test_points": {"indices": [7, 3]}})])
    assert "Test point 7" in texts(first)
    assert "The test point of each run is its first." in said(first)
    mixed = figure("figure-1", [made("a"), made("b", config={})])
    assert "The test point is the one of highest loss (a), else the first of the run." in said(mixed)


def test_a_kind_looks_the_same_in_every_run_and_in_the_one_legend(made: MakeRun) -> None:
    runs = [made("one", kinds=["random"] * 12 + ["ward 3"] * 30), made("two", kinds=["ward 3"] * 9)]
    drawn = figure("figure-1", runs)
    expected = {kind: matplotlib.colors.to_hex(s.colour) for kind, s in kind_styles(["ward 3", "random"]).items()}
    for ax, counts in zip(drawn.axes[:2], ({"random": 12, "ward 3": 30}, {"ward 3": 9}), strict=True):
        sizes = {
            matplotlib.colors.to_hex(c.get_facecolor()[0]): len(c.get_offsets())
            for c in ax.collections
            if len(c.get_offsets())
        }
        assert sizes == {expected[kind]: count for kind, count in counts.items()}
    [legend] = drawn.legends
    assert [text.get_text() for text in legend.get_texts()] == ["Predicted = actual", "Random", "ward 3"]


def test_what_a_task_does_not_define_is_said_in_its_place(made: MakeRun) -> None:
    many = made("digits", measures=ALL[2:], classes=["a", "b", "c"])
    drawn = figure("figure-1", [made(), many])
    assert len(drawn.axes) == 5
    assert "test prediction is not defined for 3 classes" in said(drawn)
    assert len(figure("figure-1", [many]).axes) == 2
    assert "test loss was not measured" in said(figure("figure-1", [made(), made("x", measures=ALL[:2])]))


def test_figure_c1_shows_every_test_point_of_an_evaluation(made: MakeRun) -> None:
    runs = [made("one", BAND), made("two", BAND)]
    drawn = figure("figure-c1", runs)
    grid = itertools.product(ALL[:4], runs)
    for ax, ((evaluation, point), run) in zip(drawn.axes, grid, strict=True):
        assert points(ax) == pairs(run, evaluation, point, "influence")
        assert ax.get_title() == f"Test point {point}"
    assert "test loss: percentiles 40 to 60" in texts(drawn)


def test_figure_c1_of_one_run_has_its_test_points_side_by_side(made: MakeRun) -> None:
    run = made("one", BAND)
    drawn = figure("figure-c1", [run])
    for ax, (evaluation, point) in zip(drawn.axes, ALL[:4], strict=True):
        assert points(ax) == pairs(run, evaluation, point, "influence")
        assert ax.get_title() == f"Test point {point}"
    assert len({round(ax.get_position().x0, 6) for ax in drawn.axes}) == 2
    for evaluation in ("test prediction", "test loss"):
        assert f"one: n = 1,200, d = 7, λ/n = 0.001; {evaluation}" in texts(drawn)
    assert "Test points by test loss: percentiles 40 to 60." in said(drawn)


def test_figure_1_of_one_run_has_its_evaluations_side_by_side(made: MakeRun) -> None:
    drawn = figure("figure-1", [made("one")])
    assert len({round(ax.get_position().y0, 6) for ax in drawn.axes}) == 1
    assert {"Test prediction", "Test loss", "Self-loss", "one: n = 1,200, d = 7, λ/n = 0.001"} <= set(texts(drawn))


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("name", ["figure-1", "figure-2", "figure-3", "figure-c1", "figure-c3"])
def test_pages_are_neither_strips_nor_ribbons(made: MakeRun, name: str, count: int) -> None:
    measures = [(evaluation, point) for evaluation in ("test_prediction", "test_loss") for point in (7, 3, 5)]
    options: dict[str, Any] = {"config": BAND if name == "figure-c1" else BY_LOSS, "measures": [*measures, ALL[4]]}
    lams = (0.1, 1.0) if name == "figure-c3" else (0.1,)
    runs = [made(f"d{i}", lam_over_n=lam, **options) for i in range(count) for lam in lams]
    runs = [replace(run, manifest=replace(run.manifest, test_points=(7, 3, 5))) for run in runs]
    width, height = figure(name, runs).get_size_inches()
    assert 0.5 <= height / width <= 2.1


@pytest.mark.parametrize("name", ["figure-1", "figure-c4"])
def test_long_numbers_at_the_ticks_have_room(made: MakeRun, name: str) -> None:
    run = made("one")
    drawn = figure(name, [replace(run, effects=run.effects.assign(effect=1234.5 + run.effects.effect / 100))] * 2)
    canvas = FigureCanvasAgg(drawn)
    canvas.draw()
    boxes = [ax.get_tightbbox(canvas.get_renderer()) for ax in drawn.axes]
    assert min(box.x0 for box in boxes) >= 0
    for a, b in itertools.combinations(boxes, 2):
        assert not a.padded(-1).overlaps(b)


def test_figure_c2_has_a_row_for_each_series_and_at_most_six_columns(made: MakeRun) -> None:
    lams = [10.0**-i for i in range(8)]
    few = [made("few", lam_over_n=lam) for lam in (0.1, 0.01)]
    sweep = Source(Path("s"), tuple(made(lam_over_n=lam) for lam in lams), True)
    drawn = FIGURES["figure-c2"].draw([sweep, *(Source(r.path, (r,), False) for r in few)])
    assert len(drawn.axes) == MOST_COLUMNS + 2
    titles = [ax.get_title() for ax in drawn.axes]
    assert titles[0] == "λ/n = 1·10⁻⁷"
    assert titles[5] == "λ/n = 1"
    assert titles[6:] == ["λ/n = 0.01", "λ/n = 0.1"]
    assert points(drawn.axes[6]) == pairs(few[0], "test_loss", 3, "influence")
    assert "Not every λ/n that was run is drawn." in said(drawn)


def test_figure_c3_draws_rho_and_its_interval_against_lambda(made: MakeRun) -> None:
    runs = []
    for i, lam in enumerate([1e-1, 1e-4, 1e-2]):
        run = made(lam_over_n=lam)
        rho = 0.5 + 0.1 * i + 0.001 * np.arange(len(run.spearman))
        table = run.spearman.assign(spearman=rho, spearman_low=rho - 0.05, spearman_high=rho + 0.03)
        runs.append(replace(run, spearman=table))
    drawn = figure("figure-c3", runs, sweeps=True)
    assert [ax.get_title() for ax in drawn.axes] == ["Test prediction", "Test loss", "Self-loss"]
    for ax, (evaluation, point) in zip(
        drawn.axes, [("test_prediction", 3), ("test_loss", 3), ("self_loss", -1)], strict=True
    ):
        expected = []
        for run in (runs[1], runs[2], runs[0]):
            t = run.spearman[(run.spearman.evaluation == evaluation) & (run.spearman.test_point == point)]
            rho = t[(t.kind == "all") & (t.method == "influence")].spearman.item()
            expected.append((run.manifest.lam_over_n, rho))
        [line] = ax.lines
        np.testing.assert_allclose(line.get_xydata(), expected)
        [band] = ax.collections
        outline = band.get_paths()[0].vertices
        for lam, rho in expected:
            heights = outline[np.isclose(outline[:, 0], lam), 1]
            assert (heights.min(), heights.max()) == pytest.approx((rho - 0.05, rho + 0.03))
        assert ax.get_xscale() == "log"
        assert ax.get_ylim()[0] < min(rho for _, rho in expected) - 0.05
    assert [text.get_text() for text in drawn.legends[0].get_texts()] == ["toy"]
    assert runs[0].manifest.agreement_interval in said(drawn)


def test_figure_c3_has_a_line_for_each_dataset_that_measures_it(made: MakeRun) -> None:
    two = [made("two", lam_over_n=lam) for lam in (0.1, 0.2)]
    many = [made("many", lam_over_n=lam, measures=ALL[2:], classes=["a", "b", "c"]) for lam in (0.1, 0.2)]
    drawn = figure("figure-c3", [*two, *many])
    assert [len(ax.lines) for ax in drawn.axes] == [1, 2, 2]
    assert [text.get_text() for text in drawn.legends[0].get_texts()] == ["two", "many"]
    colours = {line.get_color() for ax in drawn.axes for line in ax.lines}
    assert len(colours) == 2


def test_figure_c4_has_a_column_for_each_method(made: MakeRun) -> None:
    runs = [made("one"), made("two")]
    drawn = figure("figure-c4", runs)
    rows = [(run, evaluation, point) for run in runs for evaluation, point in (("test_loss", 3), ("self_loss", -1))]
    for ax, ((run, evaluation, point), method) in zip(drawn.axes, itertools.product(rows, METHODS), strict=True):
        assert points(ax) == pairs(run, evaluation, point, method)
    assert [ax.get_title() for ax in drawn.axes[:3]] == ["Influence", "Parameter influence", "Newton"]


def test_runs_that_lack_what_a_figure_shows_are_named_with_what_to_do(made: MakeRun) -> None:
    plain = made(methods=("influence",))
    for name in ("figure-2", "figure-c4"):
        with pytest.raises(
            DataError, match=r"toy: expected predictions by .*newton.*, found influence; groupinf evaluate"
        ):
            figure(name, [plain])
    with pytest.raises(DataError, match=r"expected test points chosen by test_points.percentile; groupinf evaluate"):
        figure("figure-c1", [made()])
    for name in ("figure-c2", "figure-c3"):
        with pytest.raises(DataError, match=r"expected two values of λ/n or more, found λ/n = 0.001 alone"):
            figure(name, [made()])
    with pytest.raises(DataError, match=r"expected every λ/n once, found 0.001 more than once"):
        figure("figure-c3", [made(), made()])
    with pytest.raises(DataError, match="s: expected a run for figure-1, found a sweep"):
        figure("figure-1", [made()], sweeps=True)
    with pytest.raises(DataError, match="s: expected a sweep with results, found none"):
        FIGURES["figure-c3"].draw([Source(Path("s"), (), True)])
    with pytest.raises(DataError, match="expected test_loss among the evaluations"):
        figure("figure-c2", [made(measures=ALL[4:], lam_over_n=lam) for lam in (0.1, 0.2)])
    with pytest.raises(DataError, match="expected at most 8 datasets, found 9"):
        figure("figure-c3", [made(f"d{i}", lam_over_n=lam) for i in range(9) for lam in (0.1, 0.2)])


def test_the_same_runs_give_the_same_bytes_at_any_time(made: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    two = [made("one"), made("two")]
    for name, runs in (("figure-1", two), ("figure-c3", [made(), made(lam_over_n=1.0)])):
        for ending in FILE_FORMATS:
            drawn = []
            for clock in ("0", "1000000000"):  # which Matplotlib believes, where it writes the time
                monkeypatch.setenv("SOURCE_DATE_EPOCH", clock)
                drawn.append(figure_bytes(figure(name, runs), ending))
            assert drawn[0] == drawn[1]


def test_points_are_vectors_up_to_a_limit(made: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    run = made()
    assert b"<image" not in figure_bytes(figure("figure-1", [run]), "svg")
    monkeypatch.setattr(paper_figures_grid, "MOST_VECTOR_POINTS", 10)
    assert figure_bytes(figure("figure-1", [run]), "svg").count(b"<image") == 3


LONG = "a dataset with a name that is far too long for its column"


@pytest.mark.parametrize("name", DRAWN_GROUPS)
@pytest.mark.parametrize("dataset", [LONG, "_$x^2 <b> 病院"])
def test_no_text_overlaps_another_or_leaves_the_page(made: MakeRun, name: str, dataset: str) -> None:
    kinds = ["random"] * 20 + [LONG] * 5 + [f"kind {i}" for i in range(7)]
    config = BAND if name == "figure-c1" else BY_LOSS
    series = [made(d, config, lam_over_n=lam, kinds=kinds) for d in (dataset, "b") for lam in (1e-5, 2e-4, 1.0)]
    drawn = figure(name, series if name in ("figure-c2", "figure-c3") else series[::3])
    canvas = FigureCanvasAgg(drawn)
    canvas.draw()
    renderer = canvas.get_renderer()
    written = [*drawn.texts, *drawn.legends[0].get_texts(), drawn.legends[0].get_title()]
    for ax in drawn.axes:
        written += [ax.title, *ax.texts, ax.xaxis.label, ax.yaxis.label]
        written += [ax.xaxis.get_offset_text(), ax.yaxis.get_offset_text()]
    boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in written if text.get_text()]
    for text, box in boxes:
        assert min(box.x0, box.y0) >= 0, text
        assert box.x1 <= drawn.bbox.x1, text
        assert box.y1 <= drawn.bbox.y1, text
    boxes += [("axes", ax.get_window_extent(renderer)) for ax in drawn.axes]
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        assert not a.padded(-0.5).overlaps(b.padded(-0.5)), (one, other)


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory: pytest.TempPathFactory) -> str:
    config = {
        "name": "small",
        "dataset": {"name": "breast_cancer"},
        "regularization": {"lambda_over_n": 0.01},
        "groups": {"sizes": {"min": 0.02, "max": 0.2, "num": 4}, "builders": ["random"]},
        "test_points": {"highest_loss": 1},
        "methods": ["influence"],
    }
    return str(execute(load_config(config), tmp_path_factory.mktemp("runs"), 1, False, Silent()).path)


class TestCommand:
    """groupinf figure"""

    def invoke(self, *args: str) -> Result:
        return CliRunner().invoke(main, ["figure", *args], prog_name="groupinf")

    @pytest.mark.parametrize(("ending", "begins"), [("svg", b"<?xml"), ("pdf", b"%PDF"), ("PNG", b"\x89PNG")])
    def test_the_ending_says_how_it_is_written(self, run_dir: str, tmp_path: Path, ending: str, begins: bytes) -> None:
        file = tmp_path / f"new/figure.{ending}"
        result = self.invoke("figure-1", run_dir, "-o", str(file))
        assert (result.exit_code, result.stdout) == (0, f"Figure: {file}\n")
        first = file.read_bytes()
        assert first.startswith(begins)
        self.invoke("figure-1", run_dir, "-o", str(file))
        assert file.read_bytes() == first

    def test_what_is_not_usable_is_said(self, run_dir: str, tmp_path: Path) -> None:
        out = str(tmp_path / "f.svg")
        for args, expected in (
            (("figure-2", run_dir, "-o", out), "groupinf evaluate"),
            (("figure-5", run_dir, "-o", out), "expected one of figure-1, figure-2, figure-3, figure-c1"),
            (("figure-4", run_dir, "-o", out), "expected sets of test points, several, found none"),
            (("figure-c7", run_dir, "-o", out), "found no polarity, coverage or precision among their attributes"),
            (("figure-1", run_dir, "-o", "f.jpg"), "expected a file that ends in .svg, .pdf or .png, found 'f.jpg'"),
            (("figur-1", str(tmp_path)), "found 'figur-1'; did you mean 'figure-1'?\n-o: expected a file that ends in"),
            (("figure-1", str(tmp_path)), "-o: expected a file that ends in .svg, .pdf or .png, found nothing"),
            (("figure-1", str(tmp_path), "-o", out), "expected the folder of a run, found no manifest.json in it"),
            (("figure-1", "-o", out), "Missing argument 'RUN_DIR...'"),
        ):
            result = self.invoke(*args)
            assert result.exit_code == 2
            assert expected in result.stderr
        assert not Path(out).exists()
