"""The conjugate gradients of ``inner``, LANES columns side by side, each of them for its own group.

A row of X is read once for a product with H: its scores stay in a register, are multiplied by the curvatures, and are
added to the product before the next row is read. z = P⁻¹r is never stored: qᵀHq and rᵀz are sums of parts at hand.
"""

from __future__ import annotations

import numpy as np
from numba.core.types import boolean, float32, int64
from numpy.typing import NDArray

from groupinf.numerics.heavy_rows.compiled.function import called_with, rows_of, whole, written
from groupinf.numerics.heavy_rows.compiled.function import inner as called
from groupinf.numerics.heavy_rows.compiled.lanes import LANES, broadcast, fused, load, product, store

Single = NDArray[np.float32]
Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]
# indptr, indices and data of CSR
Rows = tuple[NDArray[np.int64], NDArray[np.int32], Single]


@called
def _load(of_columns: Single, columns: Numbers, lanes: Single) -> None:
    """Those ``columns`` of (m, B), or all the same of (m, 1), and zeros beside them."""
    last = of_columns.shape[1] - 1
    for i in range(lanes.shape[0]):
        for lane in range(LANES):
            lanes[i, lane] = of_columns[i, min(columns[lane], last)] if lane < columns.size else 0.0


@called
def _finish(
    columns: Numbers,
    iteration: int,
    tolerance: Single,
    new: Single,
    first: Single,
    active: Flags,
    iterations: Numbers,
    reached: Flags,
) -> None:
    """What columns have ``reached`` by ρᵀP⁻¹ρ as it is ``new``; that is what it was ``first`` before an iteration."""
    for lane, c in enumerate(columns):
        now = new[0, lane]
        if iteration == 0:
            first[lane], iterations[c], reached[c] = now, 0, not now > 0.0
        elif active[lane]:
            reached[c] = not now > tolerance[c] ** 2 * first[lane]
        active[lane] = active[lane] and not reached[c]


@called
def _share(active: Flags, above: Single, below: Single, share: Single) -> None:
    """``above`` over ``below`` in the lanes at work, 0 where that divides by 0, and in the others."""
    for lane in range(LANES):
        share[0, lane] = above[0, lane] / below[lane] if active[lane] and below[lane] > 0.0 else 0.0


@called
def _squares(r: Single, squares: Single) -> None:
    """rᵀr."""
    total = broadcast(np.float32(0.0))
    for j in range(r.shape[0]):
        total = fused(load(r, j), load(r, j), total)
    store(squares, 0, total)


@called
def _heavy_scores(
    heavy: Rows, M: Single, r: Single, squares: Single, inner: Single, outer: Single, new: Single
) -> None:
    """``outer`` = RK⁻¹RX_T r, and rᵀP⁻¹r."""
    indptr, indices, data = heavy
    k = inner.shape[0]
    for i in range(k):
        total = broadcast(np.float32(0.0))
        for e in range(indptr[i], indptr[i + 1]):
            total = fused(broadcast(data[e]), load(r, indices[e]), total)
        store(inner, i, total)
    left = load(squares, 0)
    for i in range(k):
        total = broadcast(np.float32(0.0))
        for b in range(k):
            total = fused(load(M, i * k + b), load(inner, b), total)
        store(outer, i, total)
        left = fused(product(broadcast(np.float32(-1.0)), total), load(inner, i), left)
    store(new, 0, left)


@called
def _turn(heavy: Rows, outer: Single, r: Single, share: Single, q: Single) -> None:
    """q = P⁻¹r + ``share`` q."""
    indptr, indices, data = heavy
    turned = load(share, 0)
    for j in range(q.shape[0]):
        store(q, j, fused(turned, load(q, j), load(r, j)))
    for i in range(outer.shape[0]):
        back = load(outer, i)
        for e in range(indptr[i], indptr[i + 1]):
            store(q, indices[e], fused(broadcast(-data[e]), back, load(q, indices[e])))


@called
def _hessian_product(rows: Rows, D: Single, penalty: Single, q: Single, Hq: Single, curved: Single) -> None:
    """``Hq``, and qᵀHq as the sum of its parts, none of which is negative."""
    indptr, indices, data = rows
    nothing, once = broadcast(np.float32(0.0)), broadcast(np.float32(1.0))
    along = nothing
    for j in range(q.shape[0]):
        direction = load(q, j)
        penalised = product(broadcast(penalty[j]), direction)
        along = fused(penalised, direction, along)
        store(Hq, j, penalised)
    for i in range(D.shape[0]):
        # two sums, as one would wait for itself
        even, odd, e, end = nothing, nothing, indptr[i], indptr[i + 1]
        while e + 1 < end:
            even = fused(broadcast(data[e]), load(q, indices[e]), even)
            odd = fused(broadcast(data[e + 1]), load(q, indices[e + 1]), odd)
            e += 2
        if e < end:
            even = fused(broadcast(data[e]), load(q, indices[e]), even)
        score = fused(once, even, odd)
        weighted = product(score, load(D, i))
        along = fused(weighted, score, along)
        for e in range(indptr[i], indptr[i + 1]):
            store(Hq, indices[e], fused(broadcast(data[e]), weighted, load(Hq, indices[e])))
    store(curved, 0, along)


@called
def _advance(share: Single, q: Single, Hq: Single, x: Single, r: Single, squares: Single) -> None:
    """x + ``share`` q, r − ``share`` Hq, and rᵀr."""
    forward, total = load(share, 0), broadcast(np.float32(0.0))
    back = product(broadcast(np.float32(-1.0)), forward)
    for j in range(q.shape[0]):
        store(x, j, fused(forward, load(q, j), load(x, j)))
        left = fused(back, load(Hq, j), load(r, j))
        store(r, j, left)
        total = fused(left, left, total)
    store(squares, 0, total)


@called_with(
    rows_of(float32),
    rows_of(float32),
    whole(float32, 2),
    whole(float32, 2),
    whole(float32, 1),
    whole(float32, 2),
    whole(float32, 1),
    int64,
    written(float32, 2),
    written(float32, 2),
    written(int64, 1),
    written(boolean, 1),
)
def conjugate_gradients(
    rows: Rows,
    heavy: Rows,
    curvature: Single,
    middle: Single,
    penalty: Single,
    V: Single,
    tolerance: Single,
    most: int,
    room: Single,
    solution: Single,
    iterations: Numbers,
    reached: Flags,
) -> None:
    """Solve for each column of V (p, B) into ``solution`` (p, B), with ``iterations`` and ``reached`` (B,).

    ``rows`` are those that tell of H with ``curvature`` (m, B) and ``heavy`` the k heavy ones with ``middle`` (B, k²);
    both may be of one group (m, 1) and (1, k²), that of all columns. Columns of like tolerances go side by side, as
    all lanes wait for the last. ``room`` (4p + m + k² + 2k + 3, LANES) is written over.
    """
    (p, count), m, k = V.shape, curvature.shape[0], heavy[0].size - 1
    x, r, q, Hq, rest = room[:p], room[p : 2 * p], room[2 * p : 3 * p], room[3 * p : 4 * p], room[4 * p :]
    D, M, inner, outer = rest[:m], rest[m : m + k * k], rest[m + k * k :], rest[m + k * k + k :]
    squares, new, share = room[-3:-2], room[-2:-1], room[-1:]
    order = np.argsort(tolerance, kind="mergesort")
    for begin in range(0, count, LANES):
        columns = order[begin : begin + LANES]
        _load(V, columns, r)
        _load(curvature, columns, D)
        _load(middle.T, columns, M)
        _squares(r, squares)
        x[:], q[:] = 0.0, 0.0
        first, rz, active = np.zeros(LANES, np.float32), np.zeros(LANES, np.float32), np.arange(LANES) < columns.size
        for iteration in range(most + 1):
            _heavy_scores(heavy, M, r, squares, inner[:k], outer[:k], new)
            _finish(columns, iteration, tolerance, new, first, active, iterations, reached)
            if iteration == most or not active.any():
                break
            _share(active, new, rz, share)
            rz[:] = new[0]
            _turn(heavy, outer[:k], r, share, q)
            _hessian_product(rows, D, penalty, q, Hq, new)
            for lane, c in enumerate(columns):
                iterations[c] += active[lane]
                active[lane] = active[lane] and new[0, lane] > 0.0
            _share(active, rz.reshape(1, LANES), new[0], share)
            _advance(share, q, Hq, x, r, squares)
        for j in range(p):
            for lane, c in enumerate(columns):
                solution[j, c] = x[j, lane]
