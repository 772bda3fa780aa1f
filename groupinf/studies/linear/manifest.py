"""What a run of a linear model says of its data, its losses and its fit beside what every study says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from groupinf.datasets.choice.left import RowsLeft
from groupinf.datasets.column_use import ColumnUse
from groupinf.datasets.dataset import Task
from groupinf.experiments.folder.manifest import RunManifest, SweepManifest
from groupinf.numerics.intercept import Intercept
from groupinf.studies.linear.model_section import LossConfig
from groupinf.wording import listed, number

if TYPE_CHECKING:
    from groupinf.numerics.losses.loss import Loss
    from groupinf.studies.linear.linear_model import LinearModel


@dataclass(frozen=True)
class FitCertificate:
    """How exact θ̂ is: ‖∇L‖, the Newton decrement, and the passes over the data that it took.

    Of a loss that is not smooth the ``duality_gap`` tells, and the first two are of its smooth version.
    """

    gradient_norm: float
    decrement: float
    passes: int
    duality_gap: float | None = None


@dataclass(frozen=True)
class ScoredValue:
    """What cross-validation found at one λ/n: the mean score, and that of each fold."""

    lam_over_n: float
    mean_score: float
    scores: tuple[float, ...]


@dataclass(frozen=True)
class LossUsed:
    """A loss beside the fitted one, with its options."""

    name: str
    options: Mapping[str, float] = field(default_factory=dict)

    def loss(self, classes: int) -> Loss:
        """The loss for so many classes."""
        from groupinf.numerics.losses.registry import loss_for

        return loss_for(classes, self.name, self.options)

    @property
    def in_text(self) -> str:
        """Its label, with its options.

        >>> LossUsed("smooth_hinge", {"temperature": 0.1}).in_text
        'the smooth hinge loss (temperature 0.1)'
        """
        from groupinf.numerics.losses.registry import LOSSES

        options = listed(f"{name} {number(value, 6)}" for name, value in self.options.items())
        return f"the {LOSSES[self.name].label}" + (f" ({options})" if options else "")


@dataclass(frozen=True, kw_only=True)
class LinearManifest(RunManifest):
    """A run of a linear model, by its data and its losses.

    ``n`` training rows, ``d`` features, ``n_test`` test rows, ``n_pool`` rows that are in neither; ``linearised`` and
    ``measured`` are losses where they are other than the fitted one.
    """

    dataset: str
    task: Task
    n: int
    d: int
    n_test: int
    n_pool: int = 0
    classes: tuple[str, ...]
    loss_name: str
    loss_options: Mapping[str, float] = field(default_factory=dict)
    linearised: LossUsed | None = None
    measured: LossUsed | None = None
    intercept: Intercept = Intercept.FREE

    def __post_init__(self) -> None:
        """Raises UnknownNameError where a case that is named is not registered: nothing could be said of it."""
        from groupinf.numerics.losses.registry import LOSSES

        for name in (self.loss_name, *(used.name for used in (self.linearised, self.measured) if used)):
            LOSSES[name]

    @property
    def loss(self) -> Loss:
        """The loss of the model."""
        from groupinf.numerics.losses.registry import loss_for

        return loss_for(len(self.classes), self.loss_name, self.loss_options)

    @property
    def model(self) -> LinearModel:
        """What was fitted, linearised and measured."""
        from groupinf.studies.linear.linear_model import linear_model

        others = (None if used is None else used.loss(len(self.classes)) for used in (self.linearised, self.measured))
        return linear_model(self.loss, self.intercept, *others)

    @property
    def losses(self) -> str:
        """Which loss is fitted, which linearised and which measured, where they are not one."""
        if self.linearised is None and self.measured is None:
            return ""
        fitted = LossUsed(self.loss_name, {} if self.loss.smooth else self.loss_options)
        own = fitted.in_text if self.loss.smooth else self.loss.derivatives_in_text
        linearised = own if self.linearised is None else self.linearised.in_text
        return f"fitted is {fitted.in_text}, linearised {linearised}, measured {(self.measured or fitted).in_text}"


@dataclass(frozen=True, kw_only=True)
class FittedManifest(LinearManifest):
    """A run whose models all have the λ of one fit: λ = ``lam`` = ``lam_over_n``·n.

    ``columns`` are those of a table of the user's own, ``rows_left`` the rows by each step of a choice of rows;
    ``cross_validation`` is None where λ was configured. ``seed`` decides all that is drawn.
    """

    columns: tuple[ColumnUse, ...] = ()
    rows_left: tuple[RowsLeft, ...] = ()
    seed: int
    lam: float
    lam_over_n: float
    cross_validation: tuple[ScoredValue, ...] | None


@dataclass(frozen=True, kw_only=True)
class LambdaSweepManifest(SweepManifest):
    """A sweep of a linear model over λ/n, by its data."""

    dataset: str
    task: Task
    n: int
    d: int

    @property
    def lam_over_n(self) -> tuple[float, ...]:
        """The grid, rising."""
        return tuple(entry.value for entry in self.runs)


def loss_used(section: LossConfig | None) -> LossUsed | None:
    """A loss beside the fitted one, for the manifest."""
    return None if section is None else LossUsed(section.loss, section.options)
