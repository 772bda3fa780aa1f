"""The section of single rows in Markdown."""

from __future__ import annotations

from statistics import median
from typing import Any

from benchmarking.words import ratios, spread, times
from groupinf.reporting.words.markdown import padded_table

MISSING = (
    "pyinfluence is not installed, so that its rows are left out; `python -m pip install -e '.[benchmark]'` adds it."
)
INCLUDED = """\
What leaving out each training row does to the loss of each test row. Methods take turns in one process with one \
thread, so that whatever else runs on the machine slows all of them; times are those of the processor, the median of \
all turns and in brackets the fastest and the slowest. The ratios are what to read.

- **groupinf**, leave-one-out: the fit, what is done once for a study, exact retraining without each row, side by side \
and each with its certificate (gradient norm, Newton decrement, error estimate of every effect), and all losses. \
Influence: from θ̂, which is held against its gradient, the factor of H and ∇fᵀH⁻¹g of all pairs.
- **pyinfluence**: `LOOInfluence` and `InfluenceFunctions` (without damping) of a fitted `LogisticRegression` at tol \
1e-8, from `fit` to `explain`, one job. The fit of the model is not counted.
- **refits with joblib**: a clone of the same model for each row, fitted without it, one job. More jobs share the same \
work.
- **difference**: the largest from groupinf's numbers, as a share of the largest effect.
"""


def single_rows_section(measured: dict[str, Any]) -> list[str]:
    """Both tasks."""
    facts = (
        f"{measured['dataset']}: {measured['n']:,} training rows, {measured['d']:,} features, "
        f"{measured['tested']:,} test rows, λ/n = {measured['lambda_over_n']:g}."
    )
    parts = ["## Single rows, beside pyinfluence and refits", INCLUDED, facts]
    parts += [f"pyinfluence {measured['pyinfluence']}." if measured["pyinfluence"] else MISSING]
    for task, methods in measured["tasks"].items():
        parts += [f"### {task[:1].upper()}{task[1:]}", _table(methods, measured["n"])]
    return parts


def _table(methods: dict[str, dict[str, Any]], n: int) -> str:
    ours = next(iter(methods.values()))
    rows = [
        [
            name,
            spread(of["rounds"], _ms),
            _ms(median(of["rounds"]) / n),
            "1" if of is ours else spread(ratios(of["rounds"], ours["rounds"]), times),
            "–" if of is ours else f"{of['difference']:.0e}",
        ]
        for name, of in methods.items()
    ]
    return padded_table(["method", "ms", "ms per row", "÷ groupinf", "difference"], rows)


def _ms(seconds: float) -> str:
    return f"{1e3 * seconds:,.3g}" if seconds < 1.0 else f"{1e3 * seconds:,.0f}"
