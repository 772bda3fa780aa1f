"""A reproduction runs what the data allow, resumes, goes on past a failure, and its page says what was found."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from click.testing import CliRunner
from support.manifests import made_manifest

from groupinf.cli.main import main
from groupinf.studies.load import load_config

ROOT = Path(__file__).parents[2]
COLUMNS = ["evaluation", "test_point", "kind", "method", "n_groups", "spearman", "spearman_low", "spearman_high"]


@pytest.fixture(scope="module", autouse=True)
def scripts_on_the_path() -> Iterator[None]:
    sys.path.insert(0, str(ROOT / "scripts"))
    yield
    sys.path.remove(str(ROOT / "scripts"))


def facts(dataset: str, rho: dict[str, float], under: dict[tuple[str, bool], float], **about: Any) -> Any:
    """A run with one test point: ρ of every method by evaluation, and the share that is underestimated by sign."""
    from groupinf.reproduction.reading import Facts

    points = {e: -1 if e == "self_loss" else 7 for e in rho}
    rows = [
        (e, points[e], "all", method, 30, value, value - 0.01, value + 0.01)
        for e, value in rho.items()
        for method in ("influence", "parameter_influence", "newton")
    ]
    table = pd.DataFrame(rows, columns=COLUMNS).assign(slope=1.5, underestimated=0.8)
    signs = pd.DataFrame([(e, neg, 30, share, share / 2, share, 1 + share) for (e, neg), share in under.items()])
    signs.columns = ["evaluation", "negative", "n", "under", "under_largest", "under_exact", "slope"]
    manifest = {"dataset": dataset, "n": 20_000, "d": 127, "lam_over_n": 10 ** (-11 / 3), "test_accuracy": 0.682}
    return Facts(made_manifest(**{**manifest, "git_commit": "abc", **about}), table, 7, signs, None, {})


USUAL = {("test_loss", True): 0.3, ("test_loss", False): 0.9, ("self_loss", False): 1.0}


def test_every_configuration_of_the_paper_is_run_once_and_is_accepted() -> None:
    from groupinf.datasets.known.registry import KNOWN
    from groupinf.reproduction.studies import STUDIES, dataset_of

    assert sorted(s.config.name for s in STUDIES if s.what != "evaluate") == sorted(
        path.name for path in (ROOT / "configs" / "paper").glob("*.yaml")
    )
    assert len({s.name for s in STUDIES}) == len(STUDIES)
    for study in STUDIES:
        loaded = load_config(ROOT / study.config)
        assert loaded.config.name == study.config.stem
        assert (loaded.config.regularization.sweep is not None) == (study.what == "sweep")
        assert dataset_of(study, ROOT) in KNOWN


def test_an_evaluation_comes_after_its_run_and_mnist_last() -> None:
    from groupinf.reproduction.studies import FIGURES, STUDIES

    names = [s.name for s in STUDIES]
    assert all(names.index(s.of) < names.index(s.name) for s in STUDIES if s.of)
    assert names[-2:] == ["figure-1-mnist", "figure-1-mnist-c1"]
    assert {name for of in FIGURES.values() for name in of} <= set(names)


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
    from groupinf.reproduction.driver import applies

    assert applies(override, ROOT / "configs" / "paper" / f"{config}.yaml") is expected


def in_this_process(command: list[str], cwd: Path, **_: Any) -> subprocess.CompletedProcess[str]:
    """What a process of its own would print and return, without the time that it takes to start."""
    assert command[:3] == [sys.executable, "-m", "groupinf"]
    assert cwd == Path.cwd()
    done = CliRunner().invoke(main, command[3:])
    return subprocess.CompletedProcess(command, done.exit_code, stdout=done.stdout)


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A run, its evaluation, a sweep, a study whose data are absent and one that fails, on bundled data."""
    from groupinf.reproduction import driver, reading
    from groupinf.reproduction.studies import Study

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
        Study("natural-groups-cdr", "experiment"),
        Study("figure-1-diabetes", "experiment"),
        Study("figure-1-diabetes-c1", "evaluate", of="figure-1-diabetes"),
        Study("figure-c2-diabetes", "sweep"),
        Study("figure-1-mnist", "experiment"),
    )
    for module in (driver, reading):
        monkeypatch.setattr(module, "STUDIES", studies)
    monkeypatch.setattr(driver, "FIGURES", {"figure-1": ("figure-1-diabetes", "figure-1-mnist")})
    monkeypatch.setenv("GROUPINF_DATA", str(tmp_path / "no-data"))
    monkeypatch.setattr(driver, "subprocess", SimpleNamespace(run=in_this_process, PIPE=subprocess.PIPE))
    monkeypatch.chdir(root)
    return driver.Wanted(root, tmp_path / "out", tmp_path / "kept", jobs=1)


def test_a_reproduction_goes_past_what_is_absent_and_what_fails_and_resumes(
    toy: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from groupinf.reproduction import driver
    from groupinf.reproduction.driver import reproduce
    from groupinf.reproduction.reading import read_results
    from groupinf.reproduction.record import read_record

    record = reproduce(toy)
    assert list(record.failed) == ["natural-groups-cdr"]
    assert list(record.absent) == ["mnist"]
    assert set(record.done()) == {"figure-1-diabetes", "figure-1-diabetes-c1", "figure-c2-diabetes"}
    assert (toy.reference / "figure-1.png").read_bytes().startswith(b"\x89PNG")
    assert read_record(toy.out) == record
    results = read_results(toy.out, record)
    assert [run.manifest.lam_over_n for run in results.sweeps["figure-c2-diabetes"]] == pytest.approx([0.01, 0.1])
    assert "prepare" in results.stages["figure-1-diabetes"]

    blocks = {path: path.stat().st_mtime_ns for path in toy.out.rglob("*.npz")}
    capsys.readouterr()
    again = reproduce(toy)
    assert again.done() == record.done()
    assert capsys.readouterr().err.count(": done\n") == 3
    assert {path: path.stat().st_mtime_ns for path in toy.out.rglob("*.npz")} == blocks

    lost = next(iter((toy.out / record.done()["figure-1-diabetes"].folder / "blocks").glob("*.npz")))
    lost.unlink()
    (toy.out / record.done()["figure-1-diabetes"].folder / "effects.parquet").unlink()
    monkeypatch.setattr(driver, "STUDIES", [s for s in driver.STUDIES if s.name == "figure-1-diabetes"])
    monkeypatch.setattr(driver, "FIGURES", {})
    repaired = reproduce(toy).done()["figure-1-diabetes"]
    assert repaired.folder == record.done()["figure-1-diabetes"].folder
    assert repaired.seconds > record.done()["figure-1-diabetes"].seconds
    assert lost.exists()


def test_a_picture_with_fewer_colours_looks_the_same_and_is_smaller() -> None:
    import io

    from PIL import Image

    from groupinf.reproduction.driver import with_fewer_colours

    noise = np.random.default_rng(0).integers(0, 30, (80, 80, 3), dtype=np.uint8)
    written = io.BytesIO()
    Image.fromarray(noise).save(written, "PNG")
    fewer = with_fewer_colours(written.getvalue())
    shown = np.asarray(Image.open(io.BytesIO(fewer)).convert("RGB")).astype(int)
    assert len(fewer) < len(written.getvalue())
    assert np.abs(shown - noise).mean() < 4


def test_underestimation_is_counted_apart_by_sign() -> None:
    from groupinf.analysis.pairs import PairedEffects
    from groupinf.reproduction.reading import by_sign

    predicted = np.array([[[-1.0, -3.0, 1.0, 2.0, 0.5]], [[-1.0, -1.5, 1.0, 0.8, 2.0]]])
    actual = np.array([[-2.0, -2.0, 2.0, 1.0, 1.0]])
    names = np.array(["r"] * 5, dtype=object)
    pairs = PairedEffects(
        (("test_loss", 7),), ("influence", "parameter_influence"), np.arange(5), names, predicted, actual
    )
    table = by_sign(pairs).set_index("negative")
    columns = ["n", "under", "under_largest", "under_exact", "slope"]
    assert table.loc[True, columns].tolist() == pytest.approx([2, 0.5, 0, 1, 8 / 10])
    assert table.loc[False, columns].tolist() == pytest.approx([3, 2 / 3, 0, 2 / 3, 4.5 / 5.25])


@pytest.mark.parametrize(
    ("rho", "verdict", "said"),
    [
        (0.95, "holds", "0.950 to 0.950"),
        (0.994, "holds", "0.994"),
        (0.998, "holds, with higher ρ", "above 0.99"),
        (0.7, "differs", "diabetes, test loss: 0.700"),
    ],
)
def test_the_verdict_on_rho_follows_the_table(rho: float, verdict: str, said: str) -> None:
    from groupinf.reproduction.claims import panels_claim

    claim = panels_claim([facts("diabetes", {"test_loss": rho}, USUAL)])
    assert claim.verdict == verdict
    assert said.replace(" to 0.950", "") in claim.found
    assert bool(claim.explanations) == (verdict != "holds")


def test_one_panel_of_many_below_the_range_holds_in_part() -> None:
    from groupinf.reproduction.claims import panels_claim

    claim = panels_claim([facts("diabetes", {"test_loss": 0.95, "self_loss": 0.8}, USUAL)])
    assert (claim.verdict, len(claim.explanations)) == ("holds in part", 1)


@pytest.mark.parametrize(
    ("under", "rule", "exception"),
    [
        (USUAL, "holds", "holds"),
        ({**USUAL, ("self_loss", False): 0.4}, "holds in part", "holds"),
        ({**USUAL, ("test_loss", True): 0.8}, "holds", "holds in part"),
        ({**USUAL, ("test_loss", True): 0.95}, "holds", "differs"),
    ],
)
def test_the_verdicts_on_underestimation_follow_the_signs(
    under: dict[tuple[str, bool], float], rule: str, exception: str
) -> None:
    from groupinf.reproduction.claims import falling_loss_claims, underestimation_claim

    runs = [facts("diabetes", {"test_loss": 0.95, "self_loss": 0.95}, under)]
    assert underestimation_claim(runs).verdict == rule
    assert falling_loss_claims(runs)[0].verdict == exception


@pytest.mark.parametrize(
    ("ends", "verdict", "reason"),
    [
        ((0.9, 0.97), "holds", ""),
        ((0.9, 0.8, 0.97), "holds in part", "FALLING"),
        ((0.995, 0.99), "differs", "NO_ROOM"),
        ((0.95, 0.94), "differs", "WITHIN_INTERVALS"),
        ((0.95, 0.7), "differs", "FALLING"),
    ],
)
def test_the_verdict_on_the_sweep_follows_its_ends(ends: tuple[float, ...], verdict: str, reason: str) -> None:
    from groupinf.reproduction import explanations
    from groupinf.reproduction.claims import rising_claim

    claim = rising_claim([[facts("diabetes", {"test_loss": rho}, USUAL) for rho in ends]])
    assert claim.verdict == verdict
    assert claim.explanations == ((getattr(explanations, reason),) if reason else ())


def test_the_page_shows_an_explanation_only_where_its_difference_occurs() -> None:
    from groupinf.reproduction.explanations import DATA
    from groupinf.reproduction.page import markdown_page
    from groupinf.reproduction.reading import Results
    from groupinf.reproduction.record import Entry, Record

    run = facts("diabetes", {"test_loss": 0.95, "self_loss": 0.96}, USUAL)
    record = Record({"figure-1-diabetes": Entry("k", "f", 90.0)}, {}, {}, [])
    results = Results({"figure-1-diabetes": run}, {}, {"figure-1-diabetes": {"prepare": 2.0, "compute": 8.0}})
    page = markdown_page(results, record, ["figure-1.png"])
    lines = [" ".join(line.split()) for line in page.splitlines()]
    assert "| Diabetes | 20,000 | 20,000 | 127 | 127 | 2.2·10⁻⁴ | 2.2·10⁻⁴ | 68.2 % | 68.2 % |" in lines
    assert "| diabetes | Test loss | 0.950 | [0.940, 0.960] | 0.950 | 1.50 | 80 % |" in lines
    assert "| figure-1-diabetes | 2 | 8 | 90 |" in lines
    assert "![Figure 1](figure-1.png)" in page
    assert "Natural groups" not in page
    assert "A trial" not in page
    assert not any(text in page for text in DATA.values())

    other = replace(run, manifest=replace(run.manifest, test_accuracy=0.65))
    shrunk = replace(record, shrunk=["a=1"], absent={"mnist": ["x.gz"]}, failed={"figure-2": "why"})
    page = markdown_page(replace(results, runs={"figure-1-diabetes": other}), shrunk, [])
    assert DATA["diabetes"] in page
    assert "A trial" in page
    assert "mnist (x.gz)" in page
    assert "figure-2 (why)" in page
    assert "![" not in page


def test_every_study_of_the_paper_has_its_line_in_table_1() -> None:
    from groupinf.reproduction.explanations import DATA, TABLE_1
    from groupinf.reproduction.studies import STUDIES, dataset_of

    used = {dataset_of(study, ROOT) for study in STUDIES if study.what == "experiment"}
    assert used == TABLE_1.keys() == DATA.keys()
    assert TABLE_1["dogfish_efficientnet"].d == 2_048
    assert TABLE_1["enron_spacy"].d == 3_289


def test_the_score_of_a_stored_model_is_that_of_scikit_learn(tmp_path: Path) -> None:
    """F1 at the stored parameters, here of a run on bundled data that stands for CDR."""
    from sklearn.metrics import f1_score

    import groupinf
    from groupinf.datasets.known.by_name import NamedDataset
    from groupinf.datasets.registry import load_dataset
    from groupinf.reproduction import reading
    from groupinf.reproduction.explanations import Counterpart

    config = {
        "name": "toy",
        "dataset": {"name": "breast_cancer"},
        "regularization": {"lambda_over_n": 0.1},
        "groups": {"sizes": {"min": 0.1, "max": 0.2, "num": 2}, "builders": ["random"]},
    }
    run = groupinf.run_experiment(config, out=tmp_path, jobs=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "TABLE_1", {"breast_cancer": Counterpart("CDR", "cdr", 328)})
        found = reading.facts_of(run).test_f1
    data = load_dataset(NamedDataset(name="breast_cancer"), Path(), 0)
    theta = np.load(run.path / "theta.npz")["theta"]
    predicted = data.X_test @ theta[:-1] + theta[-1] > 0
    assert found == pytest.approx(f1_score(data.y_test, predicted), abs=1e-12)


def test_paper_page_says_what_is_missing(tmp_path: Path) -> None:
    import paper_page

    with pytest.raises(SystemExit) as ended:
        paper_page.main([str(tmp_path), "-o", str(tmp_path / "p.md")])
    assert "reproduction.json" in str(ended.value)
    assert not (tmp_path / "p.md").exists()
