"""Commands import what they use and no more: whoever asks for help, or slips, does not wait for numerical libraries."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from groupinf.cli.main import main
from groupinf.experiments.workers.processes import each, start_workers
from groupinf.studies.group_effects.block import retrain_block

LIBRARIES = {"pydantic", "numpy", "scipy", "joblib", "pyarrow", "rich", "pandas", "matplotlib", "sklearn", "numba"}
# what checks a configuration
CHECKING = {"pydantic", "numpy"}
CONFIG = """name: s
dataset: {name: breast_cancer}
regularization: {lambda_over_n: 0.1}
groups: {sizes: {min: 0.1, max: 0.2, num: 2}, builders: [random, feature_clusters]}
evaluations: [test_loss, self_loss]
methods: [influence, newton]
"""
# runs commands one after the other in one process; a line for each, with what has been imported by its end
CODE = """
import json, sys
from groupinf.cli.main import main
for words in json.loads(sys.argv[1]):
    try:
        main(words)
    except SystemExit as end:
        print("ended", json.dumps([words, end.code or 0, [*sys.modules]]))
"""
Ended = tuple[list[str], int, set[str]]


def run(commands: Iterable[Iterable[str]], cwd: Path) -> list[Ended]:
    """Of each command its words, its exit status, and the modules imported by it and by those before it."""
    words = json.dumps([[*command] for command in commands])
    done = subprocess.run([sys.executable, "-c", CODE, words], cwd=cwd, check=True, capture_output=True, text=True)
    ended = [json.loads(line[6:]) for line in done.stdout.splitlines() if line.startswith("ended ")]
    return [(command, status, {*modules}) for command, status, modules in ended]


def importing(ended: Iterable[Ended], libraries: set[str]) -> list[list[str]]:
    """The commands by the end of which one of the libraries was imported."""
    return [words for words, _, modules in ended if modules & libraries]


def commands(group: click.Group, *above: str) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        yield from commands(command, *above, name) if isinstance(command, click.Group) else [(*above, name)]


def test_help_imports_no_library(tmp_path: Path) -> None:
    ended = run([("--help",), *((*command, "--help") for command in commands(main))], tmp_path)
    assert len(ended) > 20
    assert {status for _, status, _ in ended} == {0}
    assert importing(ended, {*LIBRARIES, "yaml"}) == []


def test_datasets_are_listed_and_a_configuration_is_missed_without_a_library(tmp_path: Path) -> None:
    configured = ("experiment", "validate", "sweep", "prepare", "suspects", "robustness")
    ended = run([("data", "list"), *((command, "none.yaml") for command in configured)], tmp_path)
    assert [status for _, status, _ in ended] == [0, *(2 for _ in configured)]
    assert importing(ended, LIBRARIES) == []


def test_an_error_in_a_configuration_needs_nothing_that_computes(tmp_path: Path) -> None:
    wrong = {
        "unknown_key": CONFIG.replace("name: s", "name: s\nnope: 1"),
        "other_type": CONFIG.replace("0.1}\ngroups", "much}\ngroups"),
        "unknown_case": CONFIG.replace("feature_clusters", "feature_clusers"),
        "no_file": CONFIG.replace("name: breast_cancer", "npz: none.npz"),
    }
    for name, text in wrong.items():
        (tmp_path / f"{name}.yaml").write_text(text)
    slips = [("experiment", f"{name}.yaml") for name in wrong]
    others = [(c, "unknown_key.yaml") for c in ("validate", "sweep", "prepare", "suspects", "robustness")]
    ended = run([*slips, *others], tmp_path)
    assert [status for _, status, _ in ended] == [2] * 9
    assert importing(ended, LIBRARIES - CHECKING) == []


def test_what_is_no_run_is_said_before_anything_draws(tmp_path: Path) -> None:
    reading = ("status", "verify", "collect", "evaluate", "points", "report", "compare", "rank", "figure", "submit")
    more = {"rank": ("--by", "influence"), "compare": ("none",), "submit": ("--scheduler", "slurm")}
    given = {"figure": ("figure-1", "none")}
    ended = run([(name, *given.get(name, ("none",)), *more.get(name, ())) for name in reading], tmp_path)
    assert len(ended) == len(reading)
    assert 0 not in {status for _, status, _ in ended}
    assert importing(ended[:1], LIBRARIES - CHECKING) == []


def test_validate_draws_and_clusters_nothing_and_prepare_draws_nothing(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(CONFIG)
    ended = run([("validate", "s.yaml"), ("prepare", "s.yaml", "-q")], tmp_path)
    assert [status for _, status, _ in ended] == [0, 0]
    assert importing(ended[:1], {"matplotlib", "sklearn.cluster", "scipy.cluster"}) == []
    assert importing(ended, {"matplotlib", "numba"}) == []
    [folder] = (tmp_path / "results").iterdir()
    [(_, status, modules)] = run([("status", str(folder))], tmp_path)
    assert status == 0
    assert modules.isdisjoint(LIBRARIES - CHECKING)


def modules_here(task: int) -> set[str]:
    return {*sys.modules}


def test_a_worker_imports_what_its_blocks_compute_with() -> None:
    """It knows this module, by which it finds what it is to do, as little as the blocks of a run do."""
    start_workers(2, retrain_block)
    modules = set.intersection(*each(modules_here, range(2), 2))
    assert {"numpy", "scipy", "groupinf.studies.group_effects.block"} <= modules
    assert modules.isdisjoint(LIBRARIES - {*CHECKING, "scipy", "joblib"})
