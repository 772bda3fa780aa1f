"""What is said of the choice of test points and of λ is what the configuration asked for and the run holds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from groupinf.reporting.tables.terminal import spearman_text
from groupinf.reporting.words import choices
from groupinf.studies.group_effects.result import Run


def chosen(make_run: Any, wanted: dict[str, Any], points: list[int], **manifest: Any) -> Run:
    measures = [("test_loss", point) for point in points]
    return replace(make_run(measures=measures, test_points=points, **manifest), config={"test_points": wanted})


def test_random_points_and_those_of_highest_loss_are_told_apart(make_run) -> None:
    run = chosen(make_run, {"random": 2, "highest_loss": 3}, [4, 19, 8, 3, 11])
    line = choices.test_points_line(run)
    assert "4 and 19 drawn at random; 8, 3 and 11 of highest loss at λ/n = 0.001" in line
    assert choices.point_choices(run) == {
        4: "random", 19: "random", 8: "highest loss", 3: "highest loss", 11: "highest loss",
    }  # fmt: skip
    assert line in " ".join(spearman_text(run, 1000).split())


def test_the_losses_of_a_sweep_are_those_of_its_reference(make_run) -> None:
    run = chosen(make_run, {"highest_loss": 1}, [4], drawn_at_lam_over_n=0.25)
    assert "4 of highest loss at λ/n = 0.25" in choices.test_points_line(run)


@pytest.mark.parametrize(
    ("wanted", "points", "words"),
    [
        ({"random": 1}, [7], ": 7 drawn at random."),
        ({"indices": [5, 2]}, [5, 2], ": 5 and 2 as configured."),
        (
            {"percentile": [40, 60.5], "num": 1},
            [9],
            ": 9, drawn from those with a loss between percentiles 40 and 60.5",
        ),
        ({"all": True}, [-1], ": summed over all of them."),
        ({"random": 14}, list(range(14)), "10, 11 and 2 more drawn at random"),
    ],
)
def test_every_way_to_choose_points_has_its_words(make_run, wanted, points, words) -> None:
    run = chosen(make_run, wanted, points)
    assert words in choices.test_points_line(run)
    assert choices.point_choices(run) == {}


def test_sets_of_a_column_are_counted_and_its_name_stays_text(make_run) -> None:
    sets = [{"test_point": -2, "name": "a\nb=x", "rows": 3}, {"test_point": -3, "name": "a\nb=y", "rows": 2}]
    run = chosen(make_run, {"column": "a\nb"}, [-2, -3], test_sets=sets)
    assert ": summed over those with the same value of column a b, 2 values." in choices.test_points_line(run)


def test_the_terminal_says_which_lambda_was_chosen_and_by_what(make_run) -> None:
    table = pd.DataFrame(
        {
            "lam_over_n": [0.001, 0.01, 0.1],
            "mean_score": [0.7, 0.81236, 0.75],
            "standard_error": 0.01,
            **{f"fold_{k}": [0.7, 0.8, 0.75] for k in range(4)},
            "approximate_leave_one_out": np.nan,
            "chosen": [False, True, False],
        }
    )
    wanted = {"shuffle": True, "score": "accuracy"}
    run = replace(make_run(), config={"regularization": {"cross_validation": wanted}}, cross_validation=table)
    text = " ".join(spearman_text(run, 80).split())
    assert "Chosen: λ/n = 0.01 of 3 values, by cross-validation." in text
    assert "Accuracy on rows left out is 0.8124, the best mean score over 4 shuffled folds" in text
    assert "Chosen" not in spearman_text(make_run(), 80)
