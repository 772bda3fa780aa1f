"""Figure 4: what goes with the influence of labelling functions, and of who contributed rows."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from groupinf.errors import DataError
from groupinf.reporting.drawing.panes import Pane, Panes, panes_figure
from groupinf.reporting.paper.natural_groups.contributors import largest_line, on_all, sum_line
from groupinf.reporting.paper.natural_groups.labelling_functions import ABOUT, STYLES, on_own_class
from groupinf.reporting.paper.natural_groups.reading import (
    COVERAGE,
    PRECISION,
    Y_LABEL,
    contributors,
    is_of_labelling_functions,
    labelling_functions,
)
from groupinf.reporting.words.summary import facts_line
from groupinf.studies.group_effects.convention import joint_convention
from groupinf.studies.group_effects.result import Run


def applications(runs: Sequence[Run]) -> Figure:
    """Figure 4 of at most one run of each sort: coverage and precision of labelling functions, and rows contributed.

    Raises DataError where two runs are of one sort, or a run is of neither.
    """
    panes: list[Pane] = []
    foot: list[str] = []
    of_functions = [run for run in runs if is_of_labelling_functions(run)]
    others = [run for run in runs if not is_of_labelling_functions(run)]
    for sort, of_sort in (("labelling functions", of_functions), ("contributed rows", others)):
        if len(of_sort) > 1:
            paths = ", ".join(str(run.path) for run in of_sort)
            raise DataError(f"figure-4: expected at most one run of {sort}, found {len(of_sort)}: {paths}")
    for run in of_functions:
        functions = labelling_functions(run)
        panes += [on_own_class(functions, attribute) for attribute in (COVERAGE, PRECISION)]
        foot.append(ABOUT)
    for run in others:
        workers = contributors(run).contributed()
        panes.append(on_all(workers))
        foot += [sum_line(workers), largest_line(workers)]
    styles = tuple(STYLES.values()) if of_functions else ()
    facts = tuple(facts_line(run) for run in (*of_functions, *others))
    convention = joint_convention(run.manifest.convention for run in runs)
    title = "Influence of natural groups against what is known of them"
    return panes_figure(Panes(title, facts, Y_LABEL, tuple(panes), styles, (*foot, convention)))
