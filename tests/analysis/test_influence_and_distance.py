"""What is told of influence and distance is what loops over test points count."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from groupinf.analysis.influence_and_distance import (
    first_of_another_label,
    helpful_first,
    influence_and_distance,
)

N = 60
LABELS = {5: "a", 2: "b"}


def table(seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    labels = rng.choice(["a", "b"], N).astype(object)
    parts = []
    for point in LABELS:
        distance = rng.uniform(1, 9, N)
        influence = rng.normal(size=N) / distance
        parts.append(
            pd.DataFrame(
                {"row": range(N), "label": labels, "test_point": point, "influence": influence, "distance": distance}
            )
        )
    return pd.concat(parts, ignore_index=True)


def test_numbers_are_those_of_each_test_point_and_shares_of_all_together() -> None:
    points = table()
    found = influence_and_distance(points, LABELS)
    assert found.test_points == (5, 2)
    rhos, tops, ranks = [], [], []
    counts = {"own": [0, 0], "others": [0, 0], "near own": [0, 0], "near others": [0, 0]}
    for point, label in LABELS.items():
        rows = points[points["test_point"] == point].to_dict("records")
        rhos.append(spearmanr([abs(r["influence"]) for r in rows], [r["distance"] for r in rows]).statistic)
        helpful = sorted(rows, key=lambda r: -r["influence"])
        tops.append(sum(r["label"] == label for r in helpful[:20]) / 20)
        ranks.append(next(i for i, r in enumerate(helpful, 1) if r["label"] != label))
        near = sorted(rows, key=lambda r: r["distance"])[: N // 10]
        for name, chosen in (("", rows), ("near ", near)):
            for r in chosen:
                own = r["label"] == label
                count = counts[f"{name}{'own' if own else 'others'}"]
                count[0] += r["influence"] > 0 if own else r["influence"] < 0
                count[1] += 1
    assert found.rho == pytest.approx(np.mean(rhos))
    assert found.top_own == pytest.approx(np.mean(tops))
    assert list(found.first_other) == ranks
    share = {name: of / count for name, (of, count) in counts.items()}
    assert (found.all_rows.own_helpful, found.all_rows.others_harmful) == pytest.approx((share["own"], share["others"]))
    assert (found.near.own_helpful, found.near.others_harmful) == pytest.approx(
        (share["near own"], share["near others"])
    )
    both = counts["own"][0] + counts["others"][0], counts["own"][1] + counts["others"][1]
    assert found.all_rows.following == pytest.approx(both[0] / both[1])


def test_a_soft_nearest_neighbour_follows_the_label_and_falls_with_distance() -> None:
    points = table()
    own = points["label"] == points["test_point"].map(LABELS)
    points["influence"] = np.where(own, 1, -1) * np.exp(-points["distance"])
    found = influence_and_distance(points, LABELS)
    assert found.rho == pytest.approx(-1)
    assert (found.all_rows.following, found.near.own_helpful, found.near.others_harmful) == (1, 1, 1)
    assert found.top_own == 1
    assert found.first_other == (None, None)


def test_squared_distances_have_the_same_order() -> None:
    points = table()
    squared = points.assign(distance=points["distance"] ** 2)
    assert influence_and_distance(squared, LABELS) == influence_and_distance(points, LABELS)


def test_a_row_that_is_not_helpful_has_no_rank_among_helpful_ones() -> None:
    influence = np.array([-1.0, 0.0, -2.0])
    assert first_of_another_label(influence, np.array([True, False, False])) is None
    assert first_of_another_label(np.array([0.1, 0.3, 0.2]), np.array([True, True, False])) == 2
    assert helpful_first(np.array([1.0, 2.0, 2.0])).tolist() == [1, 2, 0]


def test_no_row_of_another_label_near_a_test_point_leaves_the_share_undefined() -> None:
    points = table()
    points["label"] = points["test_point"].map(LABELS)
    assert math.isnan(influence_and_distance(points, LABELS).near.others_harmful)
