"""Growing groups as a run tells them: each line of the figure, and sentences that are said only where they hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib.text
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from support.manifests import made_manifest
from support.runs import unreported

from groupinf.analysis.growth import Growth
from groupinf.cli.main import main
from groupinf.errors import DataError
from groupinf.groups.row_orders import first_rows
from groupinf.reporting.figures import FIGURES
from groupinf.reporting.growing_groups.growth import MOST_PANELS, first_growth_figure
from groupinf.reporting.growing_groups.reading import Found, found_in
from groupinf.reporting.growing_groups.words import NESTED, growth_lines
from groupinf.reporting.sources import Source
from groupinf.reporting.tables.terminal import spearman_text
from groupinf.studies.group_effects.result import Run

SIZES = (1, 5, 20)
# effects by (test point, side, order): actual, influence
EFFECTS: dict[tuple[int, str, str], tuple[list[float], list[float]]] = {
    (9, "rise", "by influence"): ([0.1, 0.5, 2.0], [0.1, 0.4, 1.2]),
    (9, "rise", "greedily"): ([0.1, 0.6, 3.0], [0.1, 0.4, 1.1]),
    (9, "fall", "by influence"): ([-0.1, -0.2, -0.3], [-0.1, -0.2, -0.4]),
    (9, "fall", "greedily"): ([-0.1, -0.2, -0.25], [-0.1, -0.2, -0.4]),
}


def made_run(effects: Mapping[tuple[int, str, str], Any] = EFFECTS, evaluation: str = "test_loss") -> Run:
    groups, rows = [], []
    for (point, side, by), (actual, predicted) in effects.items():
        for size, one, other in zip(SIZES, actual, predicted, strict=True):
            words = first_rows(size, f"for the largest {side} of test loss on test point {point}, {by}")
            group = len(groups)
            groups.append(
                {
                    "group": group,
                    "kind": f"most_influential_{side}",
                    "size": size,
                    "test_point": point,
                    "made_from": words,
                }
            )
            for method, effect, readout in (("influence", other, "linear"), ("actual", one, "actual")):
                rows.append(
                    {
                        "group": group,
                        "test_point": point,
                        "evaluation": evaluation,
                        "method": method,
                        "readout": readout,
                        "effect": effect,
                    }
                )
    groups.append({"group": 99, "kind": "random", "size": 3, "test_point": -1, "made_from": "all training points"})
    return Run(
        path=Path("/nowhere/run"),
        config={},
        manifest=made_manifest(n=50, d=2, methods=("influence",), evaluations=(evaluation,), test_points=(9,)),
        groups=pd.DataFrame(groups),
        effects=pd.DataFrame(rows),
        retrains=pd.DataFrame(),
        spearman=pd.DataFrame(),
        attributes=pd.DataFrame(),
    )


def drawn(run: Run) -> Figure:
    return FIGURES["most-influential"].draw([Source(run.path, (run,), False)])


def lines(ax: Axes) -> list[list[float]]:
    return [
        np.asarray(line.get_ydata(), dtype=float).tolist() for line in ax.lines if len(line.get_xdata()) == len(SIZES)
    ]


def said(figure: Figure) -> str:
    return " ".join(" ".join(text.get_text() for text in figure.findobj(matplotlib.text.Text)).split())


def test_a_panel_has_the_effects_of_each_order_by_size() -> None:
    figure = drawn(made_run())
    assert len(figure.axes) == 4
    for ax, (actual, predicted) in zip(figure.axes, EFFECTS.values(), strict=True):
        assert lines(ax) == [predicted, actual]
        assert all(np.asarray(line.get_xdata()).tolist() == [*SIZES] for line in ax.lines[1:])
    titles = [ax.get_title() for ax in figure.axes]
    assert titles == ["Rise of test loss of test point 9"] * 2 + ["Fall of test loss of test point 9"] * 2
    assert [ax.get_xlabel() for ax in figure.axes[:2]] == ["Rows removed, by influence", "Rows removed, greedily"]
    assert figure.axes[0].get_ylim() == figure.axes[1].get_ylim() != figure.axes[2].get_ylim()
    assert "Influence is too small by more than 10 % in 2 of 4 series, from 5 rows on" in said(figure)


def test_the_terminal_says_how_far_the_rows_move_it(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(60, 3))
    np.savez(tmp_path / "rows.npz", X_train=X[:40], X_test=X[40:], y_train=X[:40, 0] > 0, y_test=X[40:, 0] > 0)
    builder = {"builder": "most_influential", "evaluation": "test_loss", "num_rows": [1, 4]}
    config = {
        "name": "grown",
        "dataset": {"npz": str(tmp_path / "rows.npz")},
        "regularization": {"lambda_over_n": 0.1},
        "groups": {"builders": [builder, {"builder": "ranked_rows", "by": "leverage", "num_rows": [1, 4, 8]}]},
        "test_points": {"all": True},
    }
    run = unreported(config, tmp_path)
    told = " ".join(spearman_text(run, 100).split())
    for line in (*growth_lines(found_in(run)), NESTED):
        assert line in told
    command = CliRunner().invoke(main, ["rank", str(run.path), "--kind", "most_influential_rise"])
    assert "first 4 rows for the largest rise of test loss on all test points, by influence" in command.output
    without = replace(run, groups=run.groups.assign(made_from="all training points"))
    assert NESTED not in " ".join(spearman_text(without, 100).split())


def test_a_prediction_far_beyond_does_not_squeeze_the_actual_effects() -> None:
    [ax] = drawn(made_run({(9, "rise", "by influence"): ([0.1, 0.5, 2.0], [0.1, 40.0, 1e6])})).axes
    low, high = ax.get_ylim()
    assert -0.5 < low < 0.0
    assert 2.0 < high < 4.0


def test_the_page_shows_the_first_panels_and_says_how_many_more_there_are() -> None:
    many = {(point, side, by): of for point in range(8) for (_, side, by), of in EFFECTS.items()}
    run = made_run(many)
    assert len(drawn(run).axes) == MOST_PANELS
    assert "14 panels more than fit are left out" in said(drawn(run))
    first = first_growth_figure(run)
    assert len(first.axes) == 6
    assert "26 more panels: groupinf figure most-influential" in said(first)
    assert "more panels" not in said(first_growth_figure(made_run()))


def test_a_run_without_such_groups_retrained_and_measured_is_refused() -> None:
    expected = "/nowhere/run: expected groups of the builder most_influential, retrained"
    run = made_run()
    others = run.groups.assign(made_from="all training points")
    for lacking in (
        replace(run, groups=others),
        replace(run, effects=run.effects[run.effects["method"] != "actual"]),
        made_run(evaluation="test_margin"),
    ):
        assert found_in(lacking) == []
        with pytest.raises(DataError, match=expected):
            drawn(lacking)


def test_groups_that_were_not_retrained_are_left_out() -> None:
    run = made_run()
    retrained = run.effects[(run.effects["method"] != "actual") | (run.effects["group"] != 1)]
    assert found_in(replace(run, effects=retrained))[0].growth.sizes.tolist() == [1, 20]


# -- sentences


def series(actual: list[float], predicted: list[float], by: str = "by influence", point: int = 3) -> Found:
    growth = Growth(np.array(SIZES), np.array(actual), {"influence": np.array(predicted)})
    return Found("test_loss", point, "test loss of test point 3", "rise" if actual[-1] > 0 else "fall", by, growth)


CLOSE = series([1, 2, 3], [1, 2.1, 2.9])
UNDER, OVER = series([1, 2, 9], [1, 1.5, 2.9]), series([1, 2, 3], [1, 2, 4])
OPPOSITE, LATER = series([1, 2, 3], [1, 2, -1]), series([1, 2, 3], [0.5, 2, 3])


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([CLOSE, CLOSE], "Influence is within 10 % of the actual effect at every size."),
        ([UNDER], "Influence is too small by more than 10 % from 5 rows on."),
        ([OVER], "Influence is too large by more than 10 % from 20 rows on."),
        ([OPPOSITE], "Influence has the other sign from 20 rows on."),
        (
            [LATER],
            "Influence is within 10 % of the actual effect at the largest size, and not at every smaller one.",
        ),
        (
            [UNDER, CLOSE, OVER],
            "Influence is too small by more than 10 % in 1 of 3 series, from 5 rows on, is too large by more than 10 % "
            "in 1 of 3 series, from 20 rows on and is within 10 % of it at the largest size in 1 of 3 series.",
        ),
    ],
)
def test_a_method_is_said_to_be_what_it_is_at_the_largest_groups(found: list[Found], expected: str) -> None:
    assert growth_lines(found)[0] == expected


def test_methods_that_predict_the_same_are_told() -> None:
    def both(other: list[float]) -> Found:
        growth = replace(CLOSE.growth, predicted=CLOSE.growth.predicted | {"newton": np.array(other)})
        return replace(CLOSE, growth=growth)

    same, apart = both([1, 2.1, 2.9]), both([1, 2.1, 2.8])
    assert "Influence and Newton predict the same." in growth_lines([same])
    assert "Influence and Newton predict the same in 1 of 2 series." in growth_lines([same, apart])
    assert not any("predict the same" in line for line in growth_lines([apart, CLOSE]))


def test_orders_are_compared_where_there_are_several_of_a_value() -> None:
    assert len(growth_lines([UNDER, series([1, 2, 9], [1, 1.5, 2.9], point=4)])) == 1
    one = [series([1, 2, 9], [1, 2, 9]), series([1, 2, 12], [1, 2, 9], "greedily")]
    expected = "Groups of 20 rows, the largest that every order has, move the value by 9 by influence and 12 greedily."
    assert growth_lines(one)[1] == expected
    falls = [series([-1, -2, -9], [1, 2, 9]), series([-1, -2, -8], [1, 2, 9], "greedily")]
    told = "Among groups of 20 rows, the largest that every order has of a value and side, those that move it farthest"
    assert growth_lines([*one, *falls])[1] == f"{told} were found greedily in 1 and by influence in 1 of 2."


def of_sizes(found: Found, *sizes: int) -> Found:
    return replace(found, growth=replace(found.growth, sizes=np.array(sizes)))


def test_orders_are_compared_at_a_size_that_all_have_and_not_where_there_is_none() -> None:
    greedy = of_sizes(series([1, 2, 12], [1, 2, 9], "greedily"), 1, 2, 5)
    by_influence = series([1, 2, 9], [1, 2, 9])
    assert growth_lines([by_influence, greedy])[-1].startswith("Groups of 5 rows, the largest that every order has,")
    apart = [by_influence, of_sizes(greedy, 2, 3, 4)]
    assert not any("every order has" in line for line in growth_lines(apart))
    falls = [series([-1, -2, -9], [1, 2, 9]), series([-1, -2, -8], [1, 2, 9], "greedily")]
    assert "Among groups of 5 to 20 rows," in growth_lines([by_influence, greedy, *falls])[-1]
    assert growth_lines([*apart, *falls])[-1].startswith("Groups of 20 rows")
