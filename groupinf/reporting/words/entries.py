"""The runs of a page: what each is called there, and how kinds and methods look in all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.analysis.attributes import attribute_table
from groupinf.analysis.breakdown import agreement_by_size, by_kind, by_size
from groupinf.analysis.extent import extents
from groupinf.analysis.farthest import unresolved
from groupinf.analysis.pairs import PairedEffects
from groupinf.analysis.ranking import ENDS
from groupinf.analysis.theory import beside_actual
from groupinf.effects.methods.influence import Influence
from groupinf.groups.builders.registry import natural_kinds
from groupinf.reporting.words.attributes import aligned_attributes
from groupinf.reporting.words.choices import point_choices
from groupinf.reporting.words.formats import shorten
from groupinf.reporting.words.style import LONGEST_NAME, KindStyle, kind_styles, method_styles
from groupinf.reporting.words.summary import change_facts, test_point_names
from groupinf.studies.group_effects.result import Run
from groupinf.wording import number

METHOD = Influence.name


@dataclass(frozen=True)
class Named:
    """A run and what the page calls it (empty: the page has no other).

    ``sets`` names sets of test points, ``choices`` says how test points were chosen where that differs.
    """

    label: str
    run: Run
    sets: dict[int, str]
    choices: dict[int, str]


@dataclass(frozen=True)
class Entry(Named):
    """A run that has actual effects: its effects as arrays, and its groups' sizes.

    ``unresolved`` are the measures whose effects are too small to be told from their errors.
    """

    pairs: PairedEffects
    sizes: NDArray[np.int64]
    unresolved: tuple[tuple[str, int], ...]

    @property
    def method(self) -> str:
        """The prediction that the page singles out."""
        return singled_out(self.pairs.methods, self.pairs.ranks_only)

    @cached_property
    def natural(self) -> NDArray[np.bool_]:
        """Which groups (G,) are of natural kinds."""
        return np.isin(self.pairs.kinds, natural_kinds(self.pairs.kinds))

    @cached_property
    def resolved(self) -> pd.DataFrame:
        """The agreement table without measures whose effects are too small to be told from their errors."""
        table = self.run.spearman
        measures = zip(table["evaluation"], table["test_point"], strict=True)
        return table[[measure not in self.unresolved for measure in measures]]

    @cached_property
    def extents(self) -> pd.DataFrame:
        """The :func:`groupinf.analysis.extent.extents` over all test points."""
        return extents(self.run.spearman)

    @cached_property
    def resolved_extents(self) -> pd.DataFrame:
        """The same over those of the measures that are resolved."""
        return extents(self.resolved)

    @cached_property
    def by_kind(self) -> pd.DataFrame:
        """What :func:`groupinf.analysis.breakdown.by_kind` makes of the agreement table."""
        return by_kind(self.run.spearman)

    @cached_property
    def agreement_by_size(self) -> pd.DataFrame:
        """The statistics of each band of sizes, by :func:`groupinf.analysis.breakdown.agreement_by_size`."""
        return agreement_by_size(self.pairs, self.sizes)

    @cached_property
    def by_size(self) -> pd.DataFrame:
        """Their extents over test points."""
        return by_size(self.agreement_by_size)

    @cached_property
    def correlations(self) -> pd.DataFrame:
        """The :func:`attribute_table` of the groups, found once for all that speaks of it."""
        return attribute_table(self.pairs, aligned_attributes(self.run, self.pairs))

    @cached_property
    def theory(self) -> pd.DataFrame | None:
        """The run's theory :func:`beside_actual`, found once; None where it has none."""
        table = self.run.theory
        return None if table is None else beside_actual(table, self.run.effects)

    def ends(self, measure: int) -> pd.DataFrame | None:
        """The intervals over test rows of effects and ranks on a measure, a row for each group as in ``pairs``.

        None where the test rows of the measure were not resampled.
        """
        table, (evaluation, point) = self.run.bootstrap, self.pairs.measures[measure]
        if table is None:
            return None
        own = table[(table["evaluation"] == evaluation) & (table["test_point"] == point)]
        return None if own.empty else own.set_index("group")[list(ENDS)].reindex(self.pairs.groups)


def singled_out(methods: Sequence[str], ranks_only: Collection[str]) -> str:
    """The prediction that reports single out: influence, or the first of a run without it.

    One of which only ranks mean anything comes last.
    """
    ordered = sorted(methods, key=lambda method: method in ranks_only)
    return METHOD if METHOD in ordered else ordered[0]


@dataclass(frozen=True)
class Look:
    """How something is drawn: its style and the CSS class that has its colour."""

    style: KindStyle
    css: str


@dataclass(frozen=True)
class Looks:
    """Of every kind of group and every method of the page; kinds that share a style share a look."""

    kinds: dict[str, Look]
    methods: dict[str, Look]


def named_runs(runs: Sequence[Run]) -> list[Named]:
    """The runs with their labels, an Entry each that has actual effects."""
    called = zip(runs, labels(runs), strict=True)
    named = [Named(label, run, test_point_names(run), point_choices(run)) for run, label in called]
    return [_entry(one) if one.run.has_actual else one for one in named]


def entries_of(runs: Sequence[Run]) -> list[Entry]:
    """Those of the runs that have actual effects."""
    return entries_among(named_runs(runs))


def entries_among(named: Sequence[Named]) -> list[Entry]:
    """Those of the runs that have actual effects."""
    return [one for one in named if isinstance(one, Entry)]


def _entry(named: Named) -> Entry:
    effects, pairs = named.run.effects, named.run.pairs
    sizes = effects.drop_duplicates("group")["size"].to_numpy(dtype=np.int64)
    return Entry(**vars(named), pairs=pairs, sizes=sizes, unresolved=tuple(unresolved(pairs, effects)))


def labels(runs: Sequence[Run]) -> list[str]:
    """Names that tell the runs apart: by name, dataset and λ/n where these differ, where these are not enough beside
    what is done to groups and the intercept, else by folder; one run has none.
    """
    if len(runs) == 1:
        return [""]
    facts = [
        (
            shorten(run.manifest.name, LONGEST_NAME),
            shorten(run.manifest.dataset, LONGEST_NAME),
            f"λ/n = {number(run.manifest.lam_over_n)}",
        )
        for run in runs
    ]
    named = _differing(facts)
    if len(set(named)) < len(runs):
        more = zip(change_facts(runs), (run.manifest.intercept.heading for run in runs), strict=True)
        named = _differing([(*fact, *others) for fact, others in zip(facts, more, strict=True)])
    folders = [shorten(run.path.resolve().name, 2 * LONGEST_NAME) for run in runs]
    times = Counter(named)
    return [name if name and times[name] == 1 else folder for name, folder in zip(named, folders, strict=True)]


def _differing(facts: Sequence[Sequence[str]]) -> list[str]:
    """Of each run the facts that are not the same in all."""
    kept = [i for i, column in enumerate(zip(*facts, strict=True)) if len(set(column)) > 1]
    return [", ".join(dict.fromkeys(row[i] for i in kept)) for row in facts]


def looks_of(entries: Sequence[Entry]) -> Looks:
    """One look for each kind and method, the same in every run of the page and in the static figures of a run."""
    frequencies = Counter(kind for entry in entries for kind in entry.pairs.kinds)
    kinds = kind_styles([kind for kind, _ in frequencies.most_common()])
    classes = {style: f"k{i}" for i, style in enumerate(dict.fromkeys(kinds.values()))}
    methods = method_styles([method for entry in entries for method in entry.pairs.methods])
    return Looks(
        kinds={kind: Look(style, classes[style]) for kind, style in kinds.items()},
        methods={method: Look(style, f"m{i}") for i, (method, style) in enumerate(methods.items())},
    )
