"""The questions of robustness: one line each."""

from __future__ import annotations

from groupinf.registry import Registry
from groupinf.studies.robustness.questions.question import Question

QUESTIONS: Registry[type[Question]] = Registry(
    "question",
    {
        "prediction": "groupinf.studies.robustness.questions.prediction:Prediction",
        "sign": "groupinf.studies.robustness.questions.sign:Sign",
        "significance": "groupinf.studies.robustness.questions.significance:Significance",
    },
)
