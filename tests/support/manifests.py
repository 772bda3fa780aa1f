"""Manifests of runs and sweeps that were never run, for what only reads them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

from groupinf.experiments.folder.manifest import from_json
from groupinf.experiments.folder.provenance import Provenance
from groupinf.experiments.folder.sealed import sealed
from groupinf.numerics.losses.registry import loss_for
from groupinf.studies.group_effects.manifest import EngineUsed, GroupEffectsManifest, GroupSweepManifest
from groupinf.studies.linear.manifest import FitCertificate

_PROVENANCE = {field.name for field in fields(Provenance)}


def resealed(file: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    """Change what a manifest or sweep.json says, and give it the checksum that fits."""
    stored = json.loads(file.read_text(encoding="utf-8"))
    [seal] = [key for key in stored if key.endswith("_sha256")]
    del stored[seal]
    change(stored)
    file.write_bytes(sealed(stored, seal))


def made_provenance(**said: Any) -> Provenance:
    about = {
        "versions": {},
        "platform": "Linux",
        "processor": "one",
        "git_commit": None,
        "git_dirty": False,
        "threads": 1,
    }
    return Provenance(**{**about, **said})


def made_manifest(**said: Any) -> GroupEffectsManifest:
    """A manifest of two classes; what is ``said``, as JSON, stands in the place of what is made up."""
    made_with = {name: said.pop(name) for name in _PROVENANCE & said.keys()}
    about: dict[str, Any] = {
        "study": "group_effects",
        "name": "study",
        "identity": {},
        "sources": {},
        "units": 32,
        "block_width": 48,
        "notes": (),
        "provenance": made_provenance(**made_with),
        "collected": True,
        "dataset": "toy",
        "task": "classification",
        "n": 1200,
        "d": 7,
        "n_test": 300,
        "classes": ("no", "yes"),
        "seed": 0,
        "lam": 1.2,
        "lam_over_n": 0.001,
        "cross_validation": None,
        "train_accuracy": 0.91,
        "test_accuracy": 0.876,
        "train_loss": 0.2,
        "test_loss": 0.3,
        "fit": FitCertificate(1e-9, 1e-10, 7),
        "test_points": (7, 3),
        "evaluations": ("test_prediction", "test_loss", "self_loss"),
        "methods": ("influence", "newton"),
        "scales": {"test_prediction": 1.0, "test_loss": 1.0, "self_loss": 1.0},
        "gradient_norms": {},
        "n_groups": 32,
        "skipped": (),
        "notes_on_groups": (),
        "engine": EngineUsed("cholesky", "cholesky", "own_factors", "reduced"),
    }
    about |= said
    about.setdefault("loss_name", loss_for(len(about["classes"])).name)
    return from_json(GroupEffectsManifest, {"drawn_at_lam_over_n": about["lam_over_n"], **about})


def made_sweep_manifest(**said: Any) -> GroupSweepManifest:
    """The manifest of a sweep over no value."""
    about: dict[str, Any] = {
        "study": "group_effects",
        "name": "study",
        "identity": {},
        "parameter": "λ/n",
        "runs": (),
        "provenance": made_provenance(),
        "dataset": "toy",
        "task": "classification",
        "n": 12,
        "d": 7,
        "redraw": False,
        "drawn_at_lam_over_n": None,
        "reference_run": None,
    }
    return from_json(GroupSweepManifest, {**about, **said})
