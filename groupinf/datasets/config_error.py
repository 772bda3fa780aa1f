"""A problem of the data that a key of the configuration causes or can mend."""

from __future__ import annotations

from groupinf.config.reader import Key
from groupinf.errors import DataError


class DatasetConfigError(DataError):
    """A DataError that belongs to a configuration key, e.g. ``("dataset", "target")``.

    The message does not repeat the key: whoever knows the configuration file puts file, line and key in front.
    """

    def __init__(self, message: str, key: Key) -> None:
        super().__init__(message)
        self.key = key
