"""The questions of robustness: one line each."""

from __future__ import annotations

from groupinf.registry import Registry
from groupinf.studies.robustness.questions.prediction import Prediction
from groupinf.studies.robustness.questions.question import Question
from groupinf.studies.robustness.questions.sign import Sign
from groupinf.studies.robustness.questions.significance import Significance

QUESTIONS: Registry[type[Question]] = Registry("question", (Prediction, Sign, Significance))
