"""What becomes of a file whose bytes may be anything."""

from __future__ import annotations

import re
from collections.abc import Callable

from hypothesis import strategies as st

from groupinf.errors import DataError

OUTCOMES = {"read", "refused"}


def outcome(read: Callable[[], object], words: str) -> str:
    """What reading leads to: "read"; "refused" by a DataError that matches ``words``; else the message of that error.

    Errors of other kinds are let through.
    """
    try:
        read()
    except DataError as error:
        return "refused" if re.search(words, str(error)) else f"a message without {words!r}: {error}"
    return "read"


@st.composite
def altered(draw: st.DrawFn, right: bytes) -> bytes:
    """The right bytes but for one to four of them."""
    content = bytearray(right)
    for _ in range(draw(st.integers(1, 4))):
        content[draw(st.integers(0, len(content) - 1))] = draw(st.integers(0, 255))
    return bytes(content)
