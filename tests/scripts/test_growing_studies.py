"""The page of growing studies has the exponents of what was measured, and all processes of a command are seen."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from groupinf.studies.group_effects.checks import load_checked
from groupinf.studies.load import load_config

# a child that holds 100 MB, while a grandchild works
WORK = "import subprocess, sys; held = b'1' * 10**8; subprocess.run([sys.executable, '-c', 'sum(range(15 * 10**6))'])"


def test_memory_and_time_are_those_of_all_processes() -> None:
    from benchmarking.growing.stages import run_stage

    idle = run_stage([sys.executable, "-c", "import time; time.sleep(0.3)"])
    taken = run_stage([sys.executable, "-c", WORK])
    assert 95e6 < taken.own - idle.own < 115e6
    assert taken.resident >= taken.own
    assert taken.cpu > idle.cpu + 0.1
    assert taken.wall > 0.0


def test_a_command_that_fails_says_why() -> None:
    from benchmarking.growing.stages import run_stage

    with pytest.raises(subprocess.CalledProcessError) as caught:
        run_stage([sys.executable, "-c", "raise SystemExit('no such thing')"])
    assert "no such thing" in caught.value.stderr


def test_exponents_are_those_that_were_put_in() -> None:
    from benchmarking.growing.study import exponent

    sizes = [1.0, 2.0, 4.0, 8.0]
    assert exponent(sizes, [3.0 * size**1.7 for size in sizes], 0.5) == pytest.approx(1.7)
    assert exponent(sizes, [5.0] * 4, 0.5) == pytest.approx(0.0, abs=1e-12)
    assert exponent(sizes, [0.4, 1.0, 2.0, 4.0], 0.5) is None


@pytest.mark.parametrize("small", [False, True])
def test_the_study_of_a_shape_has_its_rows_features_classes_and_groups(tmp_path: Path, small: bool) -> None:
    from benchmarking.growing.study import StudyShape, write_study

    path = write_study(StudyShape(n=300, d=4, classes=3, groups=7, small=small), tmp_path)
    loaded = load_config(path)
    dataset = load_checked(loaded)
    assert (dataset.n, dataset.d, len(dataset.classes)) == (300, 4, 3)
    builder = loaded.located().groups.builders[0]
    assert builder.most_groups(dataset, loaded.config.groups.sizes.num if not small else 0, 3) == 7
    if small:
        assert {group.indices.size for group in builder.known_groups(dataset)} == {20}


def test_the_page_tells_what_was_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import growing_studies
    from benchmarking.growing.stages import Taken
    from benchmarking.growing.study import BASE, LEAST, Measured, StudyShape

    def study(shape: StudyShape, jobs: int) -> Measured:
        """Two seconds and 100 MB to begin with, then time like n² and memory like the groups."""
        grown = 0 if shape == LEAST else (shape.n / BASE.n) ** 2
        taken = Taken(2.0 + grown, 1.0, 10**8 + (shape != LEAST) * 10**5 * shape.groups, 10**9)
        return Measured(shape, (taken, taken, replace(taken, own=2 * taken.own)))

    monkeypatch.setattr(growing_studies, "measured_study", study)
    monkeypatch.setattr(
        growing_studies, "measure", lambda task, folder: {"processor": "p", "versions": {}, "matrix_product": 1e9}
    )
    out = tmp_path / "page.md"
    growing_studies.main(["--line", "n", "--line", "groups", "--line", "tall", "--out", str(out)])
    lines = out.read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line[:1] == "|"]
    exponents = {row[0]: row[2:] for row in rows if "to" in row[1]}
    assert exponents["n"][:2] == ["2.00", "0.00"]
    assert exponents["groups"][:2] == ["0.00", "1.00"]
    assert ["n", "160,000", "30", "2", "100", "66.0", "110", "66.0", "110", "66.0", "220", "3"] in rows
    tall = next(row for row in rows if row[0] == "1,000,000")
    assert (tall[3], tall[5], tall[-1]) == ("500", "150", "800")
    assert np.isclose(float(tall[4]), 2502.0)
