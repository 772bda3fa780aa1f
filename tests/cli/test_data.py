"""``groupinf data`` lists, gets, verifies, describes and imports datasets; failures are one message and a status."""

from __future__ import annotations

import io
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from groupinf.cli.data_text import list_text, rows_text
from groupinf.cli.main import main
from groupinf.cli.transfers import Bar, Notes, shown_transfer
from groupinf.datasets.known.by_name import NamedDataset
from groupinf.datasets.known.registry import dataset_names, facts_of
from groupinf.datasets.registry import load_dataset
from groupinf.errors import DataError

README = (Path(__file__).parents[2] / "data" / "README.md").read_text(encoding="utf-8")
FIRES = "forestfires/forestfires.csv"
REAL = (
    "cdr_rebuilt",
    "diabetes",
    "dogfish_efficientnet",
    "enron",
    "enron_spacy",
    "forest_fires",
    "mnist",
    "nli_workers",
)


def invoke(*args: str) -> Result:
    return CliRunner().invoke(main, ["data", *args], prog_name="groupinf")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data home."""
    monkeypatch.setenv("GROUPINF_DATA", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "home"


REAL_HOME = os.environ.get("GROUPINF_DATA")  # before a test sets another one


@pytest.fixture
def real() -> Callable[..., Path]:
    """Give the folder of real data to who names the datasets that it must have."""

    def folder(*names: str) -> Path:
        if REAL_HOME is None:
            pytest.skip("GROUPINF_DATA is not set: no real data")
        missing = [s.path for name in names for s in facts_of(name).files if not (Path(REAL_HOME) / s.path).is_file()]
        if missing and os.environ.get("CI") == "true":
            pytest.fail(f"GROUPINF_DATA is set, but there is no {missing[0]}")
        if missing:
            pytest.skip(f"no {missing[0]}")
        return Path(REAL_HOME)

    return folder


def test_list_has_a_line_for_each_dataset_and_all_facts(home: Path) -> None:
    (home / FIRES).parent.mkdir(parents=True)
    (home / FIRES).touch()
    (home / "enron1").mkdir()
    (home / "enron1" / "enron1.tar.gz").touch()
    result = invoke("list")
    lines = {line.split()[0]: line for line in result.stdout.splitlines() if line.split()}
    for name in dataset_names():
        facts = facts_of(name)
        assert f" {facts.n:,} " in lines[name]
        assert f" {facts.d:,} " in lines[name]
        assert lines[name].endswith(f" {facts.licence}")
    assert re.search(r" 2 no +2\.2·10⁻⁴ +68\.2 % ", lines["diabetes"])
    assert "F1 42.0 %" in lines["cdr"]
    assert " – present " in lines["forest_fires"]
    assert "`groupinf data verify` tells whether they are the right ones" in result.stdout
    assert [" in part " in lines[name] for name in ("enron_spacy", "enron")] == [True, False]
    assert " bundled " in lines["digits"]
    assert "\x1b" not in result.stdout


def test_list_fits_80_columns(home: Path) -> None:
    lines = list_text([facts_of(name) for name in dataset_names()], Path("/data"), 80).splitlines()
    assert max(map(len, lines)) <= 80
    assert [line.split()[0] for line in lines[1 : len(dataset_names()) + 1]] == list(dataset_names())
    assert "…" in "".join(lines)  # licences too long for what is left
    for name in dataset_names():
        assert f" {facts_of(name).n:,} " in " ".join(lines)


def test_wrong_name_is_refused_before_anything_is_done(home: Path) -> None:
    for args in (["fetch", "digits", "minst"], ["verify", "minst"], ["show", "minst"], ["import", "minst", "."]):
        result = invoke(*args)
        assert result.exit_code == 2
        assert "found 'minst'; did you mean 'mnist'?" in result.stderr
        assert result.stdout == ""


def test_failed_fetch(home: Path, tmp_path: Path) -> None:
    result = invoke("fetch", "digits", "dogfish_efficientnet", "--mirror", str(tmp_path))
    assert result.exit_code == 1
    assert result.stdout == "digits: comes with scikit-learn, there is nothing to fetch\n"
    for source in facts_of("dogfish_efficientnet").files:  # none of them has a URL
        assert f"\n  {tmp_path / source.path}: could not be opened: No such file or directory\n" in result.stderr
        assert f"Get it from {source.origin}, then `groupinf data import dogfish_efficientnet" in result.stderr
    assert invoke("fetch", "mnist", "--mirror", "/nowhere").exit_code == 2


def test_verify_of_nothing(home: Path) -> None:
    home.mkdir()
    result = invoke("verify")
    assert (result.exit_code, result.stdout) == (0, f"no files to verify in {home}\n")
    assert invoke("verify", "digits").stdout == "no files to verify of these datasets\n"
    missing = invoke("verify", "forest_fires")
    assert (missing.exit_code, missing.stdout) == (1, f"{FIRES}: not on disk\n")
    assert "1 of 1 file missing or wrong" in missing.stderr
    assert f"  {FIRES}: `groupinf data fetch forest_fires` downloads it;" in missing.stderr
    assert "  dogfish/inception" not in missing.stderr


def test_data_home_that_is_none(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = invoke("verify")
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"{home}: expected the folder of the data home (GROUPINF_DATA), found no such folder" in result.stderr
    assert f"on disk: in {home} (no such folder)" in invoke("list").stdout
    home.write_text("")
    assert "found a file, not a folder" in invoke("verify", "mnist").stderr
    assert f"on disk: in {home} (a file, not a folder)" in invoke("list").stdout
    assert invoke("verify", "digits").exit_code == 0  # has no files
    monkeypatch.delenv("GROUPINF_DATA")
    default = invoke("verify")
    assert default.exit_code == 0
    assert default.stdout.endswith("groupinf (no such folder)\n")


def test_a_folder_that_cannot_be_looked_into_stops_no_other_dataset(home: Path) -> None:
    home.mkdir()
    (home / "mnist").symlink_to("mnist")  # a circle: an error for any user, root too
    (home / FIRES).mkdir(parents=True)
    lines = {line.split()[0]: line for line in invoke("list").stdout.splitlines() if line.split()}
    assert [" unreadable " in lines[name] for name in ("mnist", "mnist_small", "forest_fires", "enron")] == [
        True,
        True,
        True,
        False,
    ]
    for command in (["verify"], ["fetch", "mnist", "forest_fires", "--force"]):
        result = invoke(*command)
        assert result.exit_code == 1
        text = result.stdout + result.stderr
        assert f"{home / 'mnist'} cannot be looked into: Too many levels of symbolic links" in text
        assert "expected a file, but a folder is there; move it away" in text
    own = home.parent / "forestfires.csv"
    own.write_bytes(b"1,2\n")
    assert "a folder is there; move it away" in invoke("import", "forest_fires", str(own), "--force").stderr


def test_a_named_dataset_says_how_its_files_are_got(home: Path) -> None:
    def fault(name: str) -> str:
        with pytest.raises(DataError) as caught:
            load_dataset(NamedDataset(name=name), Path(), 0)
        return str(caught.value)

    assert fault("forest_fires") == (
        f"{home / FIRES}: no such file. `groupinf data fetch forest_fires` downloads it; `groupinf data import"
        " forest_fires forestfires.csv` takes a copy that you have, or set GROUPINF_DATA to the folder that holds"
        f" {FIRES}"
    )
    for name in ("diabetes", "forest_fires", "dogfish"):
        for source in facts_of(name).files:
            (home / source.path).parent.mkdir(parents=True, exist_ok=True)
            (home / source.path).write_bytes(b"<!DOCTYPE html>")
        assert "found a web page (HTML), perhaps of a login or an error. " in fault(name)
    assert "`groupinf data fetch --force diabetes` replaces it" in fault("diabetes")
    assert "; `groupinf data import --force dogfish" in fault("dogfish")
    for source in facts_of("dogfish").files:  # whose sha256 are not known
        (home / source.path).write_bytes(b"PK of something else")
    assert "expected a NumPy .npz archive" in fault("dogfish")
    assert "`groupinf data import --force dogfish" in fault("dogfish")


def test_import_verify_and_a_wrong_file(home: Path, real: Callable[..., Path], tmp_path: Path) -> None:
    own = tmp_path / "my fires.txt"
    shutil.copyfile(real("forest_fires") / FIRES, own)
    result = invoke("import", "forest_fires", str(own))
    assert result.exit_code == 0
    assert result.stdout == f"{FIRES}: 25,478 bytes from {own}, verified\n"
    assert invoke("verify").stdout == f"{FIRES}: right\n"
    (home / FIRES).write_bytes(b"X,Y\n")
    result = invoke("verify")
    assert result.exit_code == 1
    assert f"{FIRES}: wrong: expected sha256 {facts_of('forest_fires').files[0].sha256}, found " in result.stdout
    assert f"  {FIRES}: `groupinf data fetch --force forest_fires` replaces it" in result.stderr
    assert "`groupinf data fetch --force forest_fires` replaces it" in invoke("show", "forest_fires").stdout
    result = invoke("import", "forest_fires", str(own))
    assert (result.exit_code, (home / FIRES).read_bytes()) == (2, b"X,Y\n")
    assert invoke("import", "forest_fires", str(own), "--force").exit_code == 0
    assert invoke("verify", "forest_fires").exit_code == 0


def test_every_real_dataset_is_fetched_from_a_mirror_and_verified(home: Path, real: Callable[..., Path]) -> None:
    folder = real(*REAL)
    result = invoke("fetch", *REAL, "--mirror", str(folder))
    assert (result.exit_code, result.stderr) == (0, "")
    assert all(line.endswith("verified") for line in result.stdout.splitlines())
    paths = {source.path for name in REAL for source in facts_of(name).files}
    assert {str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()} == paths
    verified = invoke("verify")
    assert verified.exit_code == 0
    assert sorted(verified.stdout.splitlines()) == sorted(f"{path}: right" for path in paths)
    again = invoke("fetch", *REAL, "--mirror", str(folder)).stdout.splitlines()
    assert all(line.endswith("already there, verified") for line in again)


def test_show_of_a_dataset_that_is_not_there(home: Path) -> None:
    text = invoke("show", "cdr").stdout
    facts = facts_of("cdr")
    for words in (facts.title, facts.citation, facts.licence, "F1 42.0 %", "cdr/cdr.db: not on disk", "not stated"):
        assert " ".join(words.split()) in " ".join(text.split())
    assert "Not loaded" in text


def test_show_of_a_wrong_file_loads_nothing(home: Path) -> None:
    (home / FIRES).parent.mkdir(parents=True)
    (home / FIRES).write_bytes(b"<html>")
    text = " ".join(invoke("show", "forest_fires").stdout.split())
    assert f"{FIRES}: wrong: expected the file forestfires.csv, found a web page" in text
    assert "Not loaded" in text


def test_show_of_bundled_data(home: Path) -> None:
    text = " ".join(invoke("show", "breast_cancer").stdout.split())
    assert "455 × 30, dense" in text
    assert "mean radius, mean texture" in text
    assert "and 22 more" in text


def test_show_of_real_data(home: Path, real: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUPINF_DATA", str(real("diabetes", "forest_fires", "enron")))
    diabetes, fires, enron = (" ".join(invoke("show", n).stdout.split()) for n in ("diabetes", "forest_fires", "enron"))
    assert "training rows 20,000: 10,000 of class 0, 10,000 of class 1" in diabetes
    assert "group patient_nbr 16,334 values with 1 to 21 rows" in diabetes
    assert "group medical_specialty 63 values" in diabetes
    assert "diabetes/dataset_diabetes.zip: right" in diabetes
    assert "regression" in fires
    assert re.search(r"training rows 414: y from 0 to \d", fires)
    assert "group day 7 values" in fires
    assert "4,137 × 6,284, sparse" in enron


def test_rows_are_wrapped_but_hashes_stay_whole() -> None:
    sha = "0" * 64
    text = rows_text([("title", "word " * 40), ("sha256", f"{sha} of it")], 72)
    assert sha in text
    assert max(len(line) for line in text.splitlines() if sha not in line) <= 72
    assert all(line.startswith(" " * 10) or line.startswith("  ") for line in text.splitlines())


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_a_bar_on_a_terminal_and_notes_elsewhere() -> None:
    terminal, file = Terminal(), io.StringIO()
    for transfer in (shown_transfer(terminal), shown_transfer(file)):
        transfer.begin("a [file].gz", 2_000_000)
        transfer.advance(1_000_000)
        transfer.end()
        transfer.end()  # nothing came
        transfer.note("a note [b]")
    assert isinstance(shown_transfer(terminal), Bar)
    assert type(shown_transfer(file)) is Notes
    assert file.getvalue() == "a note [b]\n"
    assert "a [file].gz" in terminal.getvalue()
    assert "1.0/2.0 MB" in terminal.getvalue()


def test_readme_names_every_command_argument_and_option() -> None:
    group = main.commands["data"]
    assert isinstance(group, click.Group)
    section = README[README.index("## Getting data\n") :].split("\n## ")[0]
    named = set(re.findall(r"^\| `(--[a-z]+)", section, re.MULTILINE))
    options: dict[str, set[str]] = {}
    for name, command in group.commands.items():
        metavars = [p.make_metavar(click.Context(command)) for p in command.params if isinstance(p, click.Argument)]
        assert f"| `{' '.join(['groupinf data', name, *metavars])}` |" in section
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                options.setdefault(parameter.opts[0], set()).add(name)
    assert named == set(options)
    for option, commands in options.items():
        assert re.search(rf"^\| `{option}[ `][^|]*\| {', '.join(sorted(commands))} \|", section, re.MULTILINE)


def test_a_dataset_that_is_made_says_so_everywhere(home: Path, tmp_path: Path) -> None:
    lines = {line.split()[0]: line for line in invoke("list").stdout.splitlines() if line.split()}
    assert " made " in lines["ortho"]
    text = " ".join(invoke("show", "ortho").stdout.split())
    assert "files none: the dataset is made as it is loaded" in text
    assert "adversarial Points, labels and numbers of copies are chosen adversarially, so that" in text
    assert "120 × 2, dense" in text
    assert invoke("fetch", "ortho").stdout == "ortho: is made as it is loaded, there is nothing to fetch\n"
    assert invoke("verify", "ortho").stdout.startswith("no files to verify of these datasets")
    refused = invoke("import", "ortho", str(tmp_path))
    assert refused.exit_code == 2
    assert "ortho is made as it is loaded: it has no files to import" in refused.stderr
    assert "adversarial" not in invoke("show", "digits").stdout
