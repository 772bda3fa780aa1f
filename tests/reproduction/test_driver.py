"""A reproduction runs what the data allow, resumes, and goes on past a failure."""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import yaml
from click.testing import CliRunner
from PIL import Image

from groupinf.cli.main import main
from groupinf.reproduction import driver
from groupinf.reproduction.driver import applies, with_fewer_colours
from groupinf.reproduction.paper import Paper, Study
from groupinf.reproduction.papers.koh_et_al_2019.paper import KOH_ET_AL_2019
from groupinf.reproduction.record import read_record
from groupinf.reproduction.results import facts_of, read_results

ROOT = Path(__file__).parents[2]
BAND = ("test_points.percentile=[40,60]",)


def study(name: str, command: str) -> Study:
    return Study(name, command, Path("configs") / "paper" / f"{name}.yaml")


@pytest.mark.parametrize(
    ("override", "config", "expected"),
    [
        ("groups.sizes.num=3", "figure-1-cdr", True),
        ("groups.sizes.num=3", "natural-groups-cdr", False),
        ("seed=1", "natural-groups-cdr", True),
        ("groups.builders.0.min_size=2", "natural-groups-cdr", False),
    ],
)
def test_an_override_goes_to_the_studies_that_have_its_section(override: str, config: str, expected: bool) -> None:
    assert applies(override, ROOT / "configs" / "paper" / f"{config}.yaml") is expected


def in_this_process(command: list[str], cwd: Path, **_: Any) -> subprocess.CompletedProcess[str]:
    """What a process of its own would print and return, without the time that it takes to start."""
    assert command[:3] == [sys.executable, "-m", "groupinf"]
    assert cwd == Path.cwd()
    done = CliRunner().invoke(main, command[3:])
    return subprocess.CompletedProcess(command, done.exit_code, stdout=done.stdout)


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Paper, driver.Wanted]:
    """A run, its evaluation, a sweep, a study whose data are absent and one that fails, on bundled data."""
    sizes = {"min": 0.05, "max": 0.2, "num": 3}
    base = {"groups": {"sizes": sizes, "builders": ["random"]}, "test_points": {"highest_loss": 1}}
    base |= {"evaluations": ["test_loss"], "methods": ["influence"]}
    configs = {
        "figure-1-diabetes": {"dataset": {"name": "breast_cancer"}, "regularization": {"lambda_over_n": 0.01}},
        "figure-c2-diabetes": {
            "dataset": {"name": "breast_cancer"},
            "regularization": {"lambda_over_n": 0.01, "sweep": {"min": 0.01, "max": 0.1, "num": 2}},
        },
        "figure-1-mnist": {"dataset": {"name": "mnist"}, "regularization": {"lambda_over_n": 0.01}},
        "natural-groups-cdr": {"dataset": {"name": "digits"}, "regularization": {"lambda_over_n": -1}},
    }
    root = tmp_path / "root"
    (root / "configs" / "paper").mkdir(parents=True)
    for name, config in configs.items():
        text = yaml.safe_dump({"name": name, **base, **config})
        (root / "configs" / "paper" / f"{name}.yaml").write_text(text, encoding="utf-8")
    studies = (
        study("natural-groups-cdr", "experiment"),
        study("figure-1-diabetes", "experiment"),
        replace(
            study("figure-1-diabetes", "evaluate"), name="figure-1-diabetes-c1", of="figure-1-diabetes", settings=BAND
        ),
        study("figure-c2-diabetes", "sweep"),
        study("figure-1-mnist", "experiment"),
    )
    monkeypatch.setenv("GROUPINF_DATA", str(tmp_path / "no-data"))
    monkeypatch.setattr(driver, "subprocess", SimpleNamespace(run=in_this_process, PIPE=subprocess.PIPE))
    monkeypatch.chdir(root)
    paper = replace(KOH_ET_AL_2019, studies=studies, figures={"figure-1": ("figure-1-diabetes", "figure-1-mnist")})
    return paper, driver.Wanted(root, tmp_path / "out", tmp_path / "kept", jobs=1)


def test_a_reproduction_goes_past_what_is_absent_and_what_fails_and_resumes(
    toy: tuple[Paper, driver.Wanted], capsys: pytest.CaptureFixture[str]
) -> None:
    paper, wanted = toy
    record = driver.reproduce(paper, wanted)
    assert list(record.failed) == ["natural-groups-cdr"]
    assert list(record.absent) == ["mnist"]
    assert set(record.done()) == {"figure-1-diabetes", "figure-1-diabetes-c1", "figure-c2-diabetes"}
    assert (wanted.reference / "figure-1.png").read_bytes().startswith(b"\x89PNG")
    assert read_record(wanted.out) == record
    results = read_results([s.name for s in paper.studies], wanted.out, record, facts_of)
    assert [run.manifest.lam_over_n for run in results.sweeps["figure-c2-diabetes"]] == pytest.approx([0.01, 0.1])
    assert "prepare" in results.stages["figure-1-diabetes"]

    blocks = {path: path.stat().st_mtime_ns for path in wanted.out.rglob("*.npz")}
    capsys.readouterr()
    again = driver.reproduce(paper, wanted)
    assert again.done() == record.done()
    assert capsys.readouterr().err.count(": done\n") == 3
    assert {path: path.stat().st_mtime_ns for path in wanted.out.rglob("*.npz")} == blocks

    lost = next(iter((wanted.out / record.done()["figure-1-diabetes"].folder / "blocks").glob("*.npz")))
    lost.unlink()
    (wanted.out / record.done()["figure-1-diabetes"].folder / "effects.parquet").unlink()
    one = replace(paper, studies=tuple(s for s in paper.studies if s.name == "figure-1-diabetes"), figures={})
    repaired = driver.reproduce(one, wanted).done()["figure-1-diabetes"]
    assert repaired.folder == record.done()["figure-1-diabetes"].folder
    assert repaired.seconds > record.done()["figure-1-diabetes"].seconds
    assert lost.exists()


def test_a_picture_with_fewer_colours_looks_the_same_and_is_smaller() -> None:
    noise = np.random.default_rng(0).integers(0, 30, (80, 80, 3), dtype=np.uint8)
    written = io.BytesIO()
    Image.fromarray(noise).save(written, "PNG")
    fewer = with_fewer_colours(written.getvalue())
    shown = np.asarray(Image.open(io.BytesIO(fewer)).convert("RGB")).astype(int)
    assert len(fewer) < len(written.getvalue())
    assert np.abs(shown - noise).mean() < 4
