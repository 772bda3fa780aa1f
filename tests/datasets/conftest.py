from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from groupinf.datasets.known.registry import facts_of


@pytest.fixture(scope="session")
def real_home() -> Callable[..., Path]:
    """Give the folder of real data, $GROUPINF_DATA, to who names the datasets (and other files) that it must have.

    Where it lacks a file, the test is skipped; in continuous integration it fails.
    """

    def home(*datasets: str, others: tuple[str, ...] = ()) -> Path:
        if "GROUPINF_DATA" not in os.environ:
            pytest.skip("GROUPINF_DATA is not set: no real data")
        folder = Path(os.environ["GROUPINF_DATA"])
        needed = [*(source.path for name in datasets for source in facts_of(name).files), *others]
        missing = [name for name in needed if not (folder / name).is_file()]
        if missing and os.environ.get("CI") == "true":
            pytest.fail(f"GROUPINF_DATA is set, but there is no {folder / missing[0]}")
        if missing:
            pytest.skip(f"no {folder / missing[0]}")
        return folder

    return home


@pytest.fixture(scope="session")
def real_data(real_home: Callable[..., Path]) -> Path:
    """The folder of real data with what the tests of Diabetes need."""
    return real_home("diabetes", others=("checks/diabetes_paper_split.npz",))
