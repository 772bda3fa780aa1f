"""Which way to solve and to retrain costs least for a problem's shape, decided once and said in the manifest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from groupinf.numerics.conjugate_gradient import ColumnMap, Columns, conjugate_gradient
from groupinf.numerics.factor import DenseFactor, Diagonal, IterativeFactor, hessian_diagonal
from groupinf.numerics.fit import Fitted
from groupinf.numerics.losses import Array
from groupinf.numerics.objective import hessian_products, stored_entries, transposed_product
from groupinf.numerics.reduced import (
    CERTIFICATE_TOLERANCE,
    Iterative,
    ReducedSolver,
    own_factors,
    sample_space,
    sample_space_kernel,
)
from groupinf.numerics.removal import Removal

Way = Literal["own factors", "sample space", "iterative"]
Preconditioner = Literal["reduced", "shared", "diagonal"]
Pair = tuple[Way, Preconditioner]

# Q = XH⁻¹Xᵀ is at most this large: n up to 8,192
KERNEL_BYTES = 512 * 2**20
# passes that retraining takes with each preconditioner: measured on binary and softmax problems of all shapes
PASSES = {"reduced": 6.0, "shared": 10.0}
# truncated Newton with a diagonal: passes for each iteration that H itself takes to 1e-5, and the fewest to hope for
PASSES_PER_ITERATION = 2.5
FEWEST_DIAGONAL = 15.0
# iterations of conjugate gradients with H for H − H(w)
ITERATIONS = 12.0
# iterations at most to find out what the diagonal is worth
MOST_TRIED = 200
# work is counted in multiplications of a large matrix product; what is bound by memory costs more for each
MEMORY_BOUND = 6.0


@dataclass(frozen=True)
class Engine:
    """The ways chosen, and what they need: ``kernel`` is XH⁻¹Xᵀ for the sample space, empty otherwise."""

    way: Way
    preconditioner: Preconditioner
    kernel: Array
    diagonal: Diagonal

    def reduced(self, removal: Removal) -> ReducedSolver:
        """The solver with H − H(w) for a block of groups."""
        if self.way == "sample space":
            return sample_space(removal, self.kernel)
        factor = removal.fitted.factor
        if self.way == "own factors" and isinstance(factor, DenseFactor):
            return own_factors(removal.fitted, factor, removal.members)
        return Iterative(removal)

    @property
    def truncated_newton(self) -> bool:
        """Whether retraining takes truncated Newton steps: where a pass is so cheap that the factors are not."""
        return self.preconditioner == "diagonal"

    def precondition(self, removal: Removal, reduced: ReducedSolver) -> ColumnMap:
        """M⁻¹ for the L-BFGS of a block."""
        if self.preconditioner == "shared":
            return lambda V, _: removal.fitted.factor.solve(V)
        if self.preconditioner == "diagonal":
            return lambda V, _: self.diagonal.solve(V)

        def solve(V: Array, columns: Columns) -> Array:
            return reduced.solve(V, columns, CERTIFICATE_TOLERANCE)

        return solve


@dataclass(frozen=True)
class Shape:
    """What the cost of a block depends on: rows, parameters per output, outputs, stored entries, rows per group."""

    n: int
    p: int
    outputs: int
    entries: int
    is_sparse: bool
    group: float

    @property
    def size(self) -> int:
        """P."""
        return self.p * self.outputs

    @property
    def one_pass(self) -> float:
        """Work of ∇L for one group: two products with X and the loss."""
        dear = MEMORY_BOUND if self.is_sparse else 1.0
        return 4.0 * self.entries * self.outputs * dear + 20.0 * self.n * self.outputs

    @property
    def shared_solve(self) -> float:
        """Two triangular solves, many columns at a time."""
        return 3.0 * self.size**2

    @property
    def group_product(self) -> float:
        """Two products with a group's own rows, picked out of X."""
        return 4.0 * self.entries * self.group / self.n * self.outputs * MEMORY_BOUND


def shape_of(fitted: Fitted, mean_group: float) -> Shape:
    """The shape of a fitted problem."""
    objective = fitted.objective
    return Shape(
        n=objective.n,
        p=objective.p,
        outputs=objective.loss.outputs,
        entries=stored_entries(objective.X),
        is_sparse=not isinstance(objective.X, np.ndarray),
        group=mean_group,
    )


def newton_work(shape: Shape) -> dict[Way, tuple[float, float]]:
    """(work to get ready, work of one solve) with H − H(w), for one group, each way."""
    pairs = shape.outputs * (shape.outputs + 1) / 2
    row = shape.entries / shape.n
    gram = shape.group * row**2 * pairs * (MEMORY_BOUND if shape.is_sparse else 1.0)
    m, P = shape.group, float(shape.size)
    return {
        "own factors": (gram + P**3 / 3 + 4 * P**2, 2 * P**2 * MEMORY_BOUND),
        "sample space": (m**3 / 3 + 3 * m**2, 2 * shape.shared_solve + shape.group_product + 2 * m**2 * MEMORY_BOUND),
        "iterative": (0.0, ITERATIONS * (2 * P**2 + shape.shared_solve + shape.group_product)),
    }


def retraining_work(shape: Shape, pair: Pair, diagonal_passes: float) -> float:
    """Work of one group: getting ready, the Newton step, the passes, and the certificate."""
    way, preconditioner = pair
    ready, solve = newton_work(shape)[way]
    step = {"reduced": solve, "shared": shape.shared_solve, "diagonal": 0.0}[preconditioner]
    passes = diagonal_passes if preconditioner == "diagonal" else PASSES[preconditioner]
    certificate = solve * (0.3 if way == "iterative" else 1.0)
    return ready + solve + passes * (shape.one_pass + step) + certificate


def possible_ways(fitted: Fitted) -> list[Pair]:
    """Pairs that this problem allows: factors must fit into memory, and iteration is no preconditioner."""
    objective = fitted.objective
    dense = isinstance(fitted.factor, DenseFactor)
    ways: list[Pair] = [("iterative", "diagonal")]
    if not isinstance(fitted.factor, IterativeFactor):
        ways.append(("iterative", "shared"))
        if objective.loss.outputs == 1 and 8 * objective.n**2 <= KERNEL_BYTES:
            ways += [("sample space", "reduced"), ("sample space", "shared"), ("sample space", "diagonal")]
    if dense:
        ways += [("own factors", "reduced"), ("own factors", "shared"), ("own factors", "diagonal")]
    return ways


def cheapest(shape: Shape, ways: Sequence[Pair], diagonal_passes: float) -> Pair:
    """The pair of least work, the first of ties."""
    return min(ways, key=lambda pair: retraining_work(shape, pair, diagonal_passes))


def choose_engine(fitted: Fitted, mean_group: float) -> Engine:
    """The pair of least work for groups of ``mean_group`` rows.

    How many passes the diagonal of H takes, or a multiple of the identity, depends on the data: where either could
    win it is tried, by conjugate gradients on H itself.
    """
    shape, ways = shape_of(fitted, mean_group), possible_ways(fitted)
    diagonal, passes = hessian_diagonal(fitted.objective, fitted.theta), FEWEST_DIAGONAL
    best = cheapest(shape, ways, passes)
    if best[1] == "diagonal":
        others = [retraining_work(shape, w, passes) for w in ways if w[1] != "diagonal"]
        affordable = min(others, default=np.inf) / shape.one_pass / PASSES_PER_ITERATION
        diagonal, passes = _cheapest_diagonal(fitted, diagonal, int(min(MOST_TRIED, affordable)))
        best = cheapest(shape, ways, passes)
    needs_kernel = best[0] == "sample space"
    kernel = sample_space_kernel(fitted) if needs_kernel else np.empty((0, 0))
    return Engine(best[0], best[1], kernel, diagonal)


def _cheapest_diagonal(fitted: Fitted, diagonal: Diagonal, most: int) -> tuple[Diagonal, float]:
    """The diagonal or λ times the identity, whichever conjugate gradients like better; and passes to be expected."""
    identity = Diagonal(np.full_like(diagonal.diagonal, fitted.objective.lam), diagonal.outputs)
    tried = [(_iterations(fitted, candidate, most), candidate) for candidate in (diagonal, identity)]
    iterations, best = min(tried, key=lambda pair: pair[0])
    return best, PASSES_PER_ITERATION * iterations


def _iterations(fitted: Fitted, candidate: Diagonal, most: int) -> float:
    objective = fitted.objective
    end = conjugate_gradient(
        lambda V, _: hessian_products(objective, fitted.theta, V),
        lambda V, _: candidate.solve(V),
        transposed_product(objective.X[:1], fitted.residuals[:1])[:, None],
        1e-5,
        most,
    )
    return float(end.iterations[0]) if end.converged[0] else np.inf
