"""The studies of configs/natural: groups that Diabetes brings along, of which the paper had the data and no groups."""

from __future__ import annotations

from pathlib import Path

from groupinf.reproduction.paper import Study

CONFIGS = Path("configs") / "natural"
GROUPINGS = ("payer", "specialty", "diagnosis", "patient")

STUDIES: tuple[Study, ...] = tuple(
    Study(f"natural-diabetes-{grouping}", "experiment", CONFIGS / f"natural-diabetes-{grouping}.yaml")
    for grouping in GROUPINGS
)
