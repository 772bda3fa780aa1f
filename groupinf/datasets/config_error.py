"""A problem of the data that a key of the configuration causes or can mend."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from groupinf.errors import DataError


class DatasetConfigError(DataError):
    """A DataError that belongs to a configuration key, e.g. ``("dataset", "target")``.

    The message does not repeat the key: whoever knows the configuration file puts file, line and key in front.
    """

    def __init__(self, message: str, key: tuple[str, ...]) -> None:
        super().__init__(message)
        self.key = key


def nearest_hint(name: str, valid: Iterable[str]) -> str:
    """Return `` (nearest: 'NAME')`` for the valid name most like ``name``, or nothing where none is.

    >>> nearest_hint("diabtes", ["digits", "diabetes"])
    " (nearest: 'diabetes')"
    """
    by_lower = {v.lower(): v for v in valid}
    close = get_close_matches(name.lower(), by_lower, n=1)
    return f" (nearest: {by_lower[close[0]]!r})" if close else ""
