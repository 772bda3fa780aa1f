"""points.parquet: what is predicted of single training rows, joined with what retraining without them found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

import numpy as np
import pandas as pd

from groupinf.analysis.pairs import ACTUAL
from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.effects.evaluations.self_loss import SELF_LOSS
from groupinf.experiments.folder.files import npz_arrays, parquet_table
from groupinf.groups.groups import Groups
from groupinf.points.point_effects import RemovalEffects
from groupinf.points.row_scores import RowScores
from groupinf.studies.group_effects.manifest import GroupEffectsManifest
from groupinf.studies.group_effects.points.files import POINT_ARRAYS
from groupinf.studies.linear.rows import ROWS

POINTS = "points.parquet"
PAIR = ["row", "evaluation", "test_point"]
OF_ROWS = tuple(field.name for field in fields(RowScores))
OF_VALUES = (*(field.name for field in fields(RemovalEffects)), "distance")
# in the order of the table, where those of retraining have their places
_OWN = OF_ROWS.index("self_newton") + 1
COLUMNS = (
    *("row", "key", "label", "predicted", "weight", *OF_ROWS[:_OWN], "self_actual", *OF_ROWS[_OWN:], *PAIR[1:]),
    *(*OF_VALUES[:-1], "actual", "error_estimate", OF_VALUES[-1]),
)


def points_table(
    about: GroupEffectsManifest, files: Mapping[str, bytes], groups: Groups, effects: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """POINTS, a row for each training row, evaluation and test point, in that order; nothing where not asked for.

    ``effects`` are those of the run's ``groups``, of which those of a single row tell what retraining found.
    """
    if POINT_ARRAYS not in files:
        return {}
    arrays, data = npz_arrays(files[POINT_ARRAYS]), parquet_table(files[ROWS])
    rows, values = arrays["rows"], _values(about)
    train = data[data["split"] == "train"].set_index("row").loc[rows]
    of_rows = {name: train[name].to_numpy() for name in ("key", "label", "weight") if name in train}
    if "predicted" in arrays:
        labels = {str(label): label for label in data["label"].unique()}
        of_rows["predicted"] = np.array([labels[name] for name in about.classes])[arrays["predicted"]]
    of_rows |= {name: arrays[name] for name in OF_ROWS}
    evaluation, point = (np.array(part, dtype=object) for part in zip(*values, strict=True))
    table = pd.DataFrame(
        {
            "row": np.repeat(rows, len(values)),
            **{name: np.repeat(column, len(values)) for name, column in of_rows.items()},
            "evaluation": np.tile(evaluation, rows.size),
            "test_point": np.tile(point.astype(np.int64), rows.size),
            **{name: arrays[name].T.ravel() for name in OF_VALUES},
        }
    )
    alone = _alone(groups, effects)
    own = alone.loc[alone["evaluation"] == SELF_LOSS.name, ["row", "actual"]].rename(columns={"actual": "self_actual"})
    table = table.merge(alone, how="left", on=PAIR, validate="one_to_one")
    table = table.merge(own, how="left", on="row", validate="many_to_one")
    return {POINTS: table[[name for name in COLUMNS if name in table]]}


def _values(about: GroupEffectsManifest) -> list[tuple[str, int]]:
    """The (evaluation, test point) that points are told of, in the order of their arrays."""
    told = [name for name in about.evaluations if EVALUATIONS[name].on_test_points()]
    return [(name, point) for name in told if EVALUATIONS[name].differentiable for point in about.test_points]


def _alone(groups: Groups, effects: pd.DataFrame) -> pd.DataFrame:
    """Actual effects of the rows that were removed alone, each once: PAIR, actual and error_estimate."""
    single = effects[(effects["size"] == 1) & (effects["method"] == ACTUAL)]
    found = single.assign(row=groups.indices[groups.indptr[single["group"].to_numpy()]].astype(np.int64))
    found = found.rename(columns={"effect": "actual"})[[*PAIR, "actual", "error_estimate"]]
    return found.drop_duplicates(PAIR)
