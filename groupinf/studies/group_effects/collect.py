"""From stored blocks to the tidy table, the certificates and the agreement of predicted with actual effects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.analysis.agreement import agreement_of, without_actual
from groupinf.analysis.pairs import ACTUAL, RANKS
from groupinf.analysis.resampling import ends_of
from groupinf.effects.certificates import Certificates, no_certificates
from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.experiments.folder.files import ArrayInParts, parquet_bytes
from groupinf.experiments.study import Arrays, Collected, Stored
from groupinf.groups.groups import Groups
from groupinf.studies.group_effects.block import StoredBlock, stored_block
from groupinf.studies.group_effects.exactness import loose_effects
from groupinf.studies.group_effects.manifest import GroupEffectsManifest
from groupinf.studies.group_effects.points.tables import points_table
from groupinf.studies.group_effects.result import (
    BOOTSTRAP,
    EFFECTS,
    RESAMPLED,
    RETRAINS,
    SPEARMAN,
)
from groupinf.studies.group_effects.stored_groups import groups_from, retrainable
from groupinf.studies.group_effects.tables.effects import EffectsTable, columns_of
from groupinf.studies.group_effects.tables.intervals import INTERVALS, intervals_table, levels_of
from groupinf.studies.group_effects.tables.theory import theory_tables
from groupinf.studies.group_effects.value_names import resampled_measures
from groupinf.wording import counted, number

# share of an evaluation's largest effect above which the error of a prediction's linear solves is announced
LOOSE = 1e-3
# a prediction no less exact than so many times the actual effects, which are exact to 1e-8 or to rounding, ends where
# rounding does; solves that are loose beside that leave a hundred thousand times as much
NEAR_ROUNDING = 10.0


def collect(run: Stored[GroupEffectsManifest], blocks: Iterable[Arrays]) -> Collected[GroupEffectsManifest]:
    """The tables of a run whose blocks are all there: effects, certificates of the retrains, and agreement."""
    about, groups = run.manifest, groups_from(run.files)
    every = np.array(retrainable(groups, about.skipped), dtype=np.int64)
    stored = [replace(stored_block(arrays), theta=None) for arrays in blocks]
    numbers = every if about.retrain is None else every[_retrained(about, stored)]
    effects = _effects(about, run.directory.path.name, groups, stored, every if about.retrain == "none" else numbers)
    names = pd.Series(groups.name, dtype=str).take(numbers).array
    retrains = pd.DataFrame({"group": numbers, "group_name": names, **certificate_columns(stored, about.loss.smooth)})
    agreement = agreement_of(effects.pairs(), about.seed) if numbers.size else without_actual()
    largest = effects.largest()
    tables = {RETRAINS: retrains, SPEARMAN: agreement.table}
    tables |= points_table(about, run.files, groups, effects.of_single_rows())
    resampled = _resampled(stored)
    if resampled:
        tables[BOOTSTRAP] = _intervals(about, numbers, resampled)
    screened = any(block.screened is not None for block in stored)
    loose = (*loose_effects(about, largest), *loose_solves(largest, about))
    notes = (*about.notes, *loose, *_at_rounding(retrains))
    return Collected(
        tables={
            **{name: parquet_bytes(table) for name, table in tables.items()},
            EFFECTS: effects.in_parts(),
            **({INTERVALS: intervals_table(about, groups, every, stored)} if screened else {}),
            **theory_tables(about, numbers, [block.theory for block in stored if block.theory is not None]),
            **({RESAMPLED: _one_after_the_other(resampled)} if resampled else {}),
        },
        manifest=replace(
            about,
            notes=tuple(dict.fromkeys(notes)),
            agreement_interval=agreement.interval_in_words,
            levels=levels_of(stored) or about.levels,
        ),
    )


def _retrained(about: GroupEffectsManifest, blocks: Sequence[StoredBlock]) -> NDArray[np.int64]:
    """The units that were retrained."""
    of_blocks = zip(map(about.block, range(len(blocks))), blocks, strict=True)
    found = [units.start + block.retrained for units, block in of_blocks if block.retrained is not None]
    return np.concatenate(found)


def _resampled(blocks: Sequence[StoredBlock]) -> list[NDArray[np.float64]]:
    """The actual effects in the resamples of the test rows, (measures on test points, B, R) of each block; of the
    groups together they may well be all that memory holds, so that no copy is made of more than a measure.
    """
    parts = [block.resampled for block in blocks if block.resampled is not None]
    return parts if parts and parts[0].size else []


def _one_after_the_other(resampled: Sequence[NDArray[np.float64]]) -> ArrayInParts:
    """The archive of the array of all groups: (measures, groups, R)."""
    measures, _, resamples = resampled[0].shape
    parts = (of_block[measure] for measure in range(measures) for of_block in resampled)
    return ArrayInParts("effect", (measures, sum(part.shape[1] for part in resampled), resamples), parts)


def _intervals(
    about: GroupEffectsManifest, numbers: NDArray[np.int64], resampled: Sequence[NDArray[np.float64]]
) -> pd.DataFrame:
    """One row per measure and group, in that order."""
    parts = []
    for measure, (evaluation, point) in enumerate(resampled_measures(about)):
        ends = ends_of(np.concatenate([of_block[measure] for of_block in resampled]))
        parts.append(pd.DataFrame({"evaluation": evaluation, "test_point": point, "group": numbers, **vars(ends)}))
    return pd.concat(parts, ignore_index=True)


def certificate_columns(blocks: Sequence[StoredBlock], smooth: bool) -> dict[str, NDArray[Any]]:
    """The certificates of the retrained groups, by their names; one that a loss, ``smooth`` or not, has none of is left
    out.
    """
    known = [block.certificates for block in blocks if block.certificates is not None]
    if not known:
        known = [no_certificates(not smooth)]
    told = {}
    for name in (field.name for field in fields(Certificates)):
        column = [getattr(certificates, name) for certificates in known]
        if all(part is not None for part in column):
            told[name] = np.concatenate(column)
    return told


def loose_solves(effects: pd.DataFrame, about: GroupEffectsManifest) -> list[str]:
    """A note for each method and evaluation of which solves or rounding leave too much uncertain, and what helps.

    Too much of the largest effect, or of the largest that it predicts itself where only ranks mean anything.
    """
    predicted = effects[effects["method"] != ACTUAL]
    largest = predicted.groupby(["method", "evaluation"], sort=False, as_index=False)["error_estimate"].max()
    ranked = predicted[predicted["readout"] == RANKS]
    actual = effects[effects["method"] == ACTUAL]
    rounding = actual.groupby("evaluation")["error_estimate"].max()
    # a loss that is all but flat at θ̂ has next to no influence, and effects all the same
    found = actual["effect"].abs().groupby(actual["evaluation"]).max()
    sizes = ranked["effect"].abs().groupby([ranked["method"], ranked["evaluation"]]).max().to_dict()
    notes = []
    for method, evaluation, error in zip(
        largest["method"], largest["evaluation"], largest["error_estimate"], strict=True
    ):
        share = error / sizes.get((method, evaluation), max(about.scales[evaluation], found.get(evaluation, 0.0)))
        if not share <= LOOSE:
            what = f"{method} on {EVALUATIONS[evaluation].in_text}"
            if evaluation not in found:
                why = "by its linear solves or by rounding, which actual effects alone would tell apart"
                notes.append(f"{what} may be off by {_off(share)}, {why}; of the solves, {_remedy(about, method)}")
            elif error <= NEAR_ROUNDING * rounding.get(evaluation, 0.0):
                notes.append(f"{what} may be off by {_off(share)}, and actual effects by about as much")
            else:
                notes.append(f"{what} may be off by {_off(share)}, by its linear solves; {_remedy(about, method)}")
    return notes


def _off(share: float) -> str:
    """How far, as a share of the largest effect; from one on it is no matter by how much more."""
    if share >= 1.0:
        return "more than the largest effect for some group, so that it tells nothing of that one"
    return f"up to {number(share, 2)} of the largest effect"


def _remedy(about: GroupEffectsManifest, method: str) -> str:
    if about.solver(method) is None:
        return "no other solver is more exact"
    return "solver cholesky, or cg with a smaller tolerance, is exact"


def _at_rounding(retrains: pd.DataFrame) -> list[str]:
    """A note on the groups that rounding kept from the tolerance of retraining, where there are any."""
    count = int(retrains["at_rounding"].sum())
    if not count:
        return []
    groups = counted(count, "group is", "groups are")
    return [
        f"{groups} exact to rounding only: what is left of an effect is not told from it (at_rounding in "
        "retrains.parquet); error estimates say how much that is"
    ]


def _effects(
    about: GroupEffectsManifest,
    run: str,
    groups: Groups,
    blocks: Sequence[StoredBlock],
    numbers: NDArray[np.int64],
) -> EffectsTable:
    columns, kept = columns_of(about)
    # (methods + actual, T, B) of each block -> (groups, T, methods + actual)
    parts = ([block.effect for block in blocks], [block.error_estimate for block in blocks])
    effect, error = (
        np.concatenate([part.transpose(2, 1, 0).reshape(part.shape[2], kept.size)[:, kept] for part in of])
        for of in parts
    )
    return EffectsTable(about, run, groups, numbers, columns, effect, error)
