"""The semivalues: one line each, in the order of messages."""

from __future__ import annotations

from groupinf.registry import Registry
from groupinf.studies.group_values.semivalues.semivalue import Semivalue

SEMIVALUES: Registry[type[Semivalue]] = Registry(
    "semivalue",
    {
        "shapley": "groupinf.studies.group_values.semivalues.shapley:Shapley",
        "banzhaf": "groupinf.studies.group_values.semivalues.banzhaf:Banzhaf",
        "leave_one_out": "groupinf.studies.group_values.semivalues.leave_one_out:LeaveOneOut",
    },
)
