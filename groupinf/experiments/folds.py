"""The folds that a configuration asks for."""

from __future__ import annotations

from groupinf.config.schema import CrossValidation
from groupinf.groups.streams import builder_stream
from groupinf.numerics.cross_validation import contiguous_folds, shuffled_folds
from groupinf.numerics.objective import Rows


def folds_of(wanted: CrossValidation, n: int, seed: int) -> tuple[Rows, ...]:
    """Contiguous folds of rows 0..n−1, or shuffled ones from a random stream of their own."""
    if wanted.shuffle:
        return shuffled_folds(n, wanted.folds, builder_stream(seed, "cross_validation"))
    return contiguous_folds(n, wanted.folds)
