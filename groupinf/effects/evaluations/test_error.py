"""Whether a test point is misclassified."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from groupinf.effects.evaluations.evaluation import Part, Scale
from groupinf.effects.evaluations.on_test_points import OnTestPoints, RowsPart

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy import sparse

    from groupinf.effects.test_rows import TestRows
    from groupinf.numerics.change import RowChange
    from groupinf.numerics.fit import Fitted
    from groupinf.numerics.losses.loss import Array, Loss
    from groupinf.numerics.objective import Objective, Rows


# at most so many scores of test rows, evenly spread, are looked at for the largest ‖∇z‖
MOST_SCORES = 1024


class TestError(OnTestPoints):
    """f(θ) = 1 where the predicted class of a test point is not its own, else 0: summed over a set, the number of its
    misclassified rows. It has no derivative: effects are whole numbers, read off exactly.
    """

    name: ClassVar = "test_error"
    label: ClassVar = "Test error"
    in_text: ClassVar = "test error"
    short: ClassVar = "error"
    defined_for: ClassVar = "classes"
    better: ClassVar = -1
    differentiable: ClassVar = False

    evaluation: Literal["test_error"] = "test_error"

    @classmethod
    def is_defined(cls, loss: Loss) -> bool:
        """Of classes."""
        return not loss.is_for(0)

    @classmethod
    def unit(cls, loss: Loss, classes: Sequence[str]) -> str:
        """Counted."""
        return "number of misclassified test points"

    def values(self, loss: Loss, z: Array, y: Array) -> Array:
        """1 where a row is misclassified; of equal scores the class is that of ``numerics.predict``."""
        from groupinf.numerics.predict import classes_from

        return np.asarray(classes_from(z) != _codes(z, y), dtype=np.float64)

    def slopes(self, loss: Loss, z: Array, y: Array) -> Array:
        """0 wherever there is a slope."""
        return np.zeros_like(z)

    def curvature(self, loss: Loss, z: Array, y: Array, u: Array) -> Array:
        """0."""
        return np.zeros_like(u)

    def between(self, loss: Loss, z: Array, y: Array, reach: Array) -> tuple[Array, Array]:
        """0 and 1 where the own score may be the largest as well as not."""
        codes = _codes(np.broadcast_to(z, (*z.shape[:2], reach.shape[1])), y)[:, None]
        if z.shape[1] == 1:
            ahead = np.where(codes == 1, z, -z)[:, 0]
        else:
            own, others = np.take_along_axis(z, codes, axis=1), z.copy()
            np.put_along_axis(others, codes, -np.inf, axis=1)
            ahead = own[:, 0] - others.max(axis=1)
        # of equal scores the class is decided by a rule, which no bound can tell
        return (ahead < -reach).astype(np.float64), (ahead <= reach).astype(np.float64)

    def steepness(self, loss: Loss) -> None:
        """None: it has no derivative."""

    def part(self, test: TestRows, place: slice | Rows, summed: bool) -> Part:
        """One that knows which rows may be on the other side."""
        return CountedPart(self, test.rows.at(place), summed, place)

    def scale(self, fitted: Fitted, change: RowChange, test: TestRows, groups: sparse.csr_array) -> Scale:
        """No influence; in the place of ‖∇f‖ the largest ‖∇z‖, by which what is left of θ may move a score."""
        return Scale(0.0, largest_score_norm(fitted, test.points))


def largest_score_norm(fitted: Fitted, rows: Objective) -> float:
    """The largest ‖∇z‖ in H⁻¹ of a score z of the rows, of many that of some."""
    from groupinf.effects.influence import influence_norms
    from groupinf.numerics.objective import transposed_product

    outputs = rows.loss.outputs
    some = rows.at(slice(None, None, -(-rows.n * outputs // MOST_SCORES)))
    columns = np.zeros((some.n, outputs, some.n * outputs))
    which = np.arange(some.n * outputs)
    columns[which // outputs, which % outputs, which] = 1.0
    return float(influence_norms(fitted, transposed_product(some.X, columns)).max())


class CountedPart(RowsPart):
    """Test rows, each of which is misclassified or not."""

    def between(self, z: Array, moved: Array) -> tuple[Array, Array]:
        """Whole numbers, which rounding leaves as they are."""
        low, high = self.evaluation.between(self.rows.loss, z, self.rows.y, moved)
        return self._summed(low), self._summed(high)

    def undecided(self, z: Array, off: Array) -> Array:
        """Rows whose own score may be the largest as well as not; those of an empty row, such as an e-mail without a
        known word, are 0 whatever θ, and the rule for equal ones decides.
        """
        from groupinf.numerics.objective import row_norms

        counts = row_norms(self.rows.X)[:, None] > 0.0
        if z.shape[1] == 1:
            return self._summed(((np.abs(z) <= off)[:, 0] & counts).astype(np.float64))
        z = np.broadcast_to(z, off.shape)
        own = _codes(z, self.rows.y)[:, None]
        z_own, off_own = (np.take_along_axis(a, own, axis=1)[:, 0] for a in (z, off))
        least, most = z - off, z + off
        for rivals in (least, most):
            np.put_along_axis(rivals, own, -np.inf, axis=1)
        may_lose, may_win = z_own - off_own <= most.max(axis=1), z_own + off_own >= least.max(axis=1)
        return self._summed((may_lose & may_win & counts).astype(np.float64))


def _codes(z: Array, y: Array) -> NDArray[np.int64]:
    """The class codes of the rows, (m,) or (m, B)."""
    codes = y.astype(np.int64)
    return np.broadcast_to(codes.reshape(codes.shape + (1,) * (z.ndim - 2)), (z.shape[0], *z.shape[2:]))


TEST_ERROR = TestError()
