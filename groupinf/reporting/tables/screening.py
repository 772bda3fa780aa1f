"""The groups that go farthest, with their proven intervals, as tables for every reader."""

from __future__ import annotations

from collections.abc import Sequence

from groupinf.analysis.screening import Standing, by_measure
from groupinf.reporting.tables.ranking import Listing
from groupinf.reporting.words.formats import ends, shorten
from groupinf.reporting.words.screening import GO, largest
from groupinf.reporting.words.style import LONGEST_NAME, kind_name, method_in_text
from groupinf.reporting.words.summary import measure_name, test_point_names
from groupinf.studies.group_effects.result import Run
from groupinf.wording import counted, number

# measures that are listed
MOST_MEASURES = 12


def screening_listings(run: Run, found: Sequence[Standing], most: int = MOST_MEASURES) -> list[Listing]:
    """A table for each of the ``found`` standings of up to ``most`` measures, as :func:`by_measure` chooses them."""
    return [_listing(run, one) for own in by_measure(found, most) for one in own]


def unlisted_lines(run: Run, found: Sequence[Standing], most: int = MOST_MEASURES) -> list[str]:
    """A sentence on what :func:`screening_listings` leave out, where they do."""
    hidden = len(by_measure(found, len(found))) - most
    if hidden <= 0:
        return []
    [first, *others] = by_measure(found, most)
    on = measure_name(first[0].evaluation, first[0].test_point, test_point_names(run))
    shown = f"{1 + len(others):,} measures" if others else on
    return [f"Listed are the groups of {shown}; intervals.parquet has those of {counted(hidden, 'more measure')}."]


def _listing(run: Run, one: Standing) -> Listing:
    several = run.groups["kind"].nunique() > 1
    head = ["group", *(["kind"] if several else []), "size", "effect", "from", "proven interval", "order proven"]
    lines = [tuple(head)]
    for place, row in enumerate(one.first.to_dict("records")):
        lines.append(
            (
                shorten(row["group_name"], LONGEST_NAME),
                *([kind_name(row["kind"])] if several else []),
                f"{row['size']:,}",
                number(row["prediction"]),
                "retraining" if row["level"] == run.retrained_level else method_in_text(row["level"]),
                ends(row["low"], row["high"]),
                "yes" if place < one.in_order else "no",
            )
        )
    return Listing(_heading(run, one), lines, 2 if several else 1)


def _heading(run: Run, one: Standing) -> str:
    if run.has_actual:
        return f"Groups with the {largest(run, one)}{'' if one.apart else ': found, not proven'}"
    on = measure_name(one.evaluation, one.test_point, test_point_names(run))
    return f"{on[:1].upper()}{on[1:]} {GO[one.side]} most by {run.manifest.change.doing} a group, as is predicted"
