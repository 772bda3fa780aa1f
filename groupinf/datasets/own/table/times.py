"""What dates and times of a table may be read as."""

from __future__ import annotations


def readings_of_time(kind: str) -> str:
    """The keys under which a column of this type makes features; a time of day is no number of days.

    >>> readings_of_time("timestamp[ns]"), readings_of_time("time64[us]")
    ('numeric (as days since 1970-01-01) or categorical', 'categorical')
    """
    of_day = kind.startswith("time") and "stamp" not in kind
    return "categorical" if of_day else "numeric (as days since 1970-01-01) or categorical"
