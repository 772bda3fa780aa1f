from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.slurm import Cluster, one_node_cluster, why_not

STUDY = """\
name: small
seed: 3
dataset: {name: breast_cancer}
regularization: {lambda_over_n: 1e-2}
groups: {sizes: {min: 0.01, max: 0.2, num: 60}, builders: [random, random_within_class]}
test_points: {random: 2}
"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A study of three blocks, in a folder whose name a shell would take apart."""
    folder = tmp_path / "it's 100% λ"
    folder.mkdir()
    (folder / "small.yaml").write_text(STUDY, encoding="utf-8")
    return folder / "small.yaml"


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A real Slurm; where it cannot be had the test is skipped, and in continuous integration it fails."""
    reason = why_not()
    if reason is not None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    with one_node_cluster() as running:
        yield running
