"""A finished run, or sweep of runs, of group effects as values: what was run, and its tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from groupinf.analysis.effect_arrays import KEYS, EffectArrays, effect_arrays
from groupinf.analysis.pairs import ACTUAL, PairedEffects, pair_effects
from groupinf.analysis.ranking import MEASURE, PROVEN, ranking
from groupinf.analysis.resampling import Difference, difference_of
from groupinf.datasets.rows.labels import shortened
from groupinf.datasets.unknown_column import MOST_LISTED
from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.errors import DataError
from groupinf.experiments.folder.files import npz_arrays
from groupinf.experiments.folder.kinds import makes_again
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.sweep.result import Sweep as SweepOf
from groupinf.points.shown_rows import ShownRows, shown_from
from groupinf.studies.group_effects.manifest import GroupEffectsManifest, GroupSweepManifest
from groupinf.studies.group_effects.points.files import PERTURBATION, SHOWN
from groupinf.studies.group_effects.points.tables import POINTS
from groupinf.studies.group_effects.stored_groups import (
    ATTRIBUTES,
    MEMBERS,
    all_attributes,
    groups_from,
)
from groupinf.studies.group_effects.stored_groups import TABLE as GROUPS
from groupinf.studies.group_effects.tables.intervals import INTERVALS
from groupinf.studies.group_effects.tables.stored import StoredTable, TableField
from groupinf.studies.group_effects.value_names import resampled_measures, value_label, value_names
from groupinf.studies.linear.result import stored_values
from groupinf.studies.linear.rows import ROWS
from groupinf.studies.linear.stored_fit import CROSS_VALIDATION
from groupinf.theory.screening.registry import RETRAINED
from groupinf.wording import counted, did_you_mean, number

RETRAINS, EFFECTS, SPEARMAN = "retrains.parquet", "effects.parquet", "spearman.parquet"
BOOTSTRAP, RESAMPLED = "bootstrap.parquet", "resampled.npz"
THEORY, SPECTRA = "theory.parquet", "spectra.parquet"
# tables that a run has where they were asked for, and the fields that hold them
OPTIONAL = (
    ("intervals", INTERVALS),
    ("bootstrap", BOOTSTRAP),
    ("theory", THEORY),
    ("spectra", SPECTRA),
    ("points", POINTS),
    ("perturbation", PERTURBATION),
)


@dataclass(frozen=True, repr=False)
class Run:
    """A collected run.

    attributes: group, size, share_of_rows, share_of_label CLASS or mean_target, and those that the data or the
    configuration have besides; NaN or None where a group has none.
    groups: group, name, kind, size, test_point, made_from. effects: run, dataset, lam_over_n, group,
    group_name, kind, size, test_point, evaluation, method, readout, effect, error_estimate. retrains: group,
    group_name, passes, gradient_norm, decrement, score_bound, refreshed, at_rounding. spearman: one row per
    (evaluation, test_point, kind or "all", method).
    cross_validation: lam_over_n, mean_score, standard_error, fold_0, ..., approximate_leave_one_out, chosen; None
    where λ was configured.
    rows: file, line, split, row, label, weight and, where the change gives labels, new_label, where the data have row
    keys, key. bootstrap: evaluation, test_point, group, effect_low, effect_high, rank_low, rank_high; None where the
    test rows were not resampled.
    intervals: group, group_name, kind, size, evaluation, test_point, level, prediction, low, high, where not all groups
    were retrained, else None; effects are then of the retrained groups, or, where there are none, predicted alone.
    theory: a row for each group, evaluation and test_point, with what the propositions of the paper say of them, and
    spectra: group, number, eigenvalue, error; None where the run has no theory.
    effects are read from their file when they are first asked for; ``arrays`` are the same in a tenth of the memory.
    points: a row for each training row, evaluation and test point, perturbation one for each row, evaluation, test
    point and feature, and shown the features of rows that readers want to see; None where they were not asked for.
    """

    path: Path
    config: Mapping[str, Any]
    manifest: GroupEffectsManifest
    groups: pd.DataFrame
    retrains: pd.DataFrame
    spearman: pd.DataFrame
    attributes: pd.DataFrame
    effects: TableField = TableField()  # noqa: RUF009  # read when it is first asked for; there is no default
    cross_validation: pd.DataFrame | None = None
    rows: pd.DataFrame | None = None
    intervals: pd.DataFrame | None = None
    bootstrap: pd.DataFrame | None = None
    theory: pd.DataFrame | None = None
    spectra: pd.DataFrame | None = None
    points: pd.DataFrame | None = None
    perturbation: pd.DataFrame | None = None
    shown: ShownRows | None = None

    def __repr__(self) -> str:
        about = self.manifest
        at = f"λ/n = {number(about.lam_over_n, 6)}"
        groups = counted(about.n_groups if about.retrain is not None else about.n_retrained, "group")
        return f"<Run {self.path}: {about.dataset}, {at}, {groups}>"

    @property
    def has_actual(self) -> bool:
        """Whether any group was retrained, so that there are actual effects."""
        return self.manifest.retrain is None or self.manifest.n_retrained > 0

    @property
    def left_aside(self) -> int:
        """Groups that were neither skipped nor retrained: those that are not may have been chosen for their effects."""
        about = self.manifest
        return 0 if about.retrain is None else sum(about.levels.values()) - about.n_retrained

    @property
    def retrained_level(self) -> str | None:
        """What ``intervals`` call the level of the groups that were retrained; None where none was."""
        return RETRAINED if self.has_actual else None

    @cached_property
    def arrays(self) -> EffectArrays:
        """The effects as arrays, which take a tenth of the memory of the table."""
        return effect_arrays(_EFFECTS.parts(self, [*KEYS, "group", "effect", "error_estimate"]))

    @cached_property
    def pairs(self) -> PairedEffects:
        """Predicted beside actual effects of a run that has both, arranged once for all that asks for them."""
        return pair_effects(self.effects)

    def default_method(self, evaluation: str) -> str:
        """Whose effects order groups unless another is named: the actual ones, or without them the prediction that
        proven intervals rest on, where it is among those of the run, else the first.
        """
        if self.has_actual:
            return ACTUAL
        methods = self.arrays.columns.loc[self.arrays.columns["evaluation"] == evaluation, "method"]
        proving = [level for level in self.manifest.levels if level in set(methods)]
        return proving[-1] if proving else str(methods.iloc[0])

    def ranking(
        self,
        by: str | None = None,
        test_point: str | int | None = None,
        *,
        method: str | None = None,
        kind: str | None = None,
        top: int | None = None,
    ) -> pd.DataFrame:
        """The groups by their effect on the evaluation ``by`` (default: the first), the largest rise first.

        ``test_point`` is a number or a name; without it each test point is ranked by itself. Ranks are by the effects
        of ``method`` (default: the actual ones; where nothing was retrained, those of :meth:`default_method`), among
        all groups that have any; ``kind`` keeps the groups of one kind, ``top`` the first so many of each test point.
        Columns as in :func:`groupinf.analysis.ranking.ranking`, beside actual effects their intervals over test rows,
        beside predictions alone the proven ends ``low`` and ``high`` of the actual effects. Raises DataError where the
        run has not what is asked for.
        """
        about = self.manifest
        evaluation = _known(by or about.evaluations[0], about.evaluations, "by", "an evaluation")
        arrays, wanted = self.arrays.of(evaluation), method or self.default_method(evaluation)
        if test_point is not None:
            arrays = arrays.at(value_label(about, evaluation, str(test_point)))
        expected = "a method that has effects there" if self.has_actual else "a method that predicts effects there"
        _known(wanted, list(arrays.columns["method"].unique()), "method", expected)
        if top is not None and top < 1:
            raise DataError(f"top: expected a whole number of at least 1, found {top}")
        of_groups = self.groups.set_index("group").rename(columns={"name": "group_name"})
        table = ranking(arrays, of_groups, wanted, self._ends(wanted))
        if kind is not None:
            table = table[table["kind"] == _known(kind, list(self.groups["kind"].unique()), "kind", "a kind")]
        return table if top is None else table.groupby("test_point", sort=False).head(top)

    def _ends(self, method: str) -> pd.DataFrame | None:
        """The intervals that stand beside the effects of a method, by measure and group."""
        if self.has_actual or self.intervals is None:
            return self.bootstrap if method == ACTUAL else None
        return self.intervals[[*MEASURE, "group", *PROVEN]]

    def _named_effects(self, evaluation: str) -> pd.DataFrame:
        """The effects on an evaluation, with the names of groups, which tables of older runs lack."""
        rows = self.effects[self.effects["evaluation"] == evaluation]
        return rows.assign(group_name=rows["group"].map(self.groups.set_index("group")["name"]))

    def _without_bootstrap(self, evaluation: str) -> str:
        """Why there are no resamples on an evaluation, and what to do where there is something."""
        expected = f"expected a run whose test rows were resampled on {evaluation}"
        if not EVALUATIONS[evaluation].on_test_points():
            return f"{expected}, which is measured on no test rows"
        chosen = self.config.get("test_points") or {}
        if not (chosen.get("all") or chosen.get("column")):
            return f"{expected}, found single test points: bootstrap resamples sums over test rows (all, column)"
        again = f"groupinf evaluate {self.path} --set test_points.bootstrap=1000"
        return f"{expected}, found one without; `{again}` adds that without retraining"

    def value_label(self, evaluation: str, test_point: str | int | None) -> int:
        """The number of the test point of that name or number; None is the only one there is.

        Raises DataError where the run has it not, or has several and none is named.
        """
        names = value_names(self.manifest, evaluation)
        if test_point is None and len(names) > 1:
            known = shortened(list(names.values()), MOST_LISTED)
            raise DataError(f"test point: expected one of {known} for {evaluation}, found none named")
        return next(iter(names)) if test_point is None else value_label(self.manifest, evaluation, str(test_point))

    def difference(
        self, first: str, second: str, by: str | None = None, test_point: str | int | None = None
    ) -> Difference:
        """By how much the actual effect of the group named ``first`` exceeds that of ``second``, over test rows.

        ``by`` and ``test_point`` as in :meth:`ranking`; a run with several test points needs one. Raises DataError
        where the run has no bootstrap, where it is not of what is asked for, or a name is that of no group or of
        several.
        """
        about = self.manifest
        evaluation = _known(by or about.evaluations[0], about.evaluations, "by", "an evaluation")
        point = self.value_label(evaluation, test_point)
        if self.bootstrap is None or (evaluation, point) not in resampled_measures(about):
            raise DataError(f"{self.path}: {self._without_bootstrap(evaluation)}")
        content = RunDirectory(self.path).read(RESAMPLED, about)
        if content is None:
            again = makes_again(self.path)
            raise DataError(f"{self.path / RESAMPLED}: missing or altered; {again} makes it again")
        resampled = npz_arrays(content)["effect"][resampled_measures(about).index((evaluation, point))]
        rows = self._named_effects(evaluation)
        actual = rows[(rows["method"] == ACTUAL) & (rows["test_point"] == point)]
        one, other = (_place(actual["group_name"], name) for name in (first, second))
        effect = actual["effect"].to_numpy()
        return difference_of((float(effect[one]), float(effect[other])), resampled[one], resampled[other])


def _known(name: str, names: Sequence[str], what: str, expected: str) -> str:
    if name not in names:
        listed_names = ", ".join(names)
        raise DataError(f"{what}: expected {expected}, one of {listed_names}; found {name}{did_you_mean(name, names)}")
    return name


def _place(names: pd.Series, name: str) -> int:
    """Where the one group of this name stands."""
    found = np.flatnonzero(names.to_numpy() == name)
    if found.size != 1:
        near = did_you_mean(name, names.unique()) if found.size == 0 else ""
        held = "which none has" if found.size == 0 else f"that of {found.size}"
        raise DataError(f"expected the name of one retrained group, found {name!r}, {held}{near}")
    return int(found[0])


# what reads the effects of a run, and parts of them
_EFFECTS: TableField = vars(Run)["effects"]

# A sweep over λ/n: runs by rising λ/n.
Sweep = SweepOf[Run, GroupSweepManifest]


def read_run(directory: RunDirectory, manifest: GroupEffectsManifest) -> Run:
    """A collected run; raises DataError where a file is not what was written."""
    config = stored_values(directory, manifest)
    directory.require(EFFECTS, manifest)
    groups, retrains, spearman = (directory.read_table(name, manifest) for name in (GROUPS, RETRAINS, SPEARMAN))
    rows = directory.read_table(ROWS, manifest)
    chosen = directory.read_table(CROSS_VALIDATION, manifest) if manifest.cross_validation is not None else None
    return Run(
        path=directory.path,
        config=config,
        manifest=manifest,
        groups=groups,
        effects=StoredTable(directory, EFFECTS, manifest),
        retrains=retrains,
        spearman=spearman,
        attributes=_attributes(directory, manifest, rows),
        cross_validation=chosen,
        rows=rows,
        shown=_shown(directory, manifest),
        **{field: directory.read_table(name, manifest) for field, name in OPTIONAL if name in manifest.files},
    )


def _shown(directory: RunDirectory, manifest: GroupEffectsManifest) -> ShownRows | None:
    if SHOWN not in manifest.prepared:
        return None
    content = directory.read(SHOWN, manifest)
    if content is None:
        again = makes_again(directory.path)
        raise DataError(f"{directory.path / SHOWN}: missing or altered; {again} makes it again")
    return shown_from(npz_arrays(content))


def _attributes(directory: RunDirectory, manifest: GroupEffectsManifest, rows: pd.DataFrame) -> pd.DataFrame:
    content = {name: directory.read(name, manifest) for name in (MEMBERS, GROUPS)}
    whole = {name: file for name, file in content.items() if file is not None}
    if len(whole) < len(content):
        missing = next(name for name in content if name not in whole)
        raise DataError(f"{directory.path / missing}: missing or altered; {makes_again(directory.path)} makes it again")
    stored = directory.read_table(ATTRIBUTES, manifest) if ATTRIBUTES in manifest.prepared else None
    drawn_from = rows[rows["split"] == ("pool" if manifest.change.of_pool else "train")]
    return all_attributes(groups_from(whole), drawn_from, manifest.classes, stored)
