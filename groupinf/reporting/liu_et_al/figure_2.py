"""Figure 2: logistic regression on two digits, leave-one-out against three solvers, and the digits that matter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.figure import Figure

from groupinf.reporting.drawing.panes import Pane, Panes, panes_figure
from groupinf.reporting.koh_liang_2017.points import pictures, single_points
from groupinf.reporting.liu_et_al.effects import Comparison, comparison_pane, frame_words, outside_words
from groupinf.reporting.liu_et_al.reading import RemovedRows, labels_of, removed_rows
from groupinf.reporting.words.style import KindStyle, method_name
from groupinf.reporting.words.summary import convention_line, facts_line, method_lines
from groupinf.studies.group_effects.result import Run
from groupinf.wording import number

FRAME = 2e-4
COLOURS = ("#d62728", "#1f77b4")  # the authors': red for 1, blue for 7
# What they multiplied predictions by before they drew them, by whether these are averaged estimates, as LiSSA's are.
FACTORS = {False: 1.5, True: 1.8}
WHY = (
    "As published, predictions are multiplied by 1.5, and those of LiSSA by 1.8, of which the paper says nothing: its "
    "Hessian and gradients have 2λ where the fit has λ, and come out too small by about as much. These have λ "
    "throughout and need no factor."
)


def digits_figure(runs: Sequence[Run], as_published: bool = False) -> Figure:
    """A panel for each prediction that no earlier run has, actual effects on x, then images where a run has them.

    Raises DataError where the runs are not ones of single rows on the loss of a test point.
    """
    styles = _styles(runs[0])
    comparisons = {
        heading: Comparison(
            run,
            of,
            of.predicted[method],
            of.labels,
            styles,
            FRAME,
            FRAME,
            as_published,
            _factor(run, method, as_published),
        )
        for run, of, method, heading in _predictions(runs)
    }
    drawn = [run for run, of, _, _ in _predictions(runs)]
    page = Panes(
        title="Liu et al., Figure 2: influence against leave-one-out, logistic regression on two digits",
        facts=(facts_line(runs[0]),),
        y_label="Predicted effect",
        panes=(
            *(comparison_pane(heading, one) for heading, one in comparisons.items()),
            *(pane for run in runs for pane in _images(run)),
        ),
        styles=tuple(styles.values()),
        foot=(
            *((WHY,) if as_published else ()),
            frame_words(FRAME),
            *outside_words(list(comparisons.values())),
            *dict.fromkeys(line for run in drawn for line in method_lines(run)),
            convention_line(runs[0]),
        ),
        columns=4,
        legend="Label of the training row",
    )
    return panes_figure(page)


def _styles(run: Run) -> dict[str, KindStyle]:
    names = sorted(set(labels_of(run)))
    return {name: KindStyle(name, colour, "o") for name, colour in zip(names, COLOURS, strict=False)}


def _predictions(runs: Sequence[Run]) -> Iterator[tuple[Run, RemovedRows, str, str]]:
    """Runs with what they removed, and each method that no earlier one has with its heading."""
    seen: set[str] = set()
    for run in runs:
        of = removed_rows(run)
        for method in of.predicted:
            if method not in seen:
                seen.add(method)
                rows = "" if of.rows.size == run.manifest.n else f", {number(of.rows.size)} rows"
                yield run, of, method, f"{method_name(method)}{rows}"


def _factor(run: Run, method: str, as_published: bool) -> float:
    """That of the authors, which depends on whether estimates of a solver are averaged."""
    solver = run.manifest.solver(method)
    return FACTORS[solver is not None and "repeats" in solver.heeds] if as_published else 1.0


def _images(run: Run) -> list[Pane]:
    """The test image, the training image of least |influence| and the most harmful one, where the run has kept them."""
    if run.points is None:
        return []
    of = single_points(run)[0]
    influence = of.rows.influence.to_numpy()
    chosen = {"Least influence": int(np.argmin(np.abs(influence))), "Most harmful": int(np.argmin(influence))}
    named = [(f"{words}: a {of.rows.label.iloc[at]}", int(of.rows.row.iloc[at])) for words, at in chosen.items()]
    return pictures(run, of.test_point, named)
