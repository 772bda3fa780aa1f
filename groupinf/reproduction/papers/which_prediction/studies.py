"""The studies of configs/methods: every method on five datasets, and Diabetes with groups added, not removed."""

from __future__ import annotations

from pathlib import Path

from groupinf.reproduction.paper import Study

CONFIGS = Path("configs") / "methods"
DATA = ("breast_cancer", "diabetes", "enron", "dogfish", "cdr")
ADDING, REMOVING = "adding-diabetes", "methods-diabetes"

STUDIES: tuple[Study, ...] = (
    *(Study(f"methods-{short}", "experiment", CONFIGS / f"methods-{short}.yaml") for short in DATA),
    Study(ADDING, "experiment", CONFIGS / f"{ADDING}.yaml"),
)
