"""What carries over where the intercept is free, as it is in the paper's experiments but not in its propositions."""

from __future__ import annotations

import math
from collections.abc import Sequence

from groupinf.analysis.theory import BOUNDS
from groupinf.reporting.words.formats import coefficient, percent, ratio
from groupinf.reporting.words.markdown import padded_table
from groupinf.reporting.words.style import evaluation_name
from groupinf.reproduction.papers.theory.found import Found
from groupinf.reproduction.papers.theory.reading import TheoryFacts
from groupinf.reproduction.papers.theory.studies import FREE, NOT_FREE
from groupinf.wording import UNDEFINED, listed, number


def with_free_intercept(found: Found) -> list[str]:
    """The same data with and without an intercept."""
    runs = found.results.runs
    if not {FREE, NOT_FREE} <= runs.keys():
        return []
    without, free = runs[NOT_FREE], runs[FREE]
    rows = [
        (
            words,
            evaluation_name(of.evaluation),
            coefficient(run.over_all_kinds(of.evaluation, "spearman")),
            percent(of.intervals.finite / of.intervals.count, 1),
            f"{of.intervals.outside:,}",
            number(of.intervals.relative),
        )
        for words, run in (("none", without), ("free", free))
        for of in run.measured
    ]
    head = ("intercept", "evaluation", "ρ", "finite intervals", "outside", "width ÷ own effect")
    return [carried_over(free), padded_table(head, rows), _cones((without, free))]


def carried_over(free: TheoryFacts) -> str:
    """Which bounds have values without a penalty on the intercept."""
    lost = [bound.title for bound in BOUNDS if not any(of.held[bound.name].count for of in free.measured)]
    if math.isnan(free.steps.d_norm_paper):
        lost.append("Lemma 1")
    if not free.paper_cone.count:
        lost.append("the paper's cone")
    kept = [
        words
        for words, has in (
            ("the parts of Proposition 2", any(math.isfinite(of.parts.linear) for of in free.measured)),
            ("the groups' own cones", free.own_cone.count > 0),
            ("the spectra", math.isfinite(free.steps.d_norm[1])),
            ("proven intervals", any(of.intervals.finite for of in free.measured)),
        )
        if has
    ]
    nothing = f"Nothing is said by {listed(lost)}: no λ bounds a free intercept." if lost else "All of it carries over."
    return f"On {free.dataset}. {nothing} What stays: {listed(kept) if kept else 'nothing'}."


def _cones(runs: Sequence[TheoryFacts]) -> str:
    slopes = [ratio(run.own_cone.slope) if run.own_cone.count else UNDEFINED for run in runs]
    return f"The groups' own cones have a slope of {slopes[0]} in the median without an intercept, {slopes[1]} with it."
