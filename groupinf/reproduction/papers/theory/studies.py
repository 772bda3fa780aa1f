"""The studies: the paper's counterexamples, and its theory on its five datasets, over λ, and with a free intercept."""

from __future__ import annotations

from pathlib import Path

from groupinf.reproduction.paper import Study

CONFIGS = Path("configs")
WITH_THEORY = ("theory=true",)

COUNTEREXAMPLES = tuple(
    f"figure-3-{short}" for short in ("mog", "mog-reversed", "mog-squared", "ortho", "ortho-12", "ortho-12-counts")
)
ROTATED, REVERSED, LINEAR, SCALED, SCALED_12, _ = COUNTEREXAMPLES
# the paper's datasets in its order, and all of one of them, of a few groups
DATA = tuple(f"theory-{short}" for short in ("diabetes", "enron", "dogfish", "mnist_small", "cdr"))
LARGE = "theory-mnist"
FREE, NOT_FREE = "theory-diabetes-free", "theory-diabetes"
OVER_LAMBDA = ("theory-lambda-diabetes", "theory-lambda-cdr")
# what goes with ρ is told of these, and of the datasets that have no other
ONE_LAMBDA = tuple(name for name in DATA if name.replace("theory-", "theory-lambda-") not in OVER_LAMBDA)


def _study(name: str, command: str = "experiment") -> Study:
    return Study(name, command, CONFIGS / "theory" / f"{name}.yaml")


STUDIES: tuple[Study, ...] = (
    *(Study(name, "experiment", CONFIGS / "paper" / f"{name}.yaml", settings=WITH_THEORY) for name in COUNTEREXAMPLES),
    *(_study(name) for name in (*DATA, FREE)),
    *(_study(name, "sweep") for name in OVER_LAMBDA),
    _study(LARGE),
)

# what each figure is drawn from, of which it takes those that are there; two are of one run
FIGURES: dict[str, tuple[str, ...]] = {
    "figure-3": COUNTEREXAMPLES,
    "cones": DATA,
    "bounds": (NOT_FREE,),
    "spectrum": (NOT_FREE,),
    "spread": (*ONE_LAMBDA, *OVER_LAMBDA),
}
