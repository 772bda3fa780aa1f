"""What the answers of a page are about: an evaluation, the prediction that is singled out on it, and the runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from groupinf.analysis.extent import joint_extents
from groupinf.reporting.words.entries import Entry
from groupinf.reporting.words.formats import coefficient
from groupinf.reporting.words.style import counted_values, evaluation_in_text, evaluation_name
from groupinf.wording import counted, listed

# slopes and ratios between these are called those of a prediction of the right size: 5 % off to either side is hardly
# seen
SAME = (0.95, 1.05)


@dataclass(frozen=True)
class Asked:
    """An evaluation with the runs of the page on which ``method`` is the prediction singled out."""

    evaluation: str
    method: str
    entries: tuple[Entry, ...]

    @property
    def label(self) -> str:
        """What the page calls the run where it is the only one of several; else empty."""
        return self.entries[0].label if len(self.entries) == 1 else ""

    @cached_property
    def row(self) -> Mapping[Any, Any] | None:
        """The :func:`extents` over the test points of all runs; None where all effects are too small to be told apart.

        Measures whose effects are too small to be told from their errors are left out.
        """
        first, *others = self.entries
        joint = joint_extents([entry.resolved for entry in self.entries]) if others else first.resolved_extents
        return _row(joint, self)

    def row_of(self, entry: Entry) -> Mapping[Any, Any] | None:
        """The same of one run."""
        return _row(entry.resolved_extents, self)

    def points_of(self, entry: Entry) -> list[int]:
        """The test points of a run on which its effects can be told from their errors."""
        return [
            point for name, point in entry.pairs.measures if name == self.evaluation and (name, point) in _in(entry)
        ]

    @property
    def measures(self) -> list[tuple[str, int]]:
        """The evaluation on each test point of a run on which effects can be told from their errors."""
        points = (point for entry in self.entries for point in self.points_of(entry))
        return [(self.evaluation, point) for point in dict.fromkeys(points)]

    @property
    def left(self) -> list[tuple[Entry, int]]:
        """The test points of runs whose effects are too small to be told from their errors."""
        return [(entry, point) for entry in self.entries for name, point in entry.unresolved if name == self.evaluation]

    @property
    def over(self) -> str:
        """Over how many test points and runs values reach, with a blank before it; empty for one of one."""
        points = self.measures
        reach = [f"over {counted_values(points)}"] if len(points) > 1 else []
        reach += [f"in {counted(len(self.entries), 'run')}"] if len(self.entries) > 1 else []
        return f" {' '.join(reach)}" if reach else ""

    def lowest(self) -> str:
        """The run of lowest ρ with a comma before it, where there are several that differ."""
        rows = [(row["spearman_least"], entry.label) for entry in self.entries if (row := self.row_of(entry))]
        found = [(rho, label) for rho, label in rows if rho == rho]
        least, label = min(found, key=lambda one: float(one[0]))
        same = len(self.entries) == 1 or all(coefficient(rho) == coefficient(least) for rho, _ in found)
        return "" if same else f", lowest at {label}"


def asked(entries: Sequence[Entry]) -> list[Asked]:
    """What can be asked of the runs, by evaluation in their order; runs that single out the same go together."""
    found: dict[tuple[str, str], list[Entry]] = {}
    for evaluation in dict.fromkeys(name for entry in entries for name, _ in entry.pairs.measures):
        for entry in entries:
            method = _singled_out(entry, evaluation)
            if method is not None:
                found.setdefault((evaluation, method), []).append(entry)
    return [Asked(evaluation, method, tuple(those)) for (evaluation, method), those in found.items()]


def told(found: Iterable[tuple[Asked, str]]) -> list[str]:
    """Sentences that name their evaluations, and a run where others lack it; one sentence where words agree."""
    asked_for: dict[tuple[str, str], list[str]] = {}
    for one, words in found:
        asked_for.setdefault((words, one.label), []).append(one.evaluation)
    lines = []
    for (words, label), (first, *others) in asked_for.items():
        names = listed([evaluation_name(first), *map(evaluation_in_text, others)])
        lines.append(f"{names} ({label}): {words}" if label else f"{names}: {words}")
    return lines


def _singled_out(entry: Entry, evaluation: str) -> str | None:
    """The prediction that the page singles out, or where that predicts no such effects the first that does."""
    places = [i for i, (name, _) in enumerate(entry.pairs.measures) if name == evaluation]
    has = {method for method, of in zip(entry.pairs.methods, entry.pairs.has, strict=True) if of[places].any()}
    first = [entry.method, *sorted(entry.pairs.methods, key=lambda method: method in entry.pairs.ranks_only)]
    return next((method for method in first if method in has), None)


def _in(entry: Entry) -> set[tuple[str, int]]:
    return set(entry.pairs.measures) - set(entry.unresolved)


def _row(table: pd.DataFrame, one: Asked) -> Mapping[Any, Any] | None:
    rows = table[(table["evaluation"] == one.evaluation) & (table["method"] == one.method)]
    return None if rows.empty else rows.iloc[0].to_dict()
