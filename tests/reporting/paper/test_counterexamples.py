"""Figure 3 shows influence against Newton and both against the truth, and says what was chosen adversarially."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.stats import spearmanr
from support.runs import execute

from groupinf.datasets.known.registry import KNOWN
from groupinf.errors import DataError
from groupinf.experiments.workers.progress import Silent
from groupinf.groups.builders.pairs import Pairs
from groupinf.reporting.figures import FIGURES
from groupinf.reporting.html.page import page_html
from groupinf.reporting.report import report_markdown
from groupinf.reporting.sources import Source
from groupinf.reporting.tables.terminal import spearman_text
from groupinf.reporting.words.summary import adversarial_lines
from groupinf.studies.group_effects.result import Run
from groupinf.studies.load import load_config

CONFIGS = Path(__file__).parents[3] / "configs" / "paper"
MakeRun = Callable[..., Run]
ROWS = [("newton", "influence"), ("actual", "influence"), ("actual", "newton")]


@pytest.fixture
def made(make_run: MakeRun) -> MakeRun:
    def make(name: str = "toy", config: dict[str, Any] | None = None, **options: Any) -> Run:
        options = {"measures": [("test_prediction", 7), ("test_prediction", 3)], "test_points": [7, 3]} | options
        run = make_run(dataset=name, task="classification", **options)
        return replace(run, config={"test_points": {"indices": [7, 3]}} | (config or {}))

    return make


def figure(*runs: Run) -> Figure:
    return FIGURES["figure-3"].draw([Source(run.path, (run,), False) for run in runs])


def said(drawn: Figure) -> str:
    return " ".join(" ".join(text.get_text() for text in drawn.findobj(matplotlib.text.Text)).split())


def points(ax: Axes) -> list[list[float]]:
    return sorted(np.concatenate([np.asarray(c.get_offsets()) for c in ax.collections]).tolist())


def effects(run: Run, point: int = 7) -> dict[str, np.ndarray]:
    rows = run.effects[(run.effects.evaluation == "test_prediction") & (run.effects.test_point == point)]
    return {str(method): part.sort_values("group").effect.to_numpy() for method, part in rows.groupby("method")}


def test_each_run_has_a_column_of_three_panels(made: MakeRun) -> None:
    runs = [made("one"), made("two", kinds=["random"] * 40)]
    drawn = figure(*runs)
    assert len(drawn.axes) == 6
    for ax, ((x, y), run) in zip(drawn.axes, [(row, run) for row in ROWS for run in runs], strict=True):
        found = effects(run)
        assert points(ax) == sorted(np.column_stack([found[x], found[y]]).tolist())
        assert f"ρ = {spearmanr(found[x], found[y])[0]:.3f}" in [text.get_text() for text in ax.texts]
        assert ax.get_xlim() == ax.get_ylim()
        assert ax.get_xlim()[0] < 0 < ax.get_xlim()[1]
    assert [ax.get_ylabel() for ax in drawn.axes] == ["Influence", "", "Influence", "", "Newton", ""]
    for words in ("Newton", "Actual effect (retrained)"):
        assert [text.get_text() for text in drawn.texts].count(words) == 1
    assert "Same on x and y" in said(drawn)
    assert "test point 7 40 groups" in said(drawn)


def test_a_run_alone_has_its_panels_side_by_side_each_with_its_labels(made: MakeRun) -> None:
    drawn = figure(made())
    assert len({round(ax.get_position().y0, 6) for ax in drawn.axes}) == 1
    assert [ax.get_ylabel() for ax in drawn.axes] == ["Influence", "", "Newton"]
    below = [text.get_text() for text in drawn.texts if text.get_text() in ("Newton", "Actual effect (retrained)")]
    assert below == ["Newton", "Actual effect (retrained)", "Actual effect (retrained)"]


def test_no_group_is_hidden_and_0_is_on_every_axis(made: MakeRun) -> None:
    run = made(kinds=["random"] * 100)
    far = run.effects.assign(effect=np.where(run.effects.group == 3, 1e5, 1e3 + run.effects.effect))
    for ax in figure(replace(run, effects=far)).axes:
        assert len(points(ax)) == 100
        assert "hidden" not in " ".join(text.get_text() for text in ax.texts)
        assert ax.get_xlim()[0] < 0


def test_what_was_chosen_adversarially_is_said_of_those_runs_of_which_it_is_true(made: MakeRun) -> None:
    plain = made("plain")
    assert "adversarially" not in said(figure(plain))
    pairs = made("mine", kinds=["pairs"] * 30)
    assert Pairs.adversarial in said(figure(pairs))
    assert f"mine: {Pairs.adversarial}" not in said(figure(pairs))
    assert f"mine: {Pairs.adversarial}" in said(figure(pairs, plain))
    ortho = made("ortho", {"dataset": {"name": "ortho"}})
    both = said(figure(ortho, pairs))
    assert f"Ortho: {KNOWN['ortho'].facts.adversarial}" in both
    assert adversarial_lines(made("ortho", {"dataset": {"npz": "ortho.npz"}})) == []
    assert adversarial_lines(made("digits", {"dataset": {"name": "digits"}})) == []


def test_pages_reports_and_the_terminal_say_what_was_chosen_adversarially(made: MakeRun) -> None:
    said_of_ortho = KNOWN["ortho"].facts.adversarial
    plain, ortho = made("plain"), made("ortho", {"dataset": {"name": "ortho"}})
    for plotly in (True, False):
        assert page_html([ortho], "study", plotly=plotly).count(said_of_ortho) == 1
        assert "adversarially" not in page_html([plain], "study", plotly=plotly)
    both = page_html([replace(plain, path=Path("a")), replace(ortho, path=Path("b"))], "study", plotly=False)
    assert re.search(rf"ortho[^<]*: {re.escape(said_of_ortho)}", both)
    for text in (report_markdown, partial(spearman_text, width=10_000)):
        assert said_of_ortho in text(ortho)
        assert "adversarially" not in text(plain)


def test_runs_that_lack_what_it_shows_are_refused_with_what_to_do(made: MakeRun) -> None:
    with pytest.raises(DataError, match=r"expected predictions by influence, newton, found influence; groupinf evalu"):
        figure(made(methods=("influence",)))
    of_loss = made(measures=[("test_loss", 7), ("test_loss", 3)])
    with pytest.raises(
        DataError, match=r"expected test_prediction, found that test prediction was not measured; groupin"
    ):
        figure(of_loss)
    three = made(measures=[("test_loss", 7)], classes=["a", "b", "c"])
    with pytest.raises(DataError, match=r"test prediction is not defined for 3 classes$"):
        figure(three)


STATED = {
    "figure-3-mog": (-0.08, -0.00, 0.89, 120),
    "figure-3-mog-reversed": (-0.96, -0.91, 0.93, 30),
    "figure-3-mog-squared": (-0.987, -0.987, 1.0, 30),
    "figure-3-ortho": (0.972, 0.991, 0.993, 116),
    "figure-3-ortho-12": (-1.0, -1.0, 1.0, 12),
    "figure-3-ortho-12-counts": (0.87, 0.91, 0.99, 68),
}


@pytest.mark.parametrize("name", STATED)
def test_the_configs_of_the_paper_give_the_correlations_that_are_stated(name: str, tmp_path: Path) -> None:
    run = execute(load_config(CONFIGS / f"{name}.yaml"), tmp_path, 1, False, Silent())
    *rhos, count = STATED[name]
    found = effects(run, int(run.manifest.test_points[0]))
    assert [float(spearmanr(found[x], found[y])[0]) for x, y in ROWS] == pytest.approx(rhos, abs=0.0051)
    assert found["actual"].size == count
    assert "chosen adversarially" in report_markdown(run)
    assert "chosen adversarially" in said(figure(run))


def test_the_test_point_of_mog_is_named_and_made_from_the_pairs_that_are_removed(tmp_path: Path) -> None:
    run = execute(load_config(CONFIGS / "figure-3-mog-reversed.yaml"), tmp_path, 1, False, Silent())
    assert "test point 1, point=reversed" in said(figure(run))
    again = execute(
        load_config(CONFIGS / "figure-3-mog-reversed.yaml", ["test_points={keys: [reversed]}"]),
        tmp_path,
        1,
        False,
        Silent(),
    )
    assert effects(again, 1)["actual"].tolist() == effects(run, 1)["actual"].tolist()
