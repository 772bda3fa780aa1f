"""The semivalues: one line each, in the order of messages."""

from __future__ import annotations

from groupinf.registry import Registry
from groupinf.studies.group_values.semivalues.banzhaf import Banzhaf
from groupinf.studies.group_values.semivalues.leave_one_out import LeaveOneOut
from groupinf.studies.group_values.semivalues.semivalue import Semivalue
from groupinf.studies.group_values.semivalues.shapley import Shapley

SEMIVALUES: Registry[type[Semivalue]] = Registry("semivalue", (Shapley, Banzhaf, LeaveOneOut))
