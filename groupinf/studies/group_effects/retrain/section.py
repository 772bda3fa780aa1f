"""The key ``retrain``: all groups are retrained, none, or those that may have the largest effects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from groupinf.config.registered import RegisteredName
from groupinf.config.section import PositiveInt, Section
from groupinf.config.words import found
from groupinf.effects.evaluations.registry import EVALUATIONS

ALL, NONE = "all", "none"
EXPECTED = f"expected {ALL}, {NONE} or {{top: NUMBER, by: EVALUATION, side: rise, fall or both}}"


class TopGroups(Section):
    """The ``top`` groups of the largest actual effects on each value of ``by``, the first evaluation where it is left
    out: of the largest rises or falls alone, or of both.
    """

    top: PositiveInt
    by: Annotated[str, RegisteredName(EVALUATIONS)] | None = None
    side: Literal["rise", "fall", "both"] = "both"


@dataclass(frozen=True)
class _Choice:
    """``all``, which is what is meant where the key is left out, ``none``, or a section."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self._checked)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [{"enum": [ALL, NONE]}, handler(TopGroups.__pydantic_core_schema__)]}

    def _checked(self, value: Any) -> Literal["none"] | TopGroups | None:
        if value is None or value == ALL:
            return None
        if value == NONE:
            return "none"
        if not isinstance(value, dict | TopGroups):
            raise ValueError(f"{EXPECTED}, found {found(value)}")
        return TopGroups.model_validate(value)


# what is asked for; None where it is all
Retrain = Annotated[TopGroups | Literal["none"] | None, _Choice()]


def by_name(retrain: Retrain, evaluations: Sequence[str]) -> Retrain:
    """The same with the evaluation that decides, which is the first of a study's where none is named."""
    if not isinstance(retrain, TopGroups) or retrain.by is not None:
        return retrain
    return retrain.model_copy(update={"by": evaluations[0]})
