"""What goes with ρ, over kinds of groups, datasets and λ."""

from __future__ import annotations

from collections.abc import Sequence

from groupinf.analysis.explained_rho import NEWTON_SPREAD
from groupinf.reporting.words.formats import coefficient, ratio
from groupinf.reporting.words.markdown import padded_table
from groupinf.reporting.words.style import evaluation_in_text, evaluation_name
from groupinf.reproduction.papers.theory.explained import (
    NAMES,
    NEWTON_SIZE,
    SIZE,
    TURN,
    Explained,
    explained_by,
)
from groupinf.reproduction.papers.theory.found import Found
from groupinf.reproduction.papers.theory.reading import TheoryFacts
from groupinf.wording import counted, number

WORDS = (
    "Influence would rank groups as Newton does if their ratio were the same in all, however large it is. Spearman's ρ "
    "of 1 − ρ, with ρ that of influence with actual effects within a kind of group of a run (the median over test "
    "points), and of what is told of the kind, over all kinds, datasets and λ. Intervals are as if kinds were "
    "independent; those of one dataset at several λ share their groups, so that they are too narrow."
)


def explained(found: Found) -> list[str]:
    """What goes with ρ, and how both move with λ."""
    if not found.explaining:
        return []
    table = explained_by(found.explaining)
    evaluations = list(dict.fromkeys(of.evaluation for of in table))
    rows = [
        (NAMES[name], *(_one(table, name, evaluation) for evaluation in evaluations))
        for name in dict.fromkeys(of.spread for of in table)
    ]
    head = ("of the groups of a kind", *map(_head, evaluations, ([_kinds(table, one) for one in evaluations])))
    return [
        WORDS,
        padded_table(head, rows),
        *(strongest(table, evaluation) for evaluation in evaluations),
        *found.picture("spread", "1 − ρ and the spread of Newton ÷ influence"),
        *_each(found.series),
        *_over_lambda(found.series),
    ]


def _head(evaluation: str, kinds: int) -> str:
    return f"{evaluation_name(evaluation)}, {counted(kinds, 'kind')}"


def _kinds(table: Sequence[Explained], evaluation: str) -> int:
    return max(of.n for of in table if of.evaluation == evaluation)


def _one(table: Sequence[Explained], name: str, evaluation: str) -> str:
    [of] = [of for of in table if (of.spread, of.evaluation) == (name, evaluation)]
    return of.words


def strongest(table: Sequence[Explained], evaluation: str) -> str:
    """Which number goes most with 1 − ρ on an evaluation, and whether the spread of Newton ÷ influence or its size."""
    own = {of.spread: of for of in table if of.evaluation == evaluation}
    best = max(own.values(), key=lambda of: abs(of.rho))
    spread, size = own[NEWTON_SPREAD], own[NEWTON_SIZE]
    if best.low <= 0 <= best.high:
        return f"On the {evaluation_in_text(evaluation)} none is told from 0."
    more = "more" if spread.rho > size.rho else "no more"
    return (
        f"On the {evaluation_in_text(evaluation)} the strongest is {NAMES[best.spread]} ({coefficient(best.rho)}); the "
        f"spread of Newton ÷ influence goes with lost correlation {more} than its size does ({coefficient(spread.rho)} "
        f"and {coefficient(size.rho)})."
    )


def _each(series: Sequence[Sequence[TheoryFacts]]) -> list[str]:
    """The same within a dataset."""
    rows = []
    for runs in series:
        table = explained_by(runs)
        evaluations = list(dict.fromkeys(of.evaluation for of in table))
        for name in (NEWTON_SPREAD, SIZE, TURN):
            rows.append((runs[0].dataset, NAMES[name], *(_one(table, name, one) for one in evaluations)))
    if not rows:
        return []
    head = ("data", "of the groups of a kind", *map(evaluation_name, series[0][0].evaluations))
    return ["Within a dataset, over its kinds and λ:", padded_table(head, rows)]


def _over_lambda(series: Sequence[Sequence[TheoryFacts]]) -> list[str]:
    rows = [
        (
            run.dataset,
            number(run.manifest.lam_over_n),
            *(coefficient(run.over_all_kinds(evaluation, "spearman")) for evaluation in run.evaluations),
            ratio(run.steps.d_norm[1]),
            *(ratio(run.over_all_kinds(run.evaluations[0], name)) for name in (*_MOVING, NEWTON_SIZE)),
        )
        for runs in series
        for run in runs
    ]
    if not rows:
        return []
    named = (evaluation_name(evaluation) for evaluation in series[0][0].evaluations)
    head = (
        "data",
        "λ/n",
        *(f"ρ, {name.lower()}" for name in named),
        "‖D(w)‖, median",
        *map(NAMES.__getitem__, _MOVING),
    )
    return ["All groups together, the same at each λ:", padded_table((*head, NAMES[NEWTON_SIZE]), rows)]


_MOVING = ("d_norm_variation", NEWTON_SPREAD)
