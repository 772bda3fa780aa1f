"""What becomes of a file whose bytes may be anything."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from hypothesis import example, given, settings
from hypothesis import strategies as st

from groupinf.errors import DataError

OUTCOMES = {"read", "refused"}

Case = TypeVar("Case")


def outcome(read: Callable[[], object], words: str) -> str:
    """What reading leads to: "read"; "refused" by a DataError that matches ``words``; else the message of that error.

    Errors of other kinds are let through.
    """
    try:
        read()
    except DataError as error:
        return "refused" if re.search(words, str(error)) else f"a message without {words!r}: {error}"
    return "read"


def outcomes_of(
    cases: st.SearchStrategy[Case], become: Callable[[Case], str], wrong: Case, right: Case, how: settings
) -> set[str]:
    """All that becomes of the cases, with ``wrong`` and ``right`` among them; fails at one that is no outcome."""
    found = set()

    @how
    @given(case=cases)
    @example(case=wrong)
    @example(case=right)
    def check(case: Case) -> None:
        became = become(case)
        assert became in OUTCOMES
        found.add(became)

    check()
    return found


@st.composite
def altered(draw: st.DrawFn, right: bytes) -> bytes:
    """The right bytes but for one to four of them."""
    content = bytearray(right)
    for _ in range(draw(st.integers(1, 4))):
        content[draw(st.integers(0, len(content) - 1))] = draw(st.integers(0, 255))
    return bytes(content)
