"""RK⁻¹R of LANES groups side by side, K = I + RGR of their heavy rows: a factor for each would be as many calls."""

from __future__ import annotations

import numpy as np
from numba.core.types import float32
from numpy.typing import NDArray

from groupinf.numerics.heavy_rows.compiled.function import helper, kernel, read, written
from groupinf.numerics.heavy_rows.compiled.lanes import LANES, broadcast, fused, load, product, store

Single = NDArray[np.float32]


@helper
def _fill(gram: Single, root: Single, K: Single) -> None:
    """K = I + RGR."""
    k = gram.shape[0]
    for i in range(k):
        for j in range(k):
            scaled = product(load(root, i), load(root, j))
            own = broadcast(np.float32(1.0 if i == j else 0.0))
            store(K, i * k + j, fused(broadcast(gram[i, j]), scaled, own))


@helper
def _invert(K: Single, row: Single, share: Single) -> None:
    """K⁻¹ in the place of K (k², LANES), by Gauss and Jordan without pivoting, which a definite K does not need; 0
    where rounding has made it indefinite.
    """
    k = row.shape[0]
    definite = np.ones(LANES, np.bool_)
    for s in range(k):
        for lane in range(LANES):
            pivot = K[s * k + s, lane]
            definite[lane] = definite[lane] and pivot > 0.0
            share[0, lane] = 1.0 / pivot if definite[lane] else 0.0
        inverse = load(share, 0)
        for j in range(k):
            store(row, j, product(load(K, s * k + j), inverse))
        for i in range(k):
            if i != s:
                below = product(broadcast(np.float32(-1.0)), load(K, i * k + s))
                for j in range(k):
                    store(K, i * k + j, fused(below, load(row, j), load(K, i * k + j)))
                store(K, i * k + s, product(below, inverse))
        for j in range(k):
            store(K, s * k + j, load(row, j))
        store(K, s * k + s, inverse)
    for lane in range(LANES):
        if not definite[lane]:
            K[:, lane] = 0.0


@kernel(read(float32, 2), read(float32, 2), written(float32, 2), written(float32, 3))
def middles(gram: Single, roots: Single, room: Single, middle: Single) -> None:
    """Of groups with ``roots`` R (k, B) into ``middle`` (B, k, k); ``room`` (k² + 2k + 1, LANES) is written over."""
    (k, count), square = roots.shape, gram.size
    K, root, row, share = room[:square], room[square : square + k], room[square + k : square + 2 * k], room[-1:]
    for begin in range(0, count, LANES):
        width = min(LANES, count - begin)
        for i in range(k):
            for lane in range(LANES):
                root[i, lane] = roots[i, begin + lane] if lane < width else 0.0
        _fill(gram, root, K)
        _invert(K, row, share)
        for lane in range(width):
            for i in range(k):
                for j in range(k):
                    middle[begin + lane, i, j] = root[i, lane] * K[i * k + j, lane] * root[j, lane]
