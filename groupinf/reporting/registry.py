"""How the runs and sweeps of each kind of study are reported: one line each, by the name of the study."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from groupinf.registry import Registry
from groupinf.reporting.group_values.report import write_report as group_values_report
from groupinf.reporting.group_values.tables import values_text
from groupinf.reporting.html.write import PAGE_NAME
from groupinf.reporting.repair.report import write_report as repair_report
from groupinf.reporting.repair.sweep.report import write_repair_sweep
from groupinf.reporting.repair.sweep.tables import repair_sweep_text
from groupinf.reporting.repair.tables import repair_text
from groupinf.reporting.report import write_report
from groupinf.reporting.robustness.report import write_report as robustness_report
from groupinf.reporting.robustness.tables import robustness_text
from groupinf.reporting.sweep_of_groups import write_sweep
from groupinf.reporting.tables.sweep import sweep_text
from groupinf.reporting.tables.terminal import spearman_text
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
        StudyReport(GROUP_EFFECTS.name, write_report, spearman_text, PAGE_NAME),
        StudyReport(REPAIR_LABELS.name, repair_report, repair_text, PAGE_NAME),
        StudyReport(ROBUSTNESS.name, robustness_report, robustness_text, PAGE_NAME),
        StudyReport(GROUP_VALUES.name, group_values_report, values_text, PAGE_NAME),
    ],
)

SWEEP_REPORTS = Registry(
    "report of a sweep",
    [
        SweepReport(GROUP_EFFECTS.name, write_sweep, sweep_text),
        SweepReport(REPAIR_LABELS.name, write_repair_sweep, repair_sweep_text),
    ],
)
