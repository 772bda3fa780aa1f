"""The studies of configs/liu-et-al, cheap ones first, and what each figure is drawn from."""

from __future__ import annotations

from pathlib import Path

from groupinf.reproduction.paper import Study

CONFIGS = Path("configs") / "liu-et-al"

RIDGE, DIGITS, COMPONENTS, LOGISTIC = "figure-1-forest-fires", "figure-2-mnist", "figure-3-mnist", "figure-5-iris"
PENALISED, SHARP, SMOOTH = (f"figure-4-iris-t{t}" for t in ("0", "0.01", "0.1"))

STUDIES: tuple[Study, ...] = tuple(
    Study(name, "experiment", CONFIGS / f"{name}.yaml")
    for name in (PENALISED, SHARP, SMOOTH, LOGISTIC, RIDGE, COMPONENTS, DIGITS)
)

FIGURES: dict[str, tuple[str, ...]] = {
    "liu-1": (RIDGE,),
    "liu-2": (DIGITS,),
    "liu-3": (COMPONENTS,),
    "liu-4": (PENALISED, SHARP, SMOOTH),
    "liu-5": (LOGISTIC, SMOOTH),
}
