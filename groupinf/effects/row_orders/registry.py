"""The row orders: one line for each."""

from __future__ import annotations

from groupinf.effects.row_orders.greedy import Greedy
from groupinf.effects.row_orders.influence import ByInfluence
from groupinf.effects.row_orders.newton import ByNewton
from groupinf.effects.row_orders.row_order import RowOrder
from groupinf.registry import Registry

ROW_ORDERS: Registry[type[RowOrder]] = Registry("row order", (ByInfluence, ByNewton, Greedy))
