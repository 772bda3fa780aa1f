"""Pairs of training rows whose influence and Newton steps point in different directions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from groupinf.config.section import PositiveInt, Problem
from groupinf.errors import DataError
from groupinf.groups.builders.builder import Builder, Kind
from groupinf.groups.row_steps import RowSteps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from groupinf.datasets.dataset import Dataset
    from groupinf.groups.groups import Built
    from groupinf.groups.source import GroupSource


# rows, times the scores that each has, up to which all pairs are gone through: three square matrices of this size are
# held, of 128 MB each
MOST_SCORES = 4_000


class Pairs(Builder):
    """Of all pairs of rows the ``keep`` whose influence and Newton steps have the largest angle between them."""

    name: ClassVar = "pairs"
    kinds: ClassVar = (Kind("pairs", "Pairs", ("#593e26", "d")),)
    needs_sizes: ClassVar = False
    needs_steps: ClassVar = True
    adversarial: ClassVar = (
        "Pairs are chosen adversarially, as those of all with the largest angle between influence and Newton step."
    )

    builder: Literal["pairs"] = "pairs"
    keep: PositiveInt
    by: Literal["angle"] = "angle"

    def build(self, source: GroupSource, rng: np.random.Generator) -> Built:
        """The pairs of smallest cosine ΔᵢₙᶠᵀΔᴺ/(‖Δᵢₙᶠ‖‖Δᴺ‖), the smallest first, of equal ones the first pair.

        Both are of the whole θ, in the units of the features (Koh et al. 2019, Figure 3 left, without the offset that
        the authors' code has in the denominator). Nothing is random.
        """
        from groupinf.groups.groups import Built, Group

        problem = self.check(source.dataset)
        if problem is not None:
            raise DataError(problem.message)
        first, second = np.triu_indices(source.dataset.n, 1)
        cosine = np.concatenate(list(pair_cosines(source.required_steps())))
        order = np.argsort(cosine, kind="stable")[: self.keep]
        groups = []
        for i, j, c in zip(first[order].tolist(), second[order].tolist(), cosine[order].tolist(), strict=True):
            words = f"rows {i} and {j}, {np.degrees(np.arccos(c)):.1f}° between influence and Newton step"
            groups.append(Group(self.name, np.array([i, j], dtype=np.int64), words))
        return Built(tuple(groups))

    def check(self, dataset: Dataset) -> Problem | None:
        """Too many rows to go through all pairs, or fewer pairs than are kept."""
        outputs = len(dataset.classes) if len(dataset.classes) > 2 else 1
        if dataset.n * outputs > MOST_SCORES:
            scores = f" of {outputs} classes" if outputs > 1 else ""
            most = dataset.row_words.counted(MOST_SCORES // outputs)
            expected = f"expected at most {most}{scores}, as it goes through all pairs"
            return Problem("builder", f"{self.name}: {expected}; found {dataset.n:,}")
        pairs = dataset.n * (dataset.n - 1) // 2
        if self.keep > pairs:
            return Problem("keep", f"expected at most {pairs:,}, the pairs of {dataset.n:,} rows, found {self.keep:,}")
        return None

    def most_groups(self, dataset: Dataset, sizes: int, test_points: int) -> int:
        """Those that are kept."""
        return self.keep


def pair_cosines(steps: RowSteps) -> Iterator[NDArray[np.float64]]:
    """For each row i the cosines with the rows after it; 1 where a step is 0.

    With U = H⁻¹X_wᵀ of the two rows the influence step is U r, the Newton step U c with (I − A X_w H⁻¹ X_wᵀ)c = r
    (Woodbury); inner products are those of UᵀU.
    """
    n, outputs = steps.residuals.shape
    identity = np.eye(2 * outputs)
    for i in range(n - 1):
        others = np.arange(i + 1, n)
        index = np.empty((others.size, 2 * outputs), dtype=np.int64)
        index[:, :outputs] = i * outputs + np.arange(outputs)
        index[:, outputs:] = others[:, None] * outputs + np.arange(outputs)
        at = index[:, :, None], index[:, None, :]
        kernel, gram = steps.kernel[at], steps.gram[at]
        curvature = np.zeros_like(kernel)
        curvature[:, :outputs, :outputs], curvature[:, outputs:, outputs:] = steps.curvature[i], steps.curvature[others]
        r = np.concatenate([np.repeat(steps.residuals[i][None], others.size, axis=0), steps.residuals[others]], axis=1)
        c = np.linalg.solve(identity - curvature @ kernel, r[:, :, None])[:, :, 0]
        products = [np.einsum("bk,bkm,bm->b", a, gram, b) for a, b in ((r, c), (r, r), (c, c))]
        norms = np.sqrt(np.maximum(products[1] * products[2], 0.0))
        cosine = np.divide(products[0], norms, out=np.ones_like(norms), where=norms > 0.0)
        yield np.clip(cosine, -1.0, 1.0)
