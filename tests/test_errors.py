"""Want of memory is told from other failures, whatever kind of error a library raises for it."""

from __future__ import annotations

import errno

import pytest

from groupinf.errors import lack_of_memory

SEGMENT = "libx.so: failed to map segment from shared object"


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
        ImportError(SEGMENT),
        RuntimeError("can't start new thread"),
        ValueError("Unknown error: Failed to launch worker thread: Resource temporarily unavailable"),
    ],
)
def test_errors_for_want_of_memory_say_so(error: Exception) -> None:
    assert lack_of_memory(error) == str(error)


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), ImportError("No module named x"), ValueError("x")]
)
def test_other_errors_do_not(error: Exception) -> None:
    assert lack_of_memory(error) is None


def test_a_cause_counts_unless_it_is_said_to_be_none() -> None:
    def raised(cause: BaseException | None) -> ImportError:
        try:
            try:
                raise ImportError(SEGMENT)
            except ImportError as e:
                if cause is None:
                    raise ImportError("no numpy") from None
                raise ImportError("no numpy") from e
        except ImportError as e:
            return e

    assert lack_of_memory(raised(ImportError())) == SEGMENT
    assert lack_of_memory(raised(None)) is None
