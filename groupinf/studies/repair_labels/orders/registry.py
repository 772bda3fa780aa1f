"""The orders in which rows are inspected: one line each, in the order of tables and legends."""

from __future__ import annotations

from groupinf.registry import Registry
from groupinf.studies.repair_labels.orders.cooks_distance import CooksDistance
from groupinf.studies.repair_labels.orders.leave_one_out import LeaveOneOut
from groupinf.studies.repair_labels.orders.leave_one_out_influence import LeaveOneOutInfluence
from groupinf.studies.repair_labels.orders.leave_one_out_rise import LeaveOneOutRise
from groupinf.studies.repair_labels.orders.leverage import Leverage
from groupinf.studies.repair_labels.orders.order import Order
from groupinf.studies.repair_labels.orders.random import RandomOrder
from groupinf.studies.repair_labels.orders.self_influence import SelfInfluence
from groupinf.studies.repair_labels.orders.training_loss import TrainingLoss

ORDERS: Registry[type[Order]] = Registry(
    "order",
    (
        SelfInfluence,
        TrainingLoss,
        LeaveOneOut,
        LeaveOneOutInfluence,
        LeaveOneOutRise,
        CooksDistance,
        Leverage,
        RandomOrder,
    ),
)
