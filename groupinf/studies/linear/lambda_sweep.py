"""What sweeps of all studies of a linear model share: the values of λ/n, and the study at one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from groupinf.config.load import LoadedConfig
from groupinf.config.sweep_schema import SweepConfig
from groupinf.experiments.folder.identity import folder_name, identity_hash
from groupinf.studies.linear.schema import LinearConfig, Regularization
from groupinf.wording import counted, number

# what sentences call that which varies
LAMBDA = "λ/n"

Own = TypeVar("Own", bound=LinearConfig)


@dataclass(frozen=True)
class SweepPlan(Generic[Own]):
    """The study at its own λ/n, the reference; the grid, rising; and whether all is drawn anew at each value."""

    reference: LoadedConfig[Own]
    grid: tuple[float, ...]
    redraw: bool


def plan_sweep(loaded: LoadedConfig[Own], wanted: SweepConfig | None = None, redraw: bool = False) -> SweepPlan[Own]:
    """The sweep that the configuration describes, or ``wanted`` in its place; ConfigError where there is neither."""
    configured = loaded.config.regularization.sweep
    sweep = wanted or configured
    if sweep is None:
        expected = "expected sweep: {min: .., max: .., num: ..} or --lambda-over-n MIN:MAX:NUM, found neither"
        raise loaded.error(("regularization",), f"{expected} (in Python it is the argument lambda_over_n)")
    anew = redraw or sweep.redraw or (configured is not None and configured.redraw)
    return SweepPlan(without_sweep(loaded), sweep.grid(), anew)


def without_sweep(loaded: LoadedConfig[Own]) -> LoadedConfig[Own]:
    """The study at its reference λ/n alone."""
    return _regularized(loaded, loaded.config.regularization.model_copy(update={"sweep": None}))


def at_value(loaded: LoadedConfig[Own], lam_over_n: float) -> LoadedConfig[Own]:
    """The study at another λ/n."""
    return _regularized(loaded, Regularization(lambda_over_n=lam_over_n))


def swept_words(plan: SweepPlan[Any]) -> str:
    """Over which values a sweep goes, for a forecast."""
    values = counted(len(plan.grid), "value")
    return f"a sweep over {values} of lambda_over_n, {number(plan.grid[0], 6)} to {number(plan.grid[-1], 6)}"


def sweep_folder(name: str, identity: Mapping[str, Any]) -> str:
    """``<name>-sweep-<hash>``, the folder of the sweep."""
    return f"{folder_name(name)}-sweep-{identity_hash(identity)}"


def _regularized(loaded: LoadedConfig[Own], regularization: Regularization) -> LoadedConfig[Own]:
    return replace(loaded, config=loaded.config.model_copy(update={"regularization": regularization}))
