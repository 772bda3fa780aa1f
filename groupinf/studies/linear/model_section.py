"""The section ``model`` of a configuration: a loss with its options, and what is done about an intercept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, GetJsonSchemaHandler, create_model, model_validator
from pydantic_core import CoreSchema, core_schema

from groupinf.config.registered import FaultBelowError, NamedSection, RegisteredName, RegisteredSection
from groupinf.config.section import Section
from groupinf.config.words import found, unknown_name
from groupinf.datasets.kernels.kernel import Kernel
from groupinf.datasets.kernels.registry import KERNELS
from groupinf.numerics.losses.registry import LOSSES
from groupinf.wording import listed

if TYPE_CHECKING:
    from groupinf.numerics.losses.loss import Loss, Option


LossName = Annotated[str, RegisteredName(LOSSES)]
# the case of a section without a loss
BY_LABELS = ""


class LossConfig(Section):
    """A loss beside the fitted one, with its options."""

    loss: LossName

    @property
    def options(self) -> dict[str, float]:
        """Those of the loss."""
        return {name: getattr(self, name) for name in type(self).model_fields.keys() - LossConfig.model_fields.keys()}


class _LossCases(Mapping[str, type[LossConfig]]):
    """The section of each loss that is registered."""

    def __getitem__(self, name: str) -> type[LossConfig]:
        return _loss_section_of(LOSSES[name])

    def __contains__(self, name: object) -> bool:
        return name in LOSSES

    def __iter__(self) -> Iterator[str]:
        return iter(LOSSES)

    def __len__(self) -> int:
        return len(LOSSES)


@cache
def _loss_section_of(loss: type[Loss]) -> type[LossConfig]:
    name: Any = (Literal[loss.name], ...)
    return create_model(f"{loss.__name__}Loss", __base__=LossConfig, loss=name, **_fields_of(loss))


LOSS = NamedSection(_LossCases(), "loss")


class ModelConfig(Section):
    """What is fitted: a loss, and what is done about an intercept; the options of a loss stand beside it.

    What is ``linearised`` and ``measured`` is the fitted loss where it is left out.
    """

    loss: LossName | None = None
    intercept: Literal["free", "penalised", "none"] = "free"
    kernel: Annotated[Kernel, NamedSection(KERNELS, "name")] | None = None
    linearised: Annotated[LossConfig, LOSS] | None = None
    measured: Annotated[LossConfig, LOSS] | None = None

    @model_validator(mode="after")
    def _derivatives_of_one_loss(self) -> ModelConfig:
        given = self.model_fields_set - ModelConfig.model_fields.keys()
        if self.linearised is not None and self.loss is not None and not LOSSES[self.loss].smooth and given:
            option = min(given)
            expected = f"expected linearised without {option}, which is of the derivatives in whose place it is"
            raise FaultBelowError(("linearised",), f"{expected}; found both")
        return self

    @property
    def options(self) -> dict[str, float]:
        """Those of the loss."""
        return {name: getattr(self, name) for name in type(self).model_fields.keys() - ModelConfig.model_fields.keys()}


class _Cases(Mapping[str, type[ModelConfig]]):
    """The section of each loss that is registered, and that of none."""

    def __getitem__(self, name: str) -> type[ModelConfig]:
        return ModelConfig if name == BY_LABELS else _section_of(LOSSES[name])

    def __iter__(self) -> Iterator[str]:
        return iter((BY_LABELS, *LOSSES))

    def __len__(self) -> int:
        return 1 + len(LOSSES)


@cache
def _section_of(loss: type[Loss]) -> type[ModelConfig]:
    if not loss.options:
        return ModelConfig
    return create_model(f"{loss.__name__}Model", __base__=ModelConfig, **_fields_of(loss))


def _fields_of(loss: type[Loss]) -> dict[str, Any]:
    return {option.name: (_type_of(option), option.default) for option in loss.options}


def _type_of(option: Option) -> Any:
    return Annotated[float, Field(gt=option.above, ge=option.least, allow_inf_nan=False)]


class ModelByLoss(RegisteredSection):
    """One of the sections by the value of ``loss``, which may be left out."""

    def case_of(self, value: Any) -> str | None:
        """The loss that is named, or that none is."""
        if not isinstance(value, dict):
            return None
        name = value.get("loss", BY_LABELS)
        return name if isinstance(name, str) and name in (BY_LABELS, *LOSSES) else None

    def fault(self, value: Any) -> ValueError:
        """A loss that is not known, or a value that is no section."""
        if isinstance(value, dict):
            return FaultBelowError(("loss",), unknown_name("loss", value["loss"], LOSSES))
        return ValueError(
            f"expected keys and values, found {found(value)}; valid keys: {', '.join(ModelConfig.model_fields)}"
        )

    def json_schema(self, choices: dict[str, CoreSchema], handler: GetJsonSchemaHandler) -> dict[str, Any]:
        distinct = {id(choice): choice for choice in choices.values()}
        return handler(core_schema.union_schema(list(distinct.values())))

    def unknown_key(self, key: str, case: str) -> str | None:
        """Which losses have an option that this one does not."""
        of = [name for name, loss in LOSSES.items() if key in (option.name for option in loss.options)]
        if not of:
            return None
        written = f"loss: {case}" if case else "no loss"
        return f"expected {key} only with loss: {listed(of, 'or')}, found {written}"


MODEL = ModelByLoss(_Cases())
