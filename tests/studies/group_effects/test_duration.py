"""What is said of how long a run takes decides as measured times would whether its work is worth workers."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from groupinf.experiments.workers.processes import WORTH_WORKERS
from groupinf.groups.builders.registry import BUILDERS
from groupinf.studies.group_effects.duration import drawing_seconds, seconds_of


def shapes(n: int, d: int, outputs: int) -> tuple[Any, Any]:
    """What is asked of a dataset and of a model; the rows take no memory."""
    dataset = SimpleNamespace(n=n, X_train=np.broadcast_to(0.0, (n, d + 1)))
    return dataset, SimpleNamespace(size=lambda _: outputs * (d + 1), loss=SimpleNamespace(outputs=outputs))


@pytest.mark.parametrize(
    ("shape", "drawing", "blocks"),
    [((455, 30, 1), 0.35, 1.5), ((1438, 64, 10), 1.1, 13.0), ((20_000, 127, 1), 13.0, 16.4)],
    ids=["breast_cancer", "digits", "Diabetes"],
)
def test_measured_seconds_are_met_within_a_factor_of_three(
    shape: tuple[int, int, int], drawing: float, blocks: float
) -> None:
    """Two builders of clusters, and 1,700 groups, on one processor."""
    for said, measured in (
        (drawing_seconds(2, *shapes(*shape)), drawing),
        (seconds_of(1700, *shapes(*shape), theory=False), blocks),
    ):
        assert measured / 3 < said < measured * 3
        assert (said > WORTH_WORKERS) == (measured > WORTH_WORKERS)


def test_only_builders_of_clusters_compare_every_two_rows() -> None:
    assert {name for name, builder in BUILDERS.items() if builder.compares_rows} == {
        "feature_clusters",
        "gradient_clusters",
    }
    assert drawing_seconds(0, *shapes(10**6, 100, 1)) == 0


def test_sparse_rows_count_by_what_they_store() -> None:
    dataset, model = shapes(20_000, 127, 1)
    dense = seconds_of(1700, dataset, model, theory=False)
    dataset.X_train = sparse.random_array((20_000, 128), density=0.01, rng=np.random.default_rng(0)).tocsr()
    assert seconds_of(1700, dataset, model, theory=False) < dense / 10
