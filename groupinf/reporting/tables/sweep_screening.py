"""The largest predicted effect at each λ/n of a sweep that retrained nothing, with what is proven of it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from groupinf.analysis.screening import Standing, farthest, known
from groupinf.reporting.tables.ranking import Listing
from groupinf.reporting.words.formats import ends, shorten
from groupinf.reporting.words.screening import standings
from groupinf.reporting.words.style import LONGEST_NAME, evaluation_name, method_in_text, point_name
from groupinf.reporting.words.summary import test_point_names
from groupinf.studies.group_effects.result import Run
from groupinf.wording import UNDEFINED, number

_HEAD = ("λ/n", "group", "on", "effect", "from", "proven interval", "with two ends", "their median width ÷ prediction")


def sweep_listings(runs: Sequence[Run]) -> list[Listing]:
    """A table for each evaluation, of the runs that have intervals and no actual effects."""
    shown = [(run, farthest(standings(run))) for run in runs if run.intervals is not None and not run.has_actual]
    evaluations = dict.fromkeys(one.evaluation for _, found in shown for one in found)
    return [_listing(name, shown) for name in evaluations]


def _listing(evaluation: str, shown: Sequence[tuple[Run, Sequence[Standing]]]) -> Listing:
    own = [(run, [one for one in found if one.evaluation == evaluation]) for run, found in shown]
    lines = [_HEAD, *(_line(run, evaluation, found) for run, found in own if found)]
    return Listing(f"{evaluation_name(evaluation)}: the largest effect that is predicted", lines, 3)


def _line(run: Run, evaluation: str, found: Sequence[Standing]) -> tuple[str, ...]:
    """The group that goes farthest to either side, how many intervals have two ends, and the median width of those."""
    one = max(found, key=lambda one: abs(float(one.first["prediction"].iloc[0])))
    [row] = one.first.head(1).to_dict("records")
    assert run.intervals is not None
    of = known(run.intervals[run.intervals["evaluation"] == evaluation])
    return (
        number(run.manifest.lam_over_n),
        shorten(row["group_name"], LONGEST_NAME),
        point_name(evaluation, one.test_point, test_point_names(run)),
        number(row["prediction"]),
        method_in_text(row["level"]),
        ends(row["low"], row["high"]),
        f"{of.finite:,} of {of.effects:,}",
        UNDEFINED if math.isnan(of.width) else number(of.width),
    )
