"""What the sections of a configuration share: frozen, strict, no unknown keys; numbers with bounds."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

PositiveInt = Annotated[int, Field(ge=1)]
NonNegativeInt = Annotated[int, Field(ge=0)]
PositiveFloat = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Share = Annotated[float, Field(gt=0, le=1)]
Percent = Annotated[float, Field(ge=0, le=100)]


class Section(BaseModel):
    """A section whose keys are the fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
