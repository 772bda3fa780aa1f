"""What is asked of Slurm is of Slurm's own forms, or refused with the option's name."""

from __future__ import annotations

from typing import Any

import pytest

from groupinf.batch.resources import Resources
from groupinf.errors import ConfigError


@pytest.mark.parametrize("time", ["90", "90:30", "1:30:00", "2-0", "2-00:30", "2-00:30:15"])
@pytest.mark.parametrize("mem", ["0", "500", "4G", "2048M"])
def test_the_forms_of_slurm_are_taken(time: str, mem: str) -> None:
    assert Resources(8, 4, "long,short", time, mem, "my-group", ("--qos=long",)).time == time


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"array": 0}, "--array: expected a number of tasks from 1, found '0'"),
        ({"cpus": -2}, "--cpus: expected a number of processors from 1, found '-2'"),
        (
            {"time": "2h"},
            "--time: expected minutes, H:MM:SS or D-HH:MM:SS, such as 90, 1:30:00 or 2-00:00:00, found '2h'",
        ),
        ({"time": ""}, "--time: .* found ''"),
        ({"time": "1:2:3:4"}, "--time: .* found '1:2:3:4'"),
        ({"time": "90\n#SBATCH --exclusive"}, "--time: .*"),
        ({"mem": "4 GB"}, "--mem: expected megabytes, or a number with K, M, G or T, such as 4G, found '4 GB'"),
        ({"partition": "a b"}, "--partition: expected a name, found 'a b'"),
        ({"account": ""}, "--account: expected a name, found ''"),
        (
            {"further": ("qos=long",)},
            "--sbatch: expected an option of sbatch, such as --sbatch=--qos=long, found 'qos=",
        ),
        ({"further": ("--qos=long\nrm -r x",)}, "--sbatch: expected an option of sbatch"),
        ({"further": ("--array=1-9",)}, "--sbatch: expected an option that submit does not set itself, found '--array"),
        ({"further": ("--arr=1-9",)}, "--sbatch: .* found '--arr=1-9'; it sets --array, --output, .*, --wrap"),
        ({"further": ("--dep afterok:1",)}, "--sbatch: expected an option that submit does not set itself"),
        ({"further": ("-a1-9",)}, "--sbatch: expected an option that submit does not set itself, found '-a1-9'"),
    ],
)
def test_other_forms_are_refused_by_name(asked: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message) as error:
        Resources(**{"array": 1, **asked})
    assert error.value.exit_code == 2
