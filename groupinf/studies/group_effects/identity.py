"""The identity of a run of group effects: what changes its numbers, and nothing else."""

from __future__ import annotations

from typing import Any

from groupinf.datasets.dataset import Dataset
from groupinf.datasets.registry import kind_of
from groupinf.effects.changes.registry import REMOVE
from groupinf.groups.by_value import BY_VALUE
from groupinf.studies.group_effects.schema import Config, LoadedStudy
from groupinf.studies.linear.identity import identifying_config

# raised when a stage gives other numbers for the same configuration and data
STAGE_VERSIONS: dict[str, int] = {"prepare": 2, "compute": 2, "collect": 1}


def identity_of(loaded: LoadedStudy, dataset: Dataset) -> dict[str, Any]:
    """The configuration with files replaced by their SHA-256, the hashes of the data and what versions made the rest.

    Versions are those of the stages and, for a dataset that the package knows, of its loader.
    The name of the study and the places of files are left out: they change no number.
    """
    config = identifying_config(loaded, dataset)
    if loaded.config.change == REMOVE:
        del config["change"]
    return {
        "config": config,
        "sources": sorted(dataset.sources.values()),
        **read_otherwise(loaded.config, dataset),
        "stages": dict(STAGE_VERSIONS),
    }


def read_otherwise(config: Config, dataset: Dataset) -> dict[str, Any]:
    """What is read in another way than the stages' versions tell: by builders, by columns, by the kind of data.

    Nothing where a configuration makes no use of any.
    """
    by_column = any(evaluation.columns for evaluation in config.evaluations or ())
    versions = {name: version for builder in config.groups.builders for name, version in builder.versions.items()}
    return {
        **versions,
        **(BY_VALUE if config.test_points.column is not None or by_column else {}),
        **kind_of(config.dataset).identity(config.dataset, dataset),
    }
