"""Rows most likely mislabelled: those whose own loss rises most without them, by exact leave-one-out."""

from __future__ import annotations

import numpy as np
import pandas as pd

COLUMNS = (
    "row", "key", "label", "predicted", "score", "loss", "leave_one_out_loss", "leave_one_out_exact", "rise",
    "self_influence", "rank_by_self_influence", "gap",
)  # fmt: skip


def retrained_suspects(points: pd.DataFrame) -> pd.DataFrame:
    """The rows of the table ``points`` that were retrained without, the largest exact rise of their own loss first.

    ``leave_one_out_exact`` is the unweighted loss of the row by the model that was retrained without it, beside
    ``leave_one_out_loss`` by the Newton step; ``rise`` is by how much s_i l_i rises, which ``self_influence`` predicts
    to first order, and ``gap`` what it misses of that. ``rank_by_self_influence`` is among all rows of the table, from
    1.
    """
    rows = points.drop_duplicates("row")
    rank = rows["self_influence"].rank(ascending=False, method="min")
    weight = rows["weight"].where(rows["weight"] > 0.0, np.nan)
    told = rows.assign(
        leave_one_out_exact=rows["loss"] + rows["self_actual"] / weight,
        rise=rows["self_actual"],
        rank_by_self_influence=rank.astype("Int64"),
        gap=rows["self_actual"] - rows["self_influence"],
    )
    found = told[told["rise"].notna()].sort_values("rise", ascending=False, kind="stable", ignore_index=True)
    return found[[name for name in COLUMNS if name in found]]
