"""Which way to solve and to retrain costs least for a problem's shape, decided once and said in the manifest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, assert_never, cast

import numpy as np

from groupinf.numerics.change import Changed, RowChange
from groupinf.numerics.conjugate_gradient import ColumnMap, Columns, conjugate_gradient
from groupinf.numerics.factor import DenseFactor, Diagonal, IterativeFactor, hessian_diagonal
from groupinf.numerics.fit import Fitted
from groupinf.numerics.gram import stored_entries
from groupinf.numerics.heavy_rows.rows import HeavyRows, heavy_rows
from groupinf.numerics.heavy_rows.solver import HeavyRowsSolver, at_fit
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.mixed_precision.inverse import Single, preconditioned, shared_inverse
from groupinf.numerics.mixed_precision.iterative import Iterative
from groupinf.numerics.objective import hessian_products, transposed_product
from groupinf.numerics.reduced import (
    CERTIFICATE_TOLERANCE,
    AsFitted,
    OwnFactors,
    Passes,
    ReducedSolver,
    own_factors,
    sample_space,
    sample_space_kernel,
)

Way = Literal["as_fitted", "own_factors", "sample_space", "iterative", "passes", "heavy_rows"]
Preconditioner = Literal["reduced", "shared", "diagonal", "heavy_rows"]
Pair = tuple[Way, Preconditioner]

# ways whose solves with H − H(δ) are direct; the others iterate
DIRECT: tuple[Way, ...] = ("as_fitted", "own_factors", "sample_space")

# an explicit H⁻¹ is twice as fast as its factor on a few dozen columns: P up to 8,192
INVERSE_BYTES = 512 * 2**20

# Q = XH⁻¹Xᵀ is at most this large: n up to 8,192
KERNEL_BYTES = 512 * 2**20
# with heavy rows a block holds so many numbers for each row and group: scores, residuals, curvatures, weights, and some
# of them twice where a line is tried; for all groups of a wide block at most this much, which is n up to 349,525
ROW_ARRAYS, WIDE_BLOCK, ROW_BYTES = 8, 48, 2**30
# factors that a block takes at most where its small systems are singular
OWN_BYTES = 2**30
# passes that retraining takes with each preconditioner: measured on binary and softmax problems of all shapes
PASSES = {"reduced": 7.5, "shared": 10.0, "heavy_rows": 20.0}
# truncated Newton with a diagonal: passes for each iteration that H itself takes to TRIED_TO, and the fewest to hope
# for
PASSES_PER_ITERATION = 2.5
FEWEST_DIAGONAL = 15.0
# iterations of conjugate gradients with H for H − H(w); with a diagonal, for each that H itself takes to TRIED_TO
ITERATIONS = 12.0
NEWTON_PER_ITERATION = 1.8
HEAVY_SOLVE = 8.0
# the share of a Newton step's iterations that a certificate takes
CERTIFICATE = 0.3
# iterations at most to find out what the diagonal is worth
MOST_TRIED = 200
# work is counted in operations of a large matrix product (measured: 0.025 ns each); others cost more for each:
# products of sparse X with columns, solves with a factor of its own for one column, products of sparse X with itself
MEMORY_BOUND, SMALL_SOLVE, SPARSE_GRAM = 6.0, 16.0, 100.0
# beside the multiplications: for each number of a P × P matrix that is copied, downdated and cleared, about 0.5 ns,
# what 8 bytes take at 16 GB/s; for each of a group's m × m system, which stays in the cache, half of that
FACTOR_MEMORY, SYSTEM_MEMORY = 20.0, 10.0
# two triangular solves with many columns are 2P² operations for each, and run slower than a product
SHARED_SOLVE = 3.0
# parameters up to which groups that leave few rows have factors of their own: with nine tenths removed that was nine
# times as fast on Diabetes (P = 128) as the shared factor, and as fast on digits (P = 650)
LARGEST_OWN = 1024
# relative residual to which conjugate gradients on H are tried: where they differ, enough to tell preconditioners apart
TRIED_TO = 1e-5
# a pass beside its products, for each row and each parameter: the loss, and the vectors of an iteration
ROW_WORK, PARAMETER_WORK = 40.0, 100.0


@dataclass(frozen=True)
class Engine:
    """The ways chosen, and what they need.

    ``kernel`` is XH⁻¹Xᵀ for the sample space, ``inverse`` H⁻¹ for a shared preconditioner; empty otherwise.
    """

    way: Way
    preconditioner: Preconditioner
    kernel: Array
    inverse: Array | Single
    diagonal: Diagonal
    rows: HeavyRows | None = None

    def reduced(self, changed: Changed) -> ReducedSolver:
        """The solver with H − H(δ) for a block of groups."""
        match self.way:
            case "as_fitted":
                return AsFitted(changed.fitted.factor)
            case "own_factors":
                factor = changed.fitted.factor
                assert isinstance(factor, DenseFactor)  # the only one that this way is possible with
                return own_factors(changed, factor)
            case "sample_space":
                return sample_space(changed, self.kernel) or _instead_of_sample_space(changed)
            case "iterative":
                return Iterative(changed, self.inverse)
            case "passes":
                return Passes(changed, self.diagonal)
            case "heavy_rows":
                assert self.rows is not None  # made where this way is chosen
                return HeavyRowsSolver(changed, self.rows)
            case _:
                assert_never(self.way)

    @property
    def direct(self) -> bool:
        """Whether solves with H − H(δ) are direct, so that a Newton step costs next to nothing."""
        return self.way in DIRECT

    @property
    def name(self) -> str:
        """Of the way, and of what computes it where numba has compiled that."""
        return f"{self.way}_compiled" if self.rows is not None and self.rows.compiled else self.way

    @property
    def solves_by_h(self) -> bool:
        """Whether the changed Hessian at θ̂ is H itself."""
        return self.way == "as_fitted"

    @property
    def factors_each_group(self) -> bool:
        """Whether a block holds a P × P factor for each of its groups."""
        return self.way == "own_factors"

    @property
    def truncated_newton(self) -> bool:
        """Whether retraining takes truncated Newton steps: where a pass is so cheap that the factors are not."""
        return self.preconditioner in ("diagonal", "heavy_rows")

    def precondition(self, changed: Changed, reduced: ReducedSolver) -> ColumnMap:
        """M⁻¹ for the L-BFGS of a block; where its groups were given factors after all, these."""

        def by_group(V: Array, columns: Columns) -> Array:
            return reduced.solve(V, columns, CERTIFICATE_TOLERANCE)

        match self.preconditioner:
            case "reduced":
                return by_group
            case "shared":
                if self.way == "sample_space" and isinstance(reduced, OwnFactors):
                    return by_group
                if self.inverse.size:
                    return lambda V, _: preconditioned(self.inverse, V)
                return lambda V, _: changed.fitted.factor.solve(V)
            case "diagonal":
                return lambda V, _: self.diagonal.solve(V)
            case "heavy_rows":
                assert self.rows is not None
                return at_fit(changed, self.rows)
            case _:
                assert_never(self.preconditioner)


def _instead_of_sample_space(changed: Changed) -> ReducedSolver:
    """Where a small system is singular: a factor for each group if there is room, else iteration."""
    factor = changed.fitted.factor
    fits = 8 * changed.fitted.objective.size**2 * len(changed.members) <= OWN_BYTES
    if isinstance(factor, DenseFactor) and fits:
        return own_factors(changed, factor)
    return Iterative(changed)


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
        return 4.0 * self.entries * self.outputs * dear + ROW_WORK * self.n * self.outputs + PARAMETER_WORK * self.size

    @property
    def shared_solve(self) -> float:
        """Two triangular solves, many columns at a time."""
        return SHARED_SOLVE * self.size**2

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


def newton_work(shape: Shape, diagonal_iterations: float) -> dict[Way, tuple[float, float]]:
    """(work to get ready, work of one solve) with H − H(δ), for one group, each way."""
    pairs = shape.outputs * (shape.outputs + 1) / 2
    row = shape.entries / shape.n
    gram = shape.group * row**2 * pairs * (SPARSE_GRAM if shape.is_sparse else 1.0)
    m, P = shape.group, float(shape.size)
    beside = shape.shared_solve + shape.group_product + PARAMETER_WORK * P
    small_solve = 2 * shape.shared_solve + shape.group_product + 2 * m**2 * MEMORY_BOUND
    return {
        "as_fitted": (0.0, shape.shared_solve),
        "own_factors": (gram + P**3 / 3 + FACTOR_MEMORY * P**2, 2 * P**2 * SMALL_SOLVE),
        "sample_space": (m**3 / 3 + SYSTEM_MEMORY * m**2, small_solve),
        "iterative": (0.0, ITERATIONS * beside),
        "passes": (0.0, NEWTON_PER_ITERATION * diagonal_iterations * shape.one_pass),
        "heavy_rows": (0.0, HEAVY_SOLVE * shape.one_pass),
    }


def retraining_work(shape: Shape, pair: Pair, diagonal_iterations: float) -> float:
    """Work of one group: getting ready, the start, the passes, and the certificate."""
    way, preconditioner = pair
    ready, solve = newton_work(shape, diagonal_iterations)[way]
    step = {"reduced": solve, "shared": shape.shared_solve, "diagonal": 0.0, "heavy_rows": 0.0}[preconditioner]
    if preconditioner == "diagonal":
        passes = max(FEWEST_DIAGONAL, PASSES_PER_ITERATION * diagonal_iterations)
    else:
        passes = PASSES[preconditioner]
    start, certificate = (solve, solve) if way in DIRECT else (shape.shared_solve, CERTIFICATE * solve)
    return ready + start + passes * (shape.one_pass + step) + certificate


def possible_ways(fitted: Fitted, change: RowChange) -> list[Pair]:
    """Pairs that this problem allows: factors must fit into memory, and what is iterative is no preconditioner.

    Where a change takes nothing out of H, H itself is what is solved with, if it has a factor.
    """
    objective = fitted.objective
    if change.keeps_hessian(objective) and not isinstance(fitted.factor, IterativeFactor):
        return [("passes", "diagonal"), ("as_fitted", "shared")]
    ways: list[Pair] = [("passes", "diagonal")]
    few_rows = 8 * ROW_ARRAYS * objective.n * WIDE_BLOCK <= ROW_BYTES
    if objective.loss.outputs == 1 and not isinstance(objective.X, np.ndarray) and few_rows:
        ways.append(("heavy_rows", "heavy_rows"))
    if not isinstance(fitted.factor, IterativeFactor):
        ways.append(("iterative", "shared"))
        if objective.loss.outputs == 1 and 8 * objective.n**2 <= KERNEL_BYTES:
            ways += [("sample_space", "reduced"), ("sample_space", "shared")]
    if isinstance(fitted.factor, DenseFactor):
        ways += [("own_factors", "reduced"), ("own_factors", "shared")]
    return ways


def cheapest(shape: Shape, ways: Sequence[Pair], diagonal_iterations: float) -> Pair:
    """The pair of least work, the first of ties."""
    return min(ways, key=lambda pair: retraining_work(shape, pair, diagonal_iterations))


def choose_engine(fitted: Fitted, change: RowChange, mean_group: float) -> Engine:
    """The pair of least work for groups of ``mean_group`` rows that are changed.

    How many passes the diagonal of H takes, or a multiple of the identity, depends on the data: where either could
    win it is tried, by conjugate gradients on H itself.
    """
    shape, ways = shape_of(fitted, mean_group), possible_ways(fitted, change)
    diagonal = hessian_diagonal(fitted.objective, fitted.theta)
    best = cheapest(shape, ways, FEWEST_DIAGONAL / PASSES_PER_ITERATION)
    if best[1] == "diagonal":
        others = [retraining_work(shape, w, 0.0) for w in ways if w[1] != "diagonal"]
        affordable = min(others, default=np.inf) / shape.one_pass / PASSES_PER_ITERATION
        most = int(min(MOST_TRIED, affordable))
        identity = Diagonal(np.full_like(diagonal.diagonal, fitted.objective.lam), diagonal.flat_intercepts)
        tried = [(_iterations(fitted, candidate, most), candidate) for candidate in (diagonal, identity)]
        iterations, diagonal = min(tried, key=lambda pair: pair[0])
        best = cheapest(shape, ways, iterations)
    kernel, inverse = np.empty((0, 0)), cast(Array | Single, np.empty((0, 0)))
    if best[0] == "sample_space":
        kernel = sample_space_kernel(fitted)
    if best[1] == "shared" and isinstance(fitted.factor, DenseFactor) and fitted.factor.H.nbytes <= INVERSE_BYTES:
        inverse = shared_inverse(fitted.factor)
    rows = heavy_rows(fitted.objective, fitted.theta) if best[0] == "heavy_rows" else None
    return Engine(way=best[0], preconditioner=best[1], kernel=kernel, inverse=inverse, diagonal=diagonal, rows=rows)


def far_from_fit(engine: Engine, fitted: Fitted) -> Engine:
    """The same for groups whose minima lie far from θ̂, as where hundreds of labels change.

    H at θ̂ then tells little of their Hessians: passes are many whatever the preconditioner, and where one costs less
    than a solve with H the diagonal is the better one. H itself still solves for the start and the certificates.
    """
    shape = shape_of(fitted, 0.0)
    dear = engine.preconditioner == "shared" and shape.one_pass < shape.shared_solve
    return replace(engine, preconditioner="diagonal") if dear else engine


def few_rows_left(fitted: Fitted, change: RowChange, mean_group: float) -> Engine:
    """The engine for groups that hold most rows, ``mean_group`` of them, so that few are left.

    Their Hessians are far from H at θ̂, and products with what is removed cost as much as passes: factors of their own
    then pay where they are small, else the engine is that of ``choose_engine`` for minima ``far_from_fit``.
    """
    engine = choose_engine(fitted, change, mean_group)
    if not isinstance(fitted.factor, DenseFactor) or fitted.objective.size > LARGEST_OWN or engine.solves_by_h:
        return far_from_fit(engine, fitted)
    empty = np.empty((0, 0))
    return replace(engine, way="own_factors", preconditioner="reduced", kernel=empty, inverse=empty)


def _iterations(fitted: Fitted, candidate: Diagonal, most: int) -> float:
    """How many iterations conjugate gradients on H take with it; infinite where more than ``most``."""
    objective = fitted.objective
    end = conjugate_gradient(
        lambda V, _: hessian_products(objective, fitted.theta, V),
        lambda V, _: candidate.solve(V),
        transposed_product(objective.X[:1], fitted.residuals[:1])[:, None],
        TRIED_TO,
        most,
    )
    return float(end.iterations[0]) if end.converged[0] else np.inf
