"""What effects on signed differences do to the gaps that are their sizes."""

from __future__ import annotations

from collections.abc import Mapping

from groupinf.studies.group_effects.result import Run
from groupinf.wording import listed, number

# sizes that differ by less of the larger differ by rounding
_SAME = 1e-9


def differences(run: Run) -> Mapping[tuple[str, int], float]:
    """The signed differences at θ̂ that a run measures, by evaluation and number in the column test_point."""
    values = run.manifest.named_values
    return {(of.evaluation, of.test_point): of.difference for of in values if of.difference is not None}


def measures_of(run: Run, evaluation: str) -> Mapping[int, str]:
    """By what each value of an evaluation is measured that has a name; only values of one measure are in one unit."""
    return {of.test_point: of.measure for of in run.manifest.named_values if of.evaluation == evaluation}


def after(before: float, effect: float) -> float:
    """A signed difference once an effect has changed it, 0 where only rounding keeps it from that.

    >>> after(0.3, -0.1 - 0.2), after(0.3, -0.2) == 0.3 - 0.2
    (0.0, True)
    """
    changed = before + effect
    return changed if abs(changed) > _SAME * abs(before) else 0.0


def gap_words(before: float, effect: float) -> str:
    """What becomes of a signed difference, and of the gap that is its size.

    >>> gap_words(-0.105, -0.1), gap_words(0.2, -0.15)
    ('from −0.105 to −0.205: the gap widens', 'from 0.2 to 0.05: the gap narrows')
    >>> gap_words(-0.005, 0.025), gap_words(0.1, -0.1)
    ('from −0.005 to 0.02: the gap turns round and widens', 'from 0.1 to 0: the gap closes')
    >>> gap_words(0.1, -0.2), gap_words(0.0, 0.1)
    ('from 0.1 to −0.1: the gap turns round and keeps its size', 'from 0 to 0.1: the gap opens')
    """
    then = after(before, effect)
    turns = "turns round and " if before * then < 0 else ""
    return f"from {number(before)} to {number(then)}: the gap {turns}{_does(abs(before), abs(then))}"


def _does(before: float, then: float) -> str:
    if abs(then - before) <= _SAME * max(before, then):
        return "keeps its size"
    if then > before:
        return "widens" if before else "opens"
    return "narrows" if then else "closes"


def signs_line(run: Run, evaluation: str) -> str:
    """How to read effects on the differences of an evaluation; empty where it has none."""
    names = {of.test_point: of.name for of in run.manifest.named_values if of.evaluation == evaluation}
    told = [f"{names[point]} {number(at)}" for (name, point), at in differences(run).items() if name == evaluation]
    if not told:
        return ""
    return (
        "Effects are on signed differences, whose sizes are the gaps: one of the same sign widens a gap, one of the "
        f"other sign narrows it, or turns it round. With the model as fitted they are {listed(told)}."
    )
