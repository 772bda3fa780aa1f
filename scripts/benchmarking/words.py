"""Numbers, spreads and the machine, as the pages of the benchmark write them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any


def ms(seconds: float) -> str:
    """Milliseconds without the unit.

    >>> ms(0.0000123), ms(0.00358), ms(0.0182), ms(2.668)
    ('0.012', '3.58', '18.2', '2,668')
    """
    milliseconds = 1e3 * seconds
    digits = 3 if milliseconds < 0.1 else 2 if milliseconds < 10 else 1 if milliseconds < 100 else 0
    return f"{milliseconds:,.{digits}f}"


def times(ratio: float) -> str:
    """How many times as long.

    >>> times(0.713), times(9.57), times(16.6), times(2167.0)
    ('0.71', '9.6', '17', '2,167')
    """
    return f"{ratio:,.2f}" if ratio < 0.995 else f"{ratio:,.1f}" if ratio < 9.95 else f"{ratio:,.0f}"


def duration(seconds: float) -> str:
    """Seconds with a unit that suits them.

    >>> duration(0.09), duration(2.2), duration(31.0), duration(540.0), duration(23400.0)
    ('0.09 s', '2.2 s', '31 s', '9.0 min', '6.5 h')
    """
    if seconds < 1:
        return f"{seconds:.2f} s"
    if seconds < 120:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    return f"{seconds / 60:.1f} min" if seconds < 7_200 else f"{seconds / 3_600:.1f} h"


def spread(values: Sequence[float], words: Callable[[float], str]) -> str:
    """The median, in brackets the smallest and the largest where there are several.

    >>> spread([3.0, 1.0, 2.0], times), spread([2.0], times)
    ('2.0 (1.0 to 3.0)', '2.0')
    """
    middle = words(median(values))
    return middle if len(values) == 1 else f"{middle} ({words(min(values))} to {words(max(values))})"


def ratios(of: Sequence[float], to: Sequence[float]) -> list[float]:
    """Round by round."""
    return [one / other for one, other in zip(of, to, strict=True)]


def machine_words(machine: dict[str, Any]) -> str:
    """The processor, what it multiplies in a second, and the versions of the libraries."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9
    versions = ", ".join(f"{name} {number}" for name, number in machine["versions"].items())
    return (
        f"Machine: {machine['processor']}, {os.cpu_count()} cores, {memory:.0f} GB; a product of two large matrices "
        f"runs at {machine['matrix_product'] / 1e9:.0f} GFLOP/s on one thread. Versions: {versions}."
    )
