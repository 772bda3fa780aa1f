"""The fewest rows whose removal could move a linear function of θ by so much: a proven lower bound."""

from __future__ import annotations

from groupinf.theory.fewest_rows.at_fit import Direction, RowsAtFit
from groupinf.theory.fewest_rows.by_leverage import change_by_leverage
from groupinf.theory.fewest_rows.by_pairs import change_by_pairs


def largest_change(rows: RowsAtFit, direction: Direction, m: int) -> float:
    """At least how far any at most m rows move f towards its side, rounding included."""
    bound = min(change_by_leverage(rows, direction, m), change_by_pairs(rows, direction, m))
    if m != 1 or rows.alone is None:
        return bound
    return min(bound, rows.alone.largest_change(direction.c, direction.norm, rows.fitted.theta, direction.sign))


def fewest_rows(rows: RowsAtFit, direction: Direction, gap: float, most: int) -> int:
    """A number of rows, from 1 to ``most`` + 1, than which no fewer can move f by ``gap`` or more.

    ``most`` + 1 says that no ``most`` rows can. By bisection: what is said of a number is what its own bound says.
    """
    low, high, step = 0, most + 1, 1
    while low + step < high:  # few rows cost least, and most bounds end soon
        if largest_change(rows, direction, low + step) >= gap:
            high = low + step
            break
        low, step = low + step, 2 * step
    while high - low > 1:
        middle = (low + high) // 2
        if largest_change(rows, direction, middle) >= gap:
            high = middle
        else:
            low = middle
    return high
