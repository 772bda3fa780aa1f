"""A machine that is predicted through smooth hinges: their temperature in a run, and their curves."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from groupinf.errors import DataError
from groupinf.reporting.drawing.axes import TICK_SIZE
from groupinf.studies.group_effects.result import Run
from groupinf.wording import number


def temperature(run: Run) -> float:
    """t of the smooth hinge that a machine is predicted with, 0 of the hinge itself; raises DataError where the run is
    of another model.
    """
    about = run.manifest
    smoothing = about.loss_options.get("smoothing")
    if smoothing is None or about.linearised is not None:
        raise DataError(f"{run.path}: expected the hinge loss and its smoothing, found other losses")
    return smoothing


def draw_smooth_hinges(ax: Axes, margins: tuple[float, float], colours: Mapping[float, str]) -> None:
    """t·log(1 + exp((1 − s)/t)) over margins s, the hinge itself at t = 0, for each temperature in its colour."""
    s = np.linspace(*margins, 401)
    for t, colour in colours.items():
        loss = t * np.logaddexp(0.0, (1.0 - s) / t) if t else np.maximum(0.0, 1.0 - s)
        ax.plot(s, loss, color=colour, linewidth=1.2, label=f"t = {number(t)}")
    ax.legend(frameon=False, fontsize=TICK_SIZE)
    ax.set_box_aspect(1.0)
