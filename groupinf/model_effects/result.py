"""What is found of a fitted model, as frames and for the eye."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from html import escape

import pandas as pd

from groupinf.analysis.pairs import ACTUAL
from groupinf.analysis.screening import Standing
from groupinf.errors import DataError
from groupinf.wording import counted, did_you_mean, listed

# groups that are shown for the eye, and significant digits of their effects
SHOWN, DIGITS = 10, 3
PER_GROUP = ["kind", "group_name", "size"]
# of what is told of a model, that which is shown beside what convention says, where there is any of it
REMARKABLE = ("steps", "classes", "class weights", "smoothing", "predictions", "note")
PER_VALUE = ["evaluation", "measured_on", "method"]


@dataclass(frozen=True, repr=False)
class GroupEffects:
    """The effects of changing groups of training rows on a fitted model.

    ``effects`` has a row for each group, evaluation, value and method, with the columns of a run's effects.parquet:
    lam_over_n, group, group_name, kind, size, test_point, evaluation, method, readout, effect, error_estimate; and
    ``measured_on``, which says in words what test_point is. Effects are f with the groups changed − f as it is.
    ``retrains`` has the certificate of each retraining, ``groups`` all groups, with why one was skipped. ``intervals``
    are None where all groups were retrained; else the proven interval of the actual effect of every group, with the
    columns of a run's intervals.parquet; where the largest effects were asked for, ``top`` says of each value which
    groups these are, and what of that is proven. ``told`` says how the model was taken, ``convention`` what an effect
    is, ``notes`` what was asked for and there is not.
    """

    effects: pd.DataFrame
    retrains: pd.DataFrame
    groups: pd.DataFrame
    intervals: pd.DataFrame | None
    top: tuple[Standing, ...]
    told: Mapping[str, str]
    convention: str
    summary: str
    notes: tuple[str, ...] = ()

    @property
    def table(self) -> pd.DataFrame:
        """One row per group, one column per evaluation, value and method; what is the same everywhere is left out."""
        of_groups = self.effects.drop_duplicates("group")[["group", *PER_GROUP]].set_index("group")
        wide = self.effects.pivot(index="group", columns=PER_VALUE, values="effect")
        order = self.effects[PER_VALUE].drop_duplicates()
        wide = wide[[tuple(row) for row in order.itertuples(index=False)]]
        wide.index = pd.MultiIndex.from_frame(of_groups.loc[wide.index])
        return _without_constant_levels(wide)

    def largest(self, top: int = SHOWN, evaluation: str | None = None, method: str | None = None) -> pd.DataFrame:
        """The rows of ``table`` of the ``top`` groups with the largest |effect| on any value of an ``evaluation`` by a
        ``method``; the first evaluation, and retraining or else the last method, unless others are named.
        """
        wanted = {
            "evaluation": _one_of(self.effects["evaluation"], evaluation, 0),
            "method": _one_of(self.effects["method"], method, -1),
        }
        chosen = self.effects[(self.effects[list(wanted)] == pd.Series(wanted)).all(axis=1)]
        sizes = chosen.groupby("group", sort=False)["effect"].agg(lambda effects: effects.abs().max())
        place = {group: i for i, group in enumerate(self.effects["group"].unique())}
        order = sizes.sort_values(ascending=False, kind="stable").index[:top]
        return self.table.iloc[[place[group] for group in order]]

    def __repr__(self) -> str:
        return "\n".join([*self._heading(), self._shown().to_string()])

    def _repr_html_(self) -> str:
        return "".join(f"<p>{escape(line)}</p>" for line in self._heading()) + self._shown().to_html()

    def _shown(self) -> pd.DataFrame:
        table = self.largest()
        return table.iloc[:, : 2 * SHOWN].map(lambda effect: f"{effect:.{DIGITS}g}")

    def _heading(self) -> list[str]:
        skipped = self.groups[self.groups["skipped"] != ""]
        lines = [self.summary, self.convention, *_remarks(self.told)]
        if len(skipped):
            first = skipped.iloc[0]
            named = f"{first['group_name']}: {first['skipped']}"
            lines.append(f"{counted(len(skipped), 'group')} skipped: {named}")
        count, values = self.effects["group"].nunique(), self.effects["measured_on"].nunique()
        first, method = self.effects.iloc[0], _one_of(self.effects["method"], None, -1)
        lines += [_proven_words(self.top[0])] if self.top else []
        which = f"The {SHOWN} of {count:,} groups with" if count > SHOWN else "Groups by"
        on = f" ({first['measured_on']})" if values == 1 else ""
        return [*lines, *self.notes, f"{which} the largest {method} effect on {first['evaluation']}{on}:"]


@dataclass(frozen=True, repr=False)
class PointEffects:
    """What removing each training row alone does to a fitted model, without retraining.

    ``rows`` has a row for each training row: row, label, weight, predicted (of classes), loss, score, residual,
    leverage, self_influence, self_newton, leave_one_out_loss and cooks_distance. ``effects`` has a row for each
    training row, evaluation and test point: influence, its variants, and ``newton``, the effect of the Newton step
    without the row, which is leave-one-out to second order. ``notes`` say what was not computed, and is NaN.
    """

    rows: pd.DataFrame
    effects: pd.DataFrame
    told: Mapping[str, str]
    convention: str
    summary: str
    notes: tuple[str, ...] = ()

    def matrix(self, method: str = "", evaluation: str = "") -> pd.DataFrame:
        """The effects by one ``method`` (the first, influence, where none is named) on the values of one
        ``evaluation`` (the first): a row for each training row, a column for each test point, (n, T).
        """
        columns = list(self.effects.columns)
        methods = columns[columns.index("test_point") + 1 :]
        named = _one_of(pd.Series(methods), method or None, 0)
        chosen = self.effects[self.effects["evaluation"] == _one_of(self.effects["evaluation"], evaluation or None, 0)]
        return chosen.pivot(index="row", columns="test_point", values=named)

    def __repr__(self) -> str:
        lines, top = self._shown()
        return "\n".join([*lines, top.to_string(index=False)])

    def _repr_html_(self) -> str:
        lines, top = self._shown()
        return "".join(f"<p>{escape(line)}</p>" for line in lines) + top.to_html(index=False)

    def _shown(self) -> tuple[list[str], pd.DataFrame]:
        """What is said, and the rows that come first by Cook's distance, or by loss where that was too dear."""
        by, called = next(
            way for way in (("cooks_distance", "Cook's distance"), ("loss", "loss")) if way[0] in self.rows
        )
        top = self.rows.sort_values(by, ascending=False, kind="stable").head(SHOWN)
        shown = f"The {counted(len(top), 'training row')} of largest {called}:"
        return [self.summary, self.convention, *_remarks(self.told), *self.notes, shown], top


def _proven_words(top: Standing) -> str:
    """Whether the groups that are found to go farthest are proven to."""
    count, are = len(top.first), "is" if len(top.first) == 1 else "are"
    those = "group that goes farthest" if count == 1 else f"{count:,} groups that go farthest"
    on = f"On {top.evaluation} ({top.first['measured_on'].iloc[0]}) the {those} {are}"
    if top.proven:
        return f"{on} proven{'' if count == 1 else ', and their order,'} among {top.groups:,}."
    if top.apart:
        return f"{on} proven among {top.groups:,}, their order for the first {top.in_order}."
    return f"{on} not proven: {counted(top.reaching, 'other group')} of {top.groups:,} may go as far."


def _remarks(told: Mapping[str, str]) -> list[str]:
    """What of a model is not as one would think."""
    return [f"{what.capitalize()}: {told[what]}." for what in REMARKABLE if what in told]


def _one_of(names: pd.Series[str], asked: str | None, place: int) -> str:
    """The name that is asked for, or the one in a place; raises DataError where there is none such."""
    known = list(dict.fromkeys(names))
    if asked is None:
        return ACTUAL if place == -1 and ACTUAL in known else known[place]
    if asked not in known:
        raise DataError(f"expected {listed(known, 'or')}, found {asked}{did_you_mean(asked, known)}")
    return asked


def _without_constant_levels(wide: pd.DataFrame) -> pd.DataFrame:
    """Without the levels of columns and rows that have one value, but for those that say what is what."""
    columns: list[Hashable] = [name for name in PER_VALUE[:2] if wide.columns.get_level_values(name).nunique() == 1]
    rows: list[Hashable] = [name for name in PER_GROUP[:1] if wide.index.get_level_values(name).nunique() == 1]
    return wide.droplevel(columns, axis="columns").droplevel(rows, axis="index")
