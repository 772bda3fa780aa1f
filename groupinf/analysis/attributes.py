"""What goes together with effects of groups: rank correlations of their attributes with predicted and actual ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.analysis.intervals import bonett_wright_interval
from groupinf.analysis.pairs import PairedEffects
from groupinf.analysis.ranks import average_ranks

SIZE = "size"
# of a rank correlation: with two groups it is 1 or −1 whatever they are
FEWEST = 3
# a category that most groups have by themselves is a name, not a category
MOST_CATEGORIES = 12

# 1 − ρ² below this is rounding: the one decides the ranks of the other
_DECIDED = 1e-9

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Subset:
    """Some of G groups: ``rows`` (G,), and the column and value by which they were chosen, empty of all groups."""

    column: str
    value: str
    rows: NDArray[np.bool_]


def numeric_attributes(attributes: pd.DataFrame) -> dict[str, Numbers]:
    """Those that are numbers and not the same in all groups; ``attributes`` has a row per group, and no column else."""
    named = {str(name): attributes[name] for name in attributes if pd.api.types.is_numeric_dtype(attributes[name])}
    return {name: values.to_numpy(dtype=np.float64) for name, values in named.items() if values.nunique() > 1}


def categorical_attributes(attributes: pd.DataFrame) -> dict[str, pd.Series]:
    """Those of texts with 2 to MOST_CATEGORIES categories."""
    texts = {str(name): attributes[name] for name in attributes if not pd.api.types.is_numeric_dtype(attributes[name])}
    return {name: values for name, values in texts.items() if 2 <= values.nunique() <= MOST_CATEGORIES}


def subsets(kinds: Sequence[str] | NDArray[np.object_], attributes: pd.DataFrame) -> list[Subset]:
    """All groups; where there are several kinds, those of each; those of each category of each attribute of texts."""
    columns = {"kind": pd.Series(np.asarray(kinds, dtype=object))} if len(set(kinds)) > 1 else {}
    columns |= categorical_attributes(attributes)
    whole = Subset("", "", np.ones(len(attributes), dtype=bool))
    parts = [
        Subset(name, str(value), (values == value).to_numpy(dtype=bool))
        for name, values in columns.items()
        for value in dict.fromkeys(values.dropna())
    ]
    return [whole, *parts]


def attribute_table(pairs: PairedEffects, attributes: pd.DataFrame) -> pd.DataFrame:
    """Spearman's ρ of every numeric attribute with the effects of each measure and method, and with their magnitudes.

    ``attributes`` has a row for each group of ``pairs``, in their order. One row per part of the groups (columns among
    and value; empty: all), evaluation, test_point, method, attribute, magnitude (whether of |effect|) and given (empty,
    or size, which is then partialled out of both sides' ranks: ρ_xy.z = (ρ_xy − ρ_xz ρ_yz)/√((1 − ρ_xz²)(1 − ρ_yz²)),
    Kendall 1942); n_groups that have the attribute; spearman with a 95 % interval (Bonett and Wright 2000; one group
    less where size is given). Rows whose ρ is undefined are left out.
    """
    numeric = numeric_attributes(attributes)
    size = attributes[SIZE].to_numpy(dtype=np.float64)
    found = [one for part in subsets(pairs.kinds, attributes) for one in _correlated(part, numeric, size, pairs)]
    about = pd.DataFrame([one for one, _ in found], columns=list(_ABOUT))
    rho, low, high = np.concatenate([values for _, values in found], axis=1) if found else np.empty((3, 0))
    table = about.take(np.repeat(np.arange(len(found)), len(pairs.measures)))
    evaluations, points = ([measure[i] for measure in pairs.measures] * len(found) for i in (0, 1))
    table = table.assign(evaluation=evaluations, test_point=points, spearman=rho, spearman_low=low, spearman_high=high)
    known: pd.DataFrame = table[np.isfinite(rho)].reset_index(drop=True)
    return known.reindex(columns=[*_COLUMNS])


_ABOUT = ("among", "value", "method", "attribute", "magnitude", "given", "n_groups")
_COLUMNS = (
    *("among", "value", "evaluation", "test_point", "method", "attribute", "magnitude", "given", "n_groups"),
    *("spearman", "spearman_low", "spearman_high"),
)


def _correlated(
    part: Subset, numeric: Mapping[str, Numbers], size: Numbers, pairs: PairedEffects
) -> Iterator[tuple[tuple[str, str, str, str, bool, str, int], Numbers]]:
    """_ABOUT of each attribute, method and what is given over some groups, and ρ with the ends of its interval (3, E).

    Effects are ranked once for all attributes that the same groups have.
    """
    ranked: dict[bytes, list[tuple[str, bool, Numbers]]] = {}
    for name, values in numeric.items():
        known = part.rows & np.isfinite(values)
        n_groups = int(known.sum())
        if n_groups < FEWEST:
            continue
        if known.tobytes() not in ranked:
            ranked[known.tobytes()] = [
                (method, magnitude, _unit_ranks(np.abs(of[:, known]) if magnitude else of[:, known]))
                for method, of in pairs.effects.items()
                for magnitude in (False, True)
            ]
        x, z = _unit_ranks(values[known]), _unit_ranks(size[known])
        for method, magnitude, y in ranked[known.tobytes()]:
            found = {"": y @ x}
            if name != SIZE:
                found[SIZE] = _partial(found[""], np.asarray(float(x @ z)), y @ z)
            for given, rho in found.items():
                rho = np.clip(rho, -1.0, 1.0)
                ends = bonett_wright_interval(rho, n_groups - (1 if given else 0))
                about = (part.column, part.value, method, name, magnitude, given, n_groups)
                yield about, np.stack([rho, *ends])


def partial_rank_correlation(x: Numbers, y: Numbers, given: Numbers) -> Numbers:
    """Spearman's ρ of x and y (..., G) with the ranks of ``given`` (G,) partialled out of both; NaN where undefined."""
    x, y, z = _unit_ranks(x), _unit_ranks(y), _unit_ranks(given)
    return _partial((x * y).sum(axis=-1), x @ z, y @ z)


def strongest_given_size(numeric: Mapping[str, Numbers], size: Numbers, effects: Numbers) -> list[str]:
    """Names of attributes (G,), first ``size`` (G,) where it is one, then by what they add to it, the most first.

    That is the largest |ρ| with effects (E, G) or their magnitudes, size partialled out where it varies. Attributes
    that order groups as size does, or backwards, add nothing and are left out.
    """
    strengths = {name: _beside(values, size, effects) for name, values in numeric.items() if name != SIZE}
    kept = [name for name in strengths if strengths[name] is not None]
    return [name for name in numeric if name == SIZE] + sorted(kept, key=lambda name: -(strengths[name] or 0.0))


def _beside(values: Numbers, size: Numbers, effects: Numbers) -> float | None:
    """The largest |ρ| of an attribute given size, 0 where none is defined; None where size decides the attribute."""
    known = np.isfinite(values)
    if known.sum() < FEWEST:
        return 0.0
    x, z = _unit_ranks(values[known]), _unit_ranks(size[known])
    if 1 - float(x @ z) ** 2 < _DECIDED:
        return None
    y = _unit_ranks(np.concatenate([effects, np.abs(effects)])[:, known])
    rho = y @ x if np.isnan(z).any() else _partial(y @ x, x @ z, y @ z)
    return float(np.abs(rho[np.isfinite(rho)]).max(initial=0.0))


def _partial(xy: Numbers, xz: Numbers, yz: Numbers) -> Numbers:
    """(ρ_xy − ρ_xz ρ_yz)/√((1 − ρ_xz²)(1 − ρ_yz²)), NaN where z decides x or y."""
    left = (1 - xz**2) * (1 - yz**2)
    decided = (1 - xz**2 < _DECIDED) | (1 - yz**2 < _DECIDED)
    return np.where(decided, np.nan, (xy - xz * yz) / np.sqrt(np.where(decided, 1.0, left)))


def category_table(pairs: PairedEffects, attributes: pd.DataFrame) -> pd.DataFrame:
    """How effects differ between the categories of each attribute of texts.

    One row per attribute, category, evaluation, test_point and method: n_groups, the median effect, and the share of
    groups whose effect is above 0.
    """
    named = ("", "kind")
    rows = [
        (
            part.column,
            part.value,
            *measure,
            method,
            int(part.rows.sum()),
            float(np.median(own)),
            float((own > 0).mean()),
        )
        for part in subsets(pairs.kinds, attributes)
        if part.column not in named
        for method, values in pairs.effects.items()
        for measure, own in zip(pairs.measures, values[:, part.rows], strict=True)
        if np.isfinite(own).all()
    ]
    columns = ["attribute", "category", "evaluation", "test_point", "method", "n_groups", "median", "above_zero"]
    return pd.DataFrame(rows, columns=columns)


def _unit_ranks(values: Numbers) -> Numbers:
    """Average ranks along the last axis, centred and of norm 1; NaN where all values are the same, or one is NaN."""
    ranks = average_ranks(values)
    ranks = ranks - ranks.mean(axis=-1, keepdims=True)
    norm = np.linalg.norm(ranks, axis=-1, keepdims=True)
    undefined = (norm == 0) | np.isnan(values).any(axis=-1, keepdims=True)
    return np.where(undefined, np.nan, ranks / np.where(norm == 0, 1.0, norm))
