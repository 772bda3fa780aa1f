from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data, $GROUPINF_DATA; where it lacks a file, continuous integration fails."""
    if "GROUPINF_DATA" not in os.environ:
        pytest.skip("GROUPINF_DATA is not set: no real data")
    folder = Path(os.environ["GROUPINF_DATA"])
    needed = [folder / "diabetes" / "dataset_diabetes.zip", folder / "checks" / "diabetes_paper_split.npz"]
    missing = [str(f) for f in needed if not f.is_file()]
    if missing and os.environ.get("CI") == "true":
        pytest.fail(f"GROUPINF_DATA is set, but there is no {missing[0]}")
    if missing:
        pytest.skip(f"no {missing[0]}")
    return folder
