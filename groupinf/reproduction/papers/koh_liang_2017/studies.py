"""The studies of Koh and Liang (2017), and what each figure is drawn from."""

from __future__ import annotations

from pathlib import Path

from groupinf.reproduction.paper import Study

CONFIGS = Path("configs/koh-liang-2017")

COMPONENTS = "figure-1-mnist"
LEAVE_ONE_OUT = "figure-2-mnist"
# its predictions
EXACT, LISSA, LISSA_ONCE = "exact", "LiSSA", "LiSSA-1"
# the hinge itself, and the smooth hinges that it is predicted with after it, by their temperature
SVM = "figure-3-svm"
SMOOTHED = {t: f"{SVM}-t{t:g}" for t in (1e-4, 1e-3, 0.01, 0.1, 1.0)}

# by the data, the machine with a kernel and the linear model on a network's features
KERNELS = {
    "MNIST, 4 or 9": ("figure-4-mnist-rbf", "figure-4-mnist-network"),
    "dogs and fish": ("figure-4-dogfish-rbf", "figure-4-dogfish-linear"),
}
# of the first a machine whose kernel has twice the γ
NARROW = {"MNIST, 4 or 9": "figure-4-mnist-rbf-narrow"}
HOSPITAL, HOSPITAL_FREE = "hospital", "hospital-free"
REPAIR = "figure-6-enron"


def _study(name: str) -> Study:
    return Study(name, "experiment", CONFIGS / f"{name}.yaml")


# cheap ones first
STUDIES: tuple[Study, ...] = (
    *(_study(name) for name in (HOSPITAL, HOSPITAL_FREE, COMPONENTS)),
    *(_study(name) for pair in KERNELS.values() for name in pair),
    *(_study(name) for name in NARROW.values()),
    _study(SVM),
    *(
        Study(name, "evaluate", CONFIGS / f"{SVM}.yaml", of=SVM, settings=(f"model.smoothing={t:g}",))
        for t, name in SMOOTHED.items()
    ),
    _study(LEAVE_ONE_OUT),
    _study(REPAIR),
)

FIGURES: dict[str, tuple[str, ...]] = {
    "koh-liang-1": (COMPONENTS,),
    "koh-liang-2": (LEAVE_ONE_OUT,),
    "koh-liang-3": (SVM, *SMOOTHED.values()),
    "koh-liang-4": tuple(name for pair in KERNELS.values() for name in pair),
    "koh-liang-coefficients": (HOSPITAL,),
    "koh-liang-children": (HOSPITAL,),
    "koh-liang-perturbation": (HOSPITAL,),
    "koh-liang-6": (REPAIR,),
}
