"""What explains a high ρ: how alike the groups of a kind are in what divides Newton from influence.

Influence ranks groups as the Newton prediction does where their ratio is the same in all of them, however large it is;
‖D(w)‖ bounds it (Proposition 2).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.analysis.agreement import ALL_KINDS, rank_correlation
from groupinf.analysis.intervals import FEWEST_GROUPS, bonett_wright_interval
from groupinf.analysis.theory import each_group

# how alike the groups of a kind are: the standard deviation ÷ the mean of Newton ÷ influence
NEWTON_SPREAD = "newton_over_influence_variation"
# of these the quantiles are told
QUANTITIES = ("d_norm", "newton_over_influence", "angle")
# what a ratio of quartiles is taken of: 1 + ‖D(w)‖ is the most that Newton ÷ influence may be
_FACTORS = {"newton_over_influence": 0.0, "d_norm": 1.0}
SPREADS = tuple(f"{name}_{spread}" for name in _FACTORS for spread in ("ratio", "variation"))
_ENDS = {"low": 0.1, "median": 0.5, "high": 0.9}


def kinds_table(rows: pd.DataFrame) -> pd.DataFrame:
    """For each evaluation and kind of group, or all, how influence ranks them and how alike they are.

    ``rows`` are those of ``theory.beside_actual``. Columns: evaluation, kind, n_groups, spearman (of influence with
    actual effects, the median over test points), the 10 %, 50 % and 90 % quantiles of ‖D(w)‖, Newton ÷ influence and
    the angle between both steps, and spreads: _ratio, the third quartile ÷ the first of Newton ÷ influence and of
    1 + ‖D(w)‖, and _variation, the standard deviation ÷ the mean of Newton ÷ influence and of ‖D(w)‖.
    NaN where undefined.
    """
    found = []
    for evaluation, of in rows.groupby("evaluation", sort=False):
        members = {ALL_KINDS: of} | {str(kind): own for kind, own in of.groupby("kind", sort=False)}
        for kind, own in members.items():
            groups = each_group(own)
            about = {"evaluation": evaluation, "kind": kind, "n_groups": len(groups), "spearman": _spearman(own)}
            found.append(about | _quantiles(groups) | _spreads(groups))
    return pd.DataFrame(found)


def explanation_of_rho(parts: Sequence[pd.DataFrame], by: Sequence[str] = SPREADS) -> pd.DataFrame:
    """How 1 − ρ goes together with spreads, or other columns, over the kinds of the runs whose :func:`kinds_table` are
    ``parts``.

    One row for each evaluation and spread: n (kinds of runs, each of FEWEST_GROUPS groups or more), and Spearman's ρ
    of 1 − ρ and the spread, with a 95 % interval (Bonett and Wright 2000). Positive: the more alike the groups of a
    kind are, the better influence ranks them.
    """
    table = pd.concat(parts, ignore_index=True)
    table = table[(table["kind"] != ALL_KINDS) & (table["n_groups"] >= FEWEST_GROUPS) & table["spearman"].notna()]
    found = []
    for evaluation, own in table.groupby("evaluation", sort=False):
        for spread in by:
            known = own[np.isfinite(own[spread])]
            lost, values = 1 - known["spearman"].to_numpy(), known[spread].to_numpy()
            rho = float(rank_correlation(lost, values)) if len(known) > 1 else np.nan
            low, high = bonett_wright_interval(np.array(rho), len(known))
            found.append((evaluation, spread, len(known), rho, float(low), float(high)))
    return pd.DataFrame(found, columns=["evaluation", "spread", "n", "spearman", "spearman_low", "spearman_high"])


def _spearman(rows: pd.DataFrame) -> float:
    """The median over test points."""
    each = [
        float(rank_correlation(own.influence.to_numpy(), own["actual"].to_numpy()))
        for _, own in rows.groupby("test_point", sort=False)
    ]
    known = [rho for rho in each if np.isfinite(rho)]
    return float(np.median(known)) if known else np.nan


def _quantiles(groups: pd.DataFrame) -> dict[str, float]:
    return {
        f"{name}_{end}": float(np.quantile(values, at)) if values.size else np.nan
        for name in QUANTITIES
        for values in [_finite(groups, name)]
        for end, at in _ENDS.items()
    }


def _spreads(groups: pd.DataFrame) -> dict[str, float]:
    found = {}
    for name, plus in _FACTORS.items():
        values = _finite(groups, name)
        quarter, three_quarters = np.quantile(values + plus, (0.25, 0.75)) if values.size else (np.nan, np.nan)
        mean = values.mean() if values.size else np.nan
        found[f"{name}_ratio"] = float(three_quarters / quarter) if quarter > 0 else np.nan
        found[f"{name}_variation"] = float(values.std() / mean) if mean > 0 else np.nan
    return found


def _finite(groups: pd.DataFrame, name: str) -> NDArray[np.float64]:
    values = groups[name].to_numpy(dtype=np.float64)
    return np.asarray(values[np.isfinite(values)])
