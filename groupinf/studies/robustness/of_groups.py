"""The study of robustness that a configuration of group effects makes: its data, model, λ and test points, no more."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from groupinf.config.load import LoadedConfig
from groupinf.errors import ConfigError
from groupinf.studies.group_effects.schema import Config, LoadedStudy
from groupinf.studies.linear.lambda_sweep import without_sweep
from groupinf.studies.robustness.questions.prediction import Prediction
from groupinf.studies.robustness.questions.sign import Sign
from groupinf.studies.robustness.schema import MOST_SIGNS, RobustnessConfig
from groupinf.wording import listed

# what of a configuration of groups such a study takes; the other keys say what is done to groups
KEPT = ("name", "seed", "dataset", "loss", "model", "regularization", "test_points")
SUFFIX = "robustness"


def study_of_robustness(loaded: LoadedConfig[Any]) -> LoadedConfig[Any]:
    """The study as it is; of group effects, whose groups are left aside, that of the predictions of its test points
    where these are single rows, and of the signs of all coefficients where there are at most MOST_SIGNS.

    Raises ConfigError where the configuration is of another kind of study.
    """
    if isinstance(loaded.config, RobustnessConfig):
        return loaded
    if not isinstance(loaded.config, Config):
        raise ConfigError(f"{loaded.source}: expected a study of robustness or of group effects")
    config = without_sweep(loaded).config
    points, sign = config.test_points, Sign(at_most=MOST_SIGNS)
    single = points.all is None and points.column is None
    kept = {name: getattr(config, name) for name in KEPT if name in RobustnessConfig.model_fields}
    kept["name"] = f"{config.name[: 99 - len(SUFFIX)]}-{SUFFIX}"
    questions = (Prediction(test_points=points), sign) if single else (sign,)
    derived = RobustnessConfig.model_construct(**kept, questions=questions)
    # errors of keys that the file has elsewhere are not at the places of its own
    lines = {
        key: line for key, line in loaded.lines.items() if key[:1] not in [(name,) for name in _left(loaded, single)]
    }
    return replace(loaded, config=derived, notes=(_note(loaded, single),), lines=lines)


def _left(loaded: LoadedStudy, single: bool) -> list[str]:
    return [key for key in Config.model_fields if key not in KEPT or (key == "test_points" and not single)]


def _note(loaded: LoadedStudy, single: bool) -> str:
    """What of a configuration has no place in the study that was made of it."""
    keys = [key for key in _left(loaded, single) if key in loaded.config.model_fields_set]
    keys += ["regularization.sweep"] if loaded.config.regularization.sweep is not None else []
    return f"left aside of {loaded.config.name}: {listed(keys)}"
