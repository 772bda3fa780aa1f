"""The orders in which rows are inspected: one line each, in the order of tables and legends."""

from __future__ import annotations

from groupinf.registry import Registry
from groupinf.studies.repair_labels.orders.order import Order

ORDERS: Registry[type[Order]] = Registry(
    "order",
    {
        "self_influence": "groupinf.studies.repair_labels.orders.self_influence:SelfInfluence",
        "training_loss": "groupinf.studies.repair_labels.orders.training_loss:TrainingLoss",
        "leave_one_out": "groupinf.studies.repair_labels.orders.leave_one_out:LeaveOneOut",
        "leave_one_out_influence": "groupinf.studies.repair_labels.orders.leave_one_out_influence:LeaveOneOutInfluence",
        "leave_one_out_rise": "groupinf.studies.repair_labels.orders.leave_one_out_rise:LeaveOneOutRise",
        "cooks_distance": "groupinf.studies.repair_labels.orders.cooks_distance:CooksDistance",
        "leverage": "groupinf.studies.repair_labels.orders.leverage:Leverage",
        "random": "groupinf.studies.repair_labels.orders.random:RandomOrder",
    },
)
