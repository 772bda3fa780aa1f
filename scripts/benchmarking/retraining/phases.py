"""Where the time of retraining goes: shares of what it consists of, from one profiled round."""

from __future__ import annotations

import cProfile
import pstats
import time
from collections.abc import Callable
from types import FunctionType

from groupinf.effects import retraining
from groupinf.numerics import minimise, retrain
from groupinf.numerics.heavy_rows.solver import HeavyRowsSolver

# by what a page calls them, the functions whose whole time counts
PHASES: dict[str, tuple[Callable[..., object], ...]] = {
    "the passes": (minimise.minimise, HeavyRowsSolver.minimise),
    "certificates": (retrain._with_certificate,),
    "effects with their errors": (retraining.ended_at,),
}
REST = "the start and the removed rows"


def phases(function: Callable[[], object]) -> dict[str, float]:
    """Shares of the processor time that ``function`` takes, which sum to 1.

    What is built in is not profiled by itself, so that many short calls of it seem no longer than they are.
    """
    profile = cProfile.Profile(time.process_time, builtins=False)
    begin = time.process_time()
    profile.runcall(function)
    whole = time.process_time() - begin
    seconds = {code: taken[3] for code, taken in pstats.Stats(profile).stats.items()}  # type: ignore[attr-defined]
    shares = {name: sum(seconds.get(_key(of), 0.0) for of in those) / whole for name, those in PHASES.items()}
    return {REST: 1.0 - sum(shares.values()), **shares}


def _key(function: Callable[..., object]) -> tuple[str, int, str]:
    assert isinstance(function, FunctionType)
    code = function.__code__
    return code.co_filename, code.co_firstlineno, code.co_name
