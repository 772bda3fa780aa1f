"""Several runs side by side as plain text for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from groupinf.analysis.extent import extents
from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.reporting.words.entries import labels
from groupinf.reporting.words.formats import coefficient, extent, one_line, percent, ratio, shorten
from groupinf.reporting.words.plain import aligned, wrapped
from groupinf.reporting.words.screening import left_aside_lines, unretrained_lines
from groupinf.reporting.words.style import LONGEST_NAME, each_value, evaluation_name, method_name
from groupinf.reporting.words.summary import SLOPE_WORDS, change_facts, convention_lines, measures_in
from groupinf.studies.group_effects.result import Run
from groupinf.wording import number

_HEADERS = ("run", "prediction", "ρ", "slope", "under", "test points")


def comparison_text(runs: Sequence[Run], width: int) -> str:
    """What each run is, and per evaluation how far ρ, slope and the share underestimated reach over test points.

    What all runs share is said once. No colours and no control codes; sentences are wrapped to ``width``.
    """
    names = labels(runs)
    found = [
        (name, row) for name, run in zip(names, runs, strict=True) for row in extents(run.spearman).to_dict("records")
    ]
    tables = []
    for evaluation in dict.fromkeys(row["evaluation"] for _, row in found):
        lines: list[tuple[str, ...]] = [_HEADERS]
        before = ""
        for name, row in found:
            if row["evaluation"] == evaluation:
                lines.append(("" if name == before else name, *_cells(row)))
                before = name
        tables.append("\n".join([evaluation_name(evaluation), *aligned(lines, left=2)]))
    each = each_value(measure for run in runs for measure in measures_in(run))
    words = [f"All groups; from the lowest to the highest {each}.", SLOPE_WORDS] if found else []
    words += [*unretrained_lines(runs), *left_aside_lines(runs)]
    words += convention_lines(zip(names, runs, strict=True))
    return "\n\n".join([_about(names, runs, width), *tables, wrapped(words, width)]) + "\n"


def _about(names: Sequence[str], runs: Sequence[Run], width: int) -> str:
    """What the runs share in one line, and in a table, a line for each run, what differs."""
    facts = [_facts(run) | {"change": change} for run, change in zip(runs, change_facts(runs), strict=True)]
    differing = [key for key in facts[0] if len({fact[key] for fact in facts}) > 1]
    shared = [f"{key} {value}" for key, value in facts[0].items() if key not in differing and value]
    lines = [f"All runs: {', '.join(shared)}."] if shared else []
    table = [
        ("run", *differing),
        *((name, *(f[key] for key in differing)) for name, f in zip(names, facts, strict=True)),
    ]
    return "\n".join([wrapped(lines, width), *aligned(table, left=1)]) if differing else wrapped(lines, width)


def _facts(run: Run) -> dict[str, str]:
    """What a run is, by the name of each fact."""
    about, of = run.manifest, run.manifest.evaluated
    train, test = (percent(share, 1) for share in about.accuracies) if about.accuracies is not None else ("", "")
    return {
        "dataset": shorten(about.dataset, LONGEST_NAME),
        "n": f"{about.n:,}",
        "d": f"{about.d:,}",
        "pool": f"{about.n_pool:,}" if about.n_pool else "",
        "classes": f"{len(about.classes)}" if about.classes else "",
        "λ/n": number(about.lam_over_n),
        "λ": number(about.lam),
        "training accuracy": train,
        "test accuracy": test,
        "groups": f"{about.n_groups:,}",
        "retrained": f"{about.n_retrained:,}" if of is None else one_line(f"0, read from {of.run}"),
    }


def _cells(row: Mapping[Any, Any]) -> tuple[str, ...]:
    return (
        method_name(str(row["method"])),
        extent(row["spearman_least"], row["spearman_most"], coefficient),
        extent(row["slope_least"], row["slope_most"], ratio),
        extent(row["underestimated_least"], row["underestimated_most"], percent),
        f"{row['test_points']:,}" if EVALUATIONS[row["evaluation"]].on_test_points() else "–",
    )
