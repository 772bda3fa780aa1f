"""A builder's stream depends on seed, name and occurrence, and on nothing else, hash randomisation included."""

from __future__ import annotations

import itertools
import subprocess
import sys

from groupinf.groups.streams import builder_stream


def _first(*key: object) -> int:
    return int(builder_stream(*key).bit_generator.random_raw())


def test_streams_differ_in_every_part_of_the_key() -> None:
    keys = list(itertools.product((0, 1, 2**40), ("random", "shared_feature", "file"), (0, 1)))
    assert len({_first(*key) for key in keys}) == len(keys)


def test_a_stream_is_the_same_in_another_process() -> None:
    code = "from groupinf.groups.streams import builder_stream as b; print(b(5,'random',1).bit_generator.random_raw())"
    shown = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONHASHSEED": "123"}, capture_output=True, text=True, check=True
    )
    assert int(shown.stdout) == _first(5, "random", 1)
