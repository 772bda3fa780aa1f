"""Coalitions as a file of a run: coalitions.npz."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from groupinf.experiments.folder.files import npz_arrays, npz_bytes
from groupinf.numerics.losses.loss import Array
from groupinf.studies.group_values.coalitions import Coalitions
from groupinf.studies.group_values.no_rows import KnownEffect
from groupinf.studies.group_values.semivalues.semivalue import Sets

FILE = "coalitions.npz"


@dataclass(frozen=True)
class Valued:
    """What is known of coalitions before any is retrained: those ``asked`` for by the semivalue (D, G), the different
    ones, the shares that ``influence`` gives (G, T), with the sign of f, and the effect of having no rows.
    """

    asked: Sets
    coalitions: Coalitions
    influence: Array
    nobody: KnownEffect


def coalitions_file(valued: Valued) -> dict[str, bytes]:
    """The file."""
    of = valued.coalitions
    arrays = {
        "asked": valued.asked,
        "sets": of.sets,
        "size": of.size,
        "state": of.state,
        "drawn": of.drawn,
        "without": of.without,
        "everyone": np.array(of.everyone),
        "none": np.array(of.none),
        "additive": valued.influence,
        "effect_without_rows": valued.nobody.effect,
        "error_without_rows": valued.nobody.error,
    }
    return {FILE: npz_bytes(arrays)}


def valued_from(files: Mapping[str, bytes]) -> Valued:
    """What ``coalitions_file`` told."""
    told = npz_arrays(files[FILE])
    coalitions = Coalitions(
        sets=told["sets"],
        size=told["size"],
        state=told["state"],
        drawn=told["drawn"],
        without=told["without"],
        everyone=int(told["everyone"]),
        none=int(told["none"]),
    )
    nobody = KnownEffect(told["effect_without_rows"], told["error_without_rows"])
    return Valued(told["asked"], coalitions, told["additive"], nobody)
