"""From stored blocks to the tidy table, the certificates and the agreement of predicted with actual effects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.analysis.agreement import agreement_table
from groupinf.analysis.pairs import ACTUAL
from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.effects.methods.method import Readout
from groupinf.effects.methods.registry import METHODS
from groupinf.errors import DataError
from groupinf.experiments.folder.files import parquet_bytes
from groupinf.experiments.folder.in_progress import failures, remove_markers, shards_used
from groupinf.experiments.folder.kinds import sweep_of
from groupinf.experiments.folder.outline import Outline
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.workers.progress import Progress
from groupinf.experiments.workers.shards import ranges_text, shards_of
from groupinf.studies.group_effects.block import StoredBlock, stored_block
from groupinf.studies.group_effects.exactness import loose_effects
from groupinf.studies.group_effects.manifest import GroupEffectsManifest
from groupinf.wording import counted, number

# share of an evaluation's largest effect above which the error of a prediction's linear solves is announced
LOOSE = 1e-3
CERTIFICATES = ("passes", "gradient_norm", "decrement", "score_bound", "refreshed", "at_rounding")


def collect(outline: Outline, run: str, directory: RunDirectory, progress: Progress) -> GroupEffectsManifest:
    """Join the blocks, write the collected tables, and mark the manifest as collected; returns the manifest.

    Raises DataError naming the blocks that are missing.
    """
    progress.stage("collect")
    blocks = _read_blocks(outline, directory)
    numbers = np.array([g for block in outline.blocks for g in block], dtype=np.int64)
    effects = _effects(outline, run, blocks, numbers)
    certificates = {name: np.concatenate([getattr(block, name) for block in blocks]) for name in CERTIFICATES}
    names = np.array(outline.groups.name, dtype=object)[numbers]
    retrains = pd.DataFrame({"group": numbers, "group_name": names, **certificates})
    agreement = agreement_table(effects, outline.manifest.seed)
    tables = {"retrains.parquet": retrains, "effects.parquet": effects, "spearman.parquet": agreement.table}
    written = {name: directory.write(name, parquet_bytes(table)) for name, table in tables.items()}
    loose = [*loose_effects(outline.manifest, blocks), *_loose_solves(effects, outline.manifest.scales)]
    notes = [*outline.manifest.notes, *loose, *_at_rounding(retrains)]
    manifest = replace(
        outline.manifest,
        notes=tuple(dict.fromkeys(notes)),
        agreement_interval=agreement.interval_in_words,
        tables=written,
        collected=True,
    )
    remove_markers(directory.path)
    directory.write_manifest(manifest)
    return manifest


def _loose_solves(effects: pd.DataFrame, scales: Mapping[str, float]) -> list[str]:
    """A note for each method and evaluation whose linear solves leave too much of an effect unsolved."""
    predicted = effects[effects["method"] != ACTUAL]
    largest = predicted.groupby(["method", "evaluation"], sort=False, as_index=False)["error_estimate"].max()
    notes = []
    for method, evaluation, error in zip(
        largest["method"], largest["evaluation"], largest["error_estimate"], strict=True
    ):
        share = error / scales[evaluation]
        if not share <= LOOSE:
            notes.append(
                f"{method} on {evaluation}: the linear solves are off by up to {number(share, 2)} of the largest "
                "effect; influence.solver cholesky, or cg with a smaller tolerance, is exact"
            )
    return notes


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


def _read_blocks(outline: Outline, directory: RunDirectory) -> list[StoredBlock]:
    files = directory.block_files()
    blocks = [directory.read_block(b, files) for b in range(len(outline.blocks))]
    missing = [b for b, block in enumerate(blocks) if block is None]
    if missing:
        raise DataError(f"{directory.path}: {_missing_text(missing, len(blocks), directory.path)}")
    return [stored_block(block) for block in blocks if block is not None]


def _missing_text(missing: list[int], n_blocks: int, run: Path) -> str:
    reasons = [f"; block {b} failed when it was last tried: {why}" for b, why in failures(run).items() if b in missing]
    found = (
        f"{len(missing)} of {counted(n_blocks, 'block')} {'is' if n_blocks == 1 else 'are'} "
        f"missing or altered: {ranges_text(missing)}{''.join(reasons)}"
    )
    of = shards_used(run)
    if of is None:
        command = "groupinf experiment" if sweep_of(run) is None else "groupinf sweep"
        return f"{found}; {command} with the same configuration computes them"
    shards = [f"{number}/{of}" for number in shards_of(missing, of)]
    return f"{found}; they belong to shards {', '.join(shards)}: run these again"


def _effects(outline: Outline, run: str, blocks: list[StoredBlock], numbers: NDArray[np.int64]) -> pd.DataFrame:
    """One row per group, evaluation, test point and method, in that order."""
    # (methods + actual, T, B) of each block -> (groups, T, methods + actual)
    effect = np.concatenate([block.effect.transpose(2, 1, 0) for block in blocks])
    error = np.concatenate([block.error_estimate.transpose(2, 1, 0) for block in blocks])
    columns = _columns(outline.manifest)
    groups, per_group = outline.groups, len(columns)
    table = pd.DataFrame(
        {
            "run": run,
            "dataset": outline.manifest.dataset,
            "lam_over_n": outline.manifest.lam_over_n,
            "group": np.repeat(numbers, per_group),
            "group_name": np.repeat(np.array(groups.name, dtype=object)[numbers], per_group),
            "kind": np.repeat(np.array(groups.kind, dtype=object)[numbers], per_group),
            "size": np.repeat(groups.sizes[numbers], per_group),
        }
    )
    repeated = pd.concat([columns] * numbers.size, ignore_index=True)
    return pd.concat([table, repeated], axis=1).assign(effect=effect.ravel(), error_estimate=error.ravel())


def _columns(manifest: GroupEffectsManifest) -> pd.DataFrame:
    """test_point, evaluation, method, readout of the rows of one group."""
    methods = [(method, METHODS[method].readout) for method in manifest.methods] + [(ACTUAL, Readout.EXACT)]
    rows = [
        (test_point, evaluation, method, readout.value)
        for evaluation in manifest.evaluations
        for test_point in EVALUATIONS[evaluation].labels(manifest.test_points)
        for method, readout in methods
    ]
    return pd.DataFrame(rows, columns=["test_point", "evaluation", "method", "readout"])
