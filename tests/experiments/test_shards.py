"""Shards cover every block once, whatever array they come from, and give the bytes of the whole run in any order."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import pytest
from support.faults import WIDTH, contents, ended, shard, started, the_run
from support.runs import collect_run, execute, execute_shard, prepare_only

from groupinf.errors import ConfigError, DataError
from groupinf.experiments import stages
from groupinf.experiments.workers.progress import Silent
from groupinf.experiments.workers.shards import Shard, shard_from
from groupinf.groups.groups import Groups
from groupinf.studies.group_effects.stored_groups import MEMBERS, TABLE, groups_from
from groupinf.studies.load import load_config


def slurm(index: int, first: int, last: int, step: int, count: int | None = None) -> dict[str, str]:
    values = {
        "ID": index,
        "MIN": first,
        "MAX": last,
        "STEP": step,
        "COUNT": (last - first) // step + 1 if count is None else count,
    }
    return {f"SLURM_ARRAY_TASK_{name}": str(value) for name, value in values.items()}


def sge(index: int, first: int, last: int, step: int) -> dict[str, str]:
    names = ("SGE_TASK_ID", "SGE_TASK_FIRST", "SGE_TASK_LAST", "SGE_TASK_STEPSIZE")
    return dict(zip(names, map(str, (index, first, last, step)), strict=True))


@pytest.mark.parametrize("of", [1, 2, 3, 7, 20])
def test_every_block_belongs_to_one_shard(of: int) -> None:
    owned = [b for number in range(1, of + 1) for b in Shard(number, of).blocks(11)]
    assert sorted(owned) == list(range(11))
    assert all(b % of + 1 == number for number in range(1, of + 1) for b in Shard(number, of).blocks(11))


@pytest.mark.parametrize("array", [slurm, sge])
@pytest.mark.parametrize(("first", "last", "step"), [(1, 4, 1), (0, 7, 1), (5, 17, 4), (3, 3, 1), (10, 40, 10)])
def test_the_tasks_of_an_array_are_the_shards(array: Any, first: int, last: int, step: int) -> None:
    indices = range(first, last + 1, step)
    found = [shard_from("auto", array(index, first, last, step)) for index in indices]
    assert found == [Shard(number, len(indices)) for number in range(1, len(indices) + 1)]


@pytest.mark.parametrize("variable", ["SLURM_ARRAY_TASK_ID", "PBS_ARRAY_INDEX", "PBS_ARRAYID", "SGE_TASK_ID"])
def test_with_the_number_given_the_index_is_the_shard(variable: str) -> None:
    assert shard_from("auto/8", {variable: "3"}) == Shard(3, 8)
    with pytest.raises(ConfigError, match=rf"{variable}: expected 1 to 8, .* found '9'; number the array 1-8"):
        shard_from("auto/8", {variable: "9"})


def test_a_shard_given_as_numbers_needs_no_array() -> None:
    assert shard_from("2/3", slurm(1, 1, 9, 1)) == Shard(2, 3)


@pytest.mark.parametrize(
    "text", ["", "0/3", "4/3", "2", "1/0", "-1/3", "1/3/4", "auto/", "auto/0", "Auto", "1.0/2", "²/3"]
)
def test_other_shards_are_refused(text: str) -> None:
    with pytest.raises(ConfigError, match=r"--shard: expected I/N .* found"):
        shard_from(text, {})


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "expected one of SLURM_ARRAY_TASK_ID, .* found none"),
        ({"SGE_TASK_ID": "undefined"}, "found none"),
        ({"SLURM_ARRAY_TASK_ID": ""}, "found none; outside of a job array use --shard I/N"),
        ({"SLURM_ARRAY_TASK_ID": "", "PBS_ARRAY_INDEX": "2"}, "PBS_ARRAY_INDEX is set, but"),
        ({"PBS_ARRAY_INDEX": "2"}, "PBS_ARRAY_INDEX is set, but PBS does not tell .* --shard auto/N"),
        ({"PBS_ARRAY_INDEX": "2", "SGE_TASK_ID": "3"}, "found PBS_ARRAY_INDEX=2, SGE_TASK_ID=3"),
        ({"SLURM_ARRAY_TASK_ID": "1"}, "SLURM_ARRAY_TASK_MIN: expected a whole number, found nothing"),
        ({"SLURM_ARRAY_TASK_ID": "1"}, "SLURM_ARRAY_TASK_ID alone does not tell .* use --shard auto/N"),
        (
            {name: value for name, value in slurm(1, 1, 4, 1).items() if name != "SLURM_ARRAY_TASK_COUNT"},
            "SLURM_ARRAY_TASK_COUNT: expected a whole number, found nothing: .* use --shard auto/N",
        ),
        (slurm(1, 1, 4, 1) | {"SLURM_ARRAY_TASK_MAX": "x"}, "SLURM_ARRAY_TASK_MAX: expected a whole number, found 'x'"),
        (slurm(6, 1, 4, 1), "SLURM_ARRAY_TASK_ID: expected one of 1 to 4 in steps of 1, found 6"),
        (slurm(2, 1, 5, 2), "SLURM_ARRAY_TASK_ID: expected one of 1 to 5 in steps of 2, found 2"),
        (slurm(3, 1, 7, 1, count=3), "SLURM_ARRAY_TASK_COUNT: expected 7, .* found '3'; .* auto/N"),
        (sge(1, 1, 4, 0), "SGE_TASK_STEPSIZE: expected at least 1, found 0"),
        (sge(3, 4, 2, 1), "SGE_TASK_LAST: expected at least SGE_TASK_FIRST = 4, found 2"),
    ],
)
def test_an_array_that_does_not_fit_is_refused_by_variable(environment: dict[str, str], expected: str) -> None:
    with pytest.raises(ConfigError, match=expected):
        shard_from("auto", environment)


@pytest.fixture
def small_config(small_config: dict[str, Any]) -> dict[str, Any]:
    return small_config | {"block_width": WIDTH}


def test_shards_in_any_order_give_the_bytes_of_the_whole_run(small_config: dict[str, Any], tmp_path: Path) -> None:
    loaded = load_config(small_config)
    whole = contents(execute(loaded, tmp_path / "whole", 1, False, Silent()).path)
    for i, order in enumerate([(3, 1, 2), (2, 2, 3, 1)]):
        out = tmp_path / str(i)
        done = [execute_shard(loaded, out, 1, Shard(number, 3), Silent()) for number in order]
        assert done[-1].left == ()
        assert contents(collect_run(done[-1].path, Silent()).path) == whole
    assert len(list((the_run(tmp_path / "0") / "blocks").iterdir())) > 3


def test_what_is_left_is_said_by_shards_and_by_collect(small_config: dict[str, Any], tmp_path: Path) -> None:
    loaded = load_config(small_config)
    done = execute_shard(loaded, tmp_path, 1, Shard(2, 3), Silent())
    assert set(done.left) == set(range(done.of)) - set(Shard(2, 3).blocks(done.of))
    with pytest.raises(DataError, match=r"blocks are missing or altered: 0, 2, 3, .*belong to shards 1/3, 3/3"):
        collect_run(done.path, Silent())
    execute_shard(loaded, tmp_path, 1, Shard(1, 3), Silent())
    with pytest.raises(DataError, match=r"shards 3/3: run these again"):
        collect_run(done.path, Silent())


def test_collect_needs_nothing_but_the_folder(small_config: dict[str, Any], tmp_path: Path) -> None:
    path = prepare_only(load_config(small_config), tmp_path / "out", 1, False, Silent())
    with pytest.raises(DataError, match="groupinf experiment with the same configuration computes them"):
        collect_run(path, Silent())
    execute_shard(load_config(small_config), tmp_path / "out", 1, Shard(1, 1), Silent())
    Path(small_config["dataset"]["npz"]).unlink()
    moved = path.rename(tmp_path / path.name)
    assert collect_run(moved, Silent()).manifest.collected
    (moved / "groups.npz").unlink()
    with pytest.raises(DataError, match=r"groups\.npz missing or altered; groupinf prepare"):
        collect_run(moved, Silent())


def test_prepared_twice_it_is_the_same(small_config: dict[str, Any], tmp_path: Path) -> None:
    path = prepare_only(load_config(small_config), tmp_path, 1, False, Silent())
    once = contents(path)
    assert prepare_only(load_config(small_config), tmp_path, 1, False, Silent()) == path
    assert contents(path) == once


@pytest.mark.parametrize("of", [2, 4])
def test_shards_that_start_at_once_from_nothing(small_config: dict[str, Any], tmp_path: Path, of: int) -> None:
    running = [started(shard, small_config, tmp_path / "shards", number, of) for number in range(1, of + 1)]
    assert [ended(process) for process in running] == [0] * of
    joined = collect_run(the_run(tmp_path / "shards"), Silent())
    whole = execute(load_config(small_config), tmp_path / "whole", 1, False, Silent())
    assert contents(joined.path) == contents(whole.path)


def test_a_shard_holds_no_groups_but_those_of_its_blocks(
    small_config: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = prepare_only(load_config(small_config), tmp_path, 1, False, Silent())
    held: list[Any] = []

    def computed(prepared: Any, numbers: Any, *rest: Any) -> None:
        """In the place of computing: the groups that anything still holds."""
        gc.collect()
        held.extend(of for of in gc.get_objects() if isinstance(of, Groups) and len(of) == total)
        with pytest.raises(KeyError):
            prepared.blocks.task(prepared.manifest.block(0))
        members = [prepared.blocks.task(prepared.manifest.block(number)).members for number in numbers]
        assert all(rows.base is None for of_block in members for rows in of_block)

    total = len(groups_from({name: (path / name).read_bytes() for name in (MEMBERS, TABLE)}))
    monkeypatch.setattr(stages, "compute_blocks", computed)
    execute_shard(load_config(small_config), tmp_path, 1, Shard(2, 3), Silent())
    assert held == []
