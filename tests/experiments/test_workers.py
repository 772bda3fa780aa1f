"""Workers compute what is worth their start, are kept for what comes next, and change no result."""

from __future__ import annotations

import os
import time
from functools import partial

import numpy as np
import pytest

from groupinf.experiments.workers.processes import WORTH_WORKERS, as_they_come, each, start_workers

MUCH = 2 * WORTH_WORKERS


def where(task: int) -> int:
    return os.getpid()


def where_at_length(task: int) -> int:
    time.sleep(0.3)
    return os.getpid()


def scaled(matrix: np.ndarray, factor: int) -> bytes:
    return bytes((matrix @ matrix.T * factor).data)


@pytest.mark.parametrize(("jobs", "seconds"), [(2, WORTH_WORKERS), (1, MUCH), (1, np.inf)])
def test_little_work_and_one_job_stay_in_this_process(jobs: int, seconds: float) -> None:
    assert set(each(where, range(3), jobs, seconds)) == {os.getpid()}
    assert set(as_they_come(lambda _, task: where(task), None, range(3), jobs, seconds=seconds)) == {os.getpid()}


def test_workers_are_kept_from_one_stage_to_the_next() -> None:
    start_workers(2, scaled, MUCH)
    first = set(each(where_at_length, range(4), 2, MUCH))
    assert len(first) == 2
    assert os.getpid() not in first
    assert set(each(where_at_length, range(4), 2)) == first


def test_bytes_do_not_tell_where_they_were_computed() -> None:
    matrix = np.random.default_rng(0).standard_normal((400, 400))  # larger than what is sent within a task
    found = [list(each(partial(scaled, matrix), range(3), jobs, MUCH)) for jobs in (1, 2)]
    assert found[0] == found[1]
    assert sorted(found[0]) == sorted(as_they_come(scaled, matrix, range(3), 2, seconds=MUCH))
