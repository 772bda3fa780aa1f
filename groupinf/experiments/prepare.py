"""Everything that is done once: λ, θ̂, test points, groups, scales. What follows only reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import yaml

from groupinf.config.load import LoadedConfig
from groupinf.datasets.dataset import Dataset
from groupinf.effects.block import Study
from groupinf.effects.blocks import block_width, blocks_of
from groupinf.experiments.drawing import Drawn, draw, make_study, retrainable, rows_of, study_from
from groupinf.experiments.files import json_bytes, npz_arrays, npz_bytes, parquet_bytes, parquet_table
from groupinf.experiments.fitting import describe_fit, fit_model
from groupinf.experiments.manifest import convention, provenance
from groupinf.experiments.parallel import one_thread
from groupinf.experiments.problem import evaluations_of, test_objective, training_objective
from groupinf.experiments.progress import Progress
from groupinf.experiments.run_directory import (
    MANIFEST,
    PREPARED,
    RunDirectory,
    groups_archive,
    groups_frame,
    groups_from,
)
from groupinf.groups.groups import Groups
from groupinf.numerics.fit import Fitted, fitted_at
from groupinf.numerics.losses import Array


@dataclass(frozen=True)
class Prepared:
    """The frozen inputs of every block, the groups, and the blocks of those that can be retrained."""

    study: Study
    groups: Groups
    blocks: tuple[tuple[int, ...], ...]
    manifest: Mapping[str, Any]


def prepare(
    loaded: LoadedConfig,
    dataset: Dataset,
    identity: Mapping[str, Any],
    directory: RunDirectory,
    jobs: int,
    progress: Progress,
) -> Prepared:
    """Fit and draw, and store it; or read back what an earlier run of the same identity has stored."""
    stored = directory.manifest()
    if stored is not None:
        restored = _restore(loaded, dataset, directory, stored)
        if restored is not None:
            return restored
    progress.stage("fit")
    model = one_thread(partial(fit_model, loaded.config.regularization), dataset)
    test = test_objective(dataset)
    progress.stage("groups")
    drawn = draw(loaded, dataset, model.fitted, test, jobs)
    study = one_thread(partial(make_study, model.fitted, test, drawn, evaluations_of(loaded, dataset)), loaded)
    description = {
        **_describe_data(loaded, dataset),
        **describe_fit(model, dataset, test),
        "convention": convention(model.fitted.objective.lam, model.lam_over_n, dataset.task),
        **_describe_groups(study, drawn, model.notes),
        **provenance(),
        "identity": dict(identity),
    }
    files = _store(loaded, model.fitted, drawn.groups, directory)
    manifest = {**description, "files": files, "collected": False}
    directory.write(MANIFEST, json_bytes(manifest))
    return _prepared(study, drawn.groups, manifest)


def _describe_data(loaded: LoadedConfig, dataset: Dataset) -> dict[str, Any]:
    return {
        "name": loaded.config.name,
        "dataset": dataset.name,
        "task": dataset.task,
        "n": dataset.n,
        "d": dataset.d,
        "n_test": int(dataset.y_test.size),
        "classes": [str(label) for label in dataset.classes],
        "sources": dict(dataset.sources),
        "seed": loaded.config.seed,
    }


def _describe_groups(study: Study, drawn: Drawn, notes: Sequence[str]) -> dict[str, Any]:
    return {
        "test_points": list(study.test_points),
        "evaluations": list(study.evaluations),
        "methods": list(study.methods),
        "scales": dict(study.scales),
        "gradient_norms": dict(study.gradient_norms),
        "n_groups": len(drawn.groups),
        "n_retrained": len(drawn.groups) - len(drawn.skipped),
        "n_blocks": len(_blocks(study, drawn.groups, drawn.skipped)),
        "skipped": list(drawn.skipped),
        "notes": [*notes, *drawn.notes],
        "engine": {
            "solves with H": type(study.fitted.factor).__name__,
            "solves with H for the influence": type(study.influence_solver).__name__,
            "solves with H − H(w)": study.engine.way,
            "preconditioner of retraining": study.engine.preconditioner,
            "groups side by side": block_width(study.fitted.objective, study.engine),
        },
    }


def _store(loaded: LoadedConfig, fitted: Fitted, groups: Groups, directory: RunDirectory) -> dict[str, str]:
    shown = yaml.safe_dump(loaded.resolved(), sort_keys=False, allow_unicode=True)
    contents = {
        "config.yaml": shown.encode(),
        "theta.npz": npz_bytes({"theta": fitted.theta}),
        "groups.npz": groups_archive(groups),
        "groups.parquet": parquet_bytes(groups_frame(groups)),
    }
    return {name: directory.write(name, content) for name, content in contents.items()}


def _restore(
    loaded: LoadedConfig, dataset: Dataset, directory: RunDirectory, manifest: Mapping[str, Any]
) -> Prepared | None:
    """What an earlier run has prepared; None where a file is missing or altered, so that it is made anew."""
    theta, archive, frame, config = (directory.read(name, manifest) for name in PREPARED)
    if theta is None or archive is None or frame is None or config is None:
        return None
    groups = groups_from(npz_arrays(archive), parquet_table(frame))
    values = npz_arrays(theta)["theta"]
    study = one_thread(lambda stored: _study(loaded, dataset, values, groups, stored), manifest)
    return _prepared(study, groups, manifest)


def _study(loaded: LoadedConfig, dataset: Dataset, theta: Array, groups: Groups, manifest: Mapping[str, Any]) -> Study:
    test_points = tuple(manifest["test_points"])
    return study_from(
        loaded,
        fitted_at(training_objective(dataset, manifest["lam"]), theta),
        rows_of(test_objective(dataset), test_points),
        test_points,
        manifest["evaluations"],
        groups,
        manifest["scales"],
        manifest["gradient_norms"],
    )


def _prepared(study: Study, groups: Groups, manifest: Mapping[str, Any]) -> Prepared:
    return Prepared(study, groups, _blocks(study, groups, manifest["skipped"]), manifest)


def _blocks(study: Study, groups: Groups, skipped: Sequence[Mapping[str, Any]]) -> tuple[tuple[int, ...], ...]:
    return blocks_of(retrainable(groups, skipped), block_width(study.fitted.objective, study.engine))
