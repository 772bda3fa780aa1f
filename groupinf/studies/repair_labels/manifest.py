"""What a run that repairs labels says of itself beside what every run of a linear model says."""

from __future__ import annotations

from dataclasses import dataclass

from groupinf.studies.linear.manifest import FitCertificate, FittedManifest
from groupinf.studies.repair_labels.orders.registry import ORDERS
from groupinf.wording import number


@dataclass(frozen=True, kw_only=True)
class RepairManifest(FittedManifest):
    """A run that repairs labels.

    In each of ``units`` repeats the labels of ``flips`` of the ``n`` rows were flipped; rows were inspected in each of
    the ``orders`` up to each of the numbers ``inspected``. ``test_accuracy``, ``test_loss`` and ``fit`` are of the
    model that is fitted to the labels as the data have them; λ = ``lam`` = ``lam_over_n``·n of all models.
    """

    unit: str = "repeat"
    flips: int
    inspected: tuple[int, ...]
    orders: tuple[str, ...]
    test_accuracy: float
    test_loss: float
    fit: FitCertificate
    hessian: str

    def __post_init__(self) -> None:
        """Raises UnknownNameError where a case that is named is not registered: nothing could be said of it."""
        super().__post_init__()
        for order in self.orders:
            ORDERS[order]

    @property
    def repeats(self) -> int:
        """How often labels were flipped."""
        return self.units

    @property
    def convention(self) -> str:
        """What is minimised and what is measured, in a sentence."""
        losses = f"; {self.losses}" if self.losses else ""
        return (
            f"Loss summed over rows plus (λ/2)‖weights‖² with λ = {number(self.lam, 6)} (λ/n = "
            f"{number(self.lam_over_n, 6)}), {self.intercept.in_text}, λ kept when labels change{losses}; accuracy and "
            f"mean loss are of all {self.n_test:,} test rows, whose labels are as in the data."
        )
