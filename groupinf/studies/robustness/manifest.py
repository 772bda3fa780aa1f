"""What a run of robustness says of itself beside what every run of a linear model says."""

from __future__ import annotations

from dataclasses import dataclass

from groupinf.effects.row_orders.registry import ROW_ORDERS
from groupinf.studies.linear.manifest import FitCertificate, FittedManifest
from groupinf.studies.robustness.questions.registry import QUESTIONS
from groupinf.wording import number


@dataclass(frozen=True)
class Statement:
    """One statement that may flip: its ``question`` by its place in the configuration, what that ``flips``, the test
    row or parameter by its ``number``, and its ``name``. ``asks`` are words on what is asked beside that, such as which
    standard errors.
    """

    question: int
    flips: str
    number: int
    name: str
    asks: str


@dataclass(frozen=True, kw_only=True)
class RobustnessManifest(FittedManifest):
    """A run of robustness.

    Of each of the ``statements`` the fewest rows were looked for whose removal flips it, by each of the ``orders``, up
    to ``most`` of the ``n`` rows; ``meanings`` say of each question what flips. ``test_accuracy`` (None of regression),
    ``test_loss`` and ``fit`` are of the model that is fitted to all rows; λ = ``lam`` = ``lam_over_n``·n of all models.
    ``proves`` says whether lower bounds of predictions and coefficients are at hand.
    """

    unit: str = "statement"
    statements: tuple[Statement, ...]
    meanings: tuple[str, ...]
    orders: tuple[str, ...]
    most: int
    proves: bool
    test_accuracy: float | None
    test_loss: float
    fit: FitCertificate
    hessian: str

    def __post_init__(self) -> None:
        """Raises UnknownNameError where a case that is named is not registered: nothing could be said of it."""
        super().__post_init__()
        for order in self.orders:
            ROW_ORDERS[order]
        for statement in self.statements:
            QUESTIONS[statement.flips]

    @property
    def convention(self) -> str:
        """What is minimised and what is measured, in a sentence."""
        return (
            f"Loss summed over rows plus (λ/2)‖weights‖² with λ = {number(self.lam, 6)} (λ/n = "
            f"{number(self.lam_over_n, 6)}), {self.intercept.in_text}, λ kept when rows are removed; every flip "
            "is that of a model that was refitted exactly without the rows."
        )
