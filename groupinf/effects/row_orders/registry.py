"""The row orders: one line for each."""

from __future__ import annotations

from groupinf.effects.row_orders.row_order import RowOrder
from groupinf.registry import Registry

ROW_ORDERS: Registry[type[RowOrder]] = Registry(
    "row order",
    {
        "influence": "groupinf.effects.row_orders.influence:ByInfluence",
        "newton": "groupinf.effects.row_orders.newton:ByNewton",
        "greedy": "groupinf.effects.row_orders.greedy:Greedy",
    },
)
