"""How orders look, by their place in the registry."""

from __future__ import annotations

from dataclasses import dataclass

from groupinf.effects.row_orders.registry import ROW_ORDERS

# of Okabe and Ito, told apart with any common colour blindness; the shapes say the same without colour
_STYLES = (("#0072B2", "o"), ("#E69F00", "D"), ("#009E73", "s"), ("#D55E00", ">"), ("#CC79A7", "d"), ("#000000", "h"))


@dataclass(frozen=True)
class Look:
    """A colour and a matplotlib marker."""

    colour: str
    marker: str


def look_of(order: str) -> Look:
    """That of an order; from the seventh on they come again."""
    return Look(*_STYLES[list(ROW_ORDERS).index(order) % len(_STYLES)])
