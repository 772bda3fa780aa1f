"""How the runs and sweeps of each kind of study are reported, by the name of the study; imported when asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from groupinf.registry import Registry, later
from groupinf.reporting.standing import PAGE_NAME
from groupinf.studies.group_effects.study import GROUP_EFFECTS
from groupinf.studies.group_values.study import GROUP_VALUES
from groupinf.studies.repair_labels.study import REPAIR_LABELS
from groupinf.studies.robustness.study import ROBUSTNESS


@dataclass(frozen=True)
class StudyReport:
    """The report of a collected run of the study ``name``.

    ``write`` puts it into the run's folder, where ``page`` is the file to open; ``text`` is what a terminal of so many
    columns shows.
    """

    name: str
    write: Callable[[Any], Path]
    text: Callable[[Any, int], str]
    page: str


@dataclass(frozen=True)
class SweepReport:
    """The report of a finished sweep of the study ``name``, beside those of its runs.

    ``write`` puts it into the sweep's folder and returns its table; ``text`` is what a terminal of so many columns
    shows.
    """

    name: str
    write: Callable[[Any], Path]
    text: Callable[[Any, int], str]


REPORTS = Registry(
    "report",
    [
        StudyReport(
            GROUP_EFFECTS.name,
            later("groupinf.reporting.report:write_report"),
            later("groupinf.reporting.tables.terminal:spearman_text"),
            PAGE_NAME,
        ),
        StudyReport(
            REPAIR_LABELS.name,
            later("groupinf.reporting.repair.report:write_report"),
            later("groupinf.reporting.repair.tables:repair_text"),
            PAGE_NAME,
        ),
        StudyReport(
            ROBUSTNESS.name,
            later("groupinf.reporting.robustness.report:write_report"),
            later("groupinf.reporting.robustness.tables:robustness_text"),
            PAGE_NAME,
        ),
        StudyReport(
            GROUP_VALUES.name,
            later("groupinf.reporting.group_values.report:write_report"),
            later("groupinf.reporting.group_values.tables:values_text"),
            PAGE_NAME,
        ),
    ],
)

SWEEP_REPORTS = Registry(
    "report of a sweep",
    [
        SweepReport(
            GROUP_EFFECTS.name,
            later("groupinf.reporting.sweep_of_groups:write_sweep"),
            later("groupinf.reporting.tables.sweep:sweep_text"),
        ),
        SweepReport(
            REPAIR_LABELS.name,
            later("groupinf.reporting.repair.sweep.report:write_repair_sweep"),
            later("groupinf.reporting.repair.sweep.tables:repair_sweep_text"),
        ),
    ],
)
