"""The studies of Koh and Liang (2017), and what each figure is drawn from."""

from __future__ import annotations

from pathlib import Path

from groupinf.reproduction.paper import Study

CONFIGS = Path("configs/koh-liang-2017")

LEAVE_ONE_OUT = "figure-2-mnist"
# its predictions
EXACT, LISSA, LISSA_ONCE = "exact", "LiSSA", "LiSSA-1"
# the hinge itself, and the smooth hinges that it is predicted with after it, by their temperature
SVM = "figure-3-svm"
SMOOTHED = {t: f"{SVM}-t{t:g}" for t in (1e-4, 1e-3, 0.01, 0.1, 1.0)}


def _study(name: str) -> Study:
    return Study(name, "experiment", CONFIGS / f"{name}.yaml")


STUDIES: tuple[Study, ...] = (
    _study(LEAVE_ONE_OUT),
    _study(SVM),
    *(
        Study(name, "evaluate", CONFIGS / f"{SVM}.yaml", of=SVM, settings=(f"model.smoothing={t:g}",))
        for t, name in SMOOTHED.items()
    ),
)

FIGURES: dict[str, tuple[str, ...]] = {
    "koh-liang-2": (LEAVE_ONE_OUT,),
    "koh-liang-3": (SVM, *SMOOTHED.values()),
}
