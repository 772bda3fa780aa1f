"""The configuration of a study of group values: which groups, of what measure, and how its worth is shared out."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from groupinf.config.load import LoadedConfig
from groupinf.config.registered import NamedSection
from groupinf.config.section import PositiveInt, distinct
from groupinf.effects.evaluations.evaluation import Evaluation
from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.effects.evaluations.test_loss import TEST_LOSS
from groupinf.studies.group_effects.schema import Config, GroupsConfig, LoadedStudy, TestPoints
from groupinf.studies.group_values.semivalues.registry import SEMIVALUES
from groupinf.studies.group_values.semivalues.semivalue import Semivalue
from groupinf.studies.group_values.semivalues.shapley import Shapley
from groupinf.studies.linear.schema import LinearConfig

# what the registry and every manifest call this kind of study
STUDY = "group_values"


def _each_once(evaluations: tuple[Evaluation, ...]) -> tuple[Evaluation, ...]:
    distinct(tuple(evaluation.name for evaluation in evaluations))
    return evaluations


class GroupValuesConfig(LinearConfig):
    """One study: a dataset, a regularisation, groups, what is measured of models, and how it is shared out."""

    groups: GroupsConfig
    values: Annotated[Semivalue, NamedSection(SEMIVALUES, "by", called="semivalue")] = Shapley()
    test_points: TestPoints = TestPoints(all=True)
    evaluations: Annotated[
        tuple[Annotated[Evaluation, NamedSection(EVALUATIONS, "evaluation", in_short=True)], ...],
        Field(strict=False, min_length=1, json_schema_extra={"default": [TEST_LOSS.name]}),
        AfterValidator(_each_once),
    ] = (TEST_LOSS,)
    block_width: PositiveInt | None = None


# A configuration of this study that knows where it came from.
LoadedValues = LoadedConfig[GroupValuesConfig]


def as_group_effects(loaded: LoadedValues) -> LoadedStudy:
    """The study of the effects of the same groups on the same measure, which checks, draws and measures alike."""
    config = loaded.config
    shared = {name: getattr(config, name) for name in GroupValuesConfig.model_fields if name in Config.model_fields}
    return LoadedConfig(**{**vars(loaded), "config": Config.model_validate(shared)})
