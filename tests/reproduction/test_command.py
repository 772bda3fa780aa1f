"""The command of a reproduction says what is missing, and leaves what is kept alone where studies are shrunk."""

from __future__ import annotations

from pathlib import Path

import pytest

from groupinf.reproduction import command
from groupinf.reproduction.driver import Wanted
from groupinf.reproduction.paper import Paper
from groupinf.reproduction.record import Record
from groupinf.reproduction.registry import PAPERS

ROOT = Path(__file__).parents[2]


def test_a_page_alone_needs_a_reproduction(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "p.md"
    assert command.main(["koh_et_al_2019", "--out", str(tmp_path), "--page", str(page)]) == 1
    assert "expected reproduction.json" in capsys.readouterr().err
    assert not page.exists()


def test_a_paper_that_is_not_known_is_refused_with_those_that_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main(["koh_2019"])
    assert ended.value.code == 2
    assert "koh_et_al_2019" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "reference"),
    [([], ROOT / "results" / "reference"), (["--set", "seed=1"], Path("out") / "reference")],
)
def test_a_trial_does_not_replace_the_figures_that_are_kept(
    options: list[str],
    reference: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked: list[Wanted] = []

    def nothing_to_do(paper: Paper, wanted: Wanted) -> Record:
        asked.append(wanted)
        return Record({}, {"mnist": ["x.gz"]}, {}, [])

    monkeypatch.setattr(command, "reproduce", nothing_to_do)
    out = tmp_path / "out"
    assert command.main(["koh_et_al_2019", "--out", str(out), "--jobs", "2", *options]) == 1
    assert asked == [Wanted(ROOT, out, tmp_path / reference, 2, tuple(options[1:]))]
    assert "Left out: mnist, which lacks x.gz" in capsys.readouterr().out


def test_every_paper_has_its_configurations_and_draws_its_figures_from_its_studies() -> None:
    for name, paper in PAPERS.items():
        assert name == paper.name
        assert all((ROOT / study.config).is_file() for study in paper.studies)
        assert {one for of in paper.figures.values() for one in of} <= {study.name for study in paper.studies}
