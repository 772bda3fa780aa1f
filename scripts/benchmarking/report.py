"""The tables of the benchmark in Markdown."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from groupinf.reporting.words.markdown import padded_table

STUDY = 1_700
# above this ratio of wall time to processor time other programs were at work
BUSY = 1.1

INCLUDED = """\
Every method runs in a process of its own with one thread, one after the other, on the same groups.
Times are those of the processor in that thread: what a clock on the wall shows while nothing else runs.

- **groupinf**: exact retraining of all groups from θ̂: the gradient and the Hessian of the removed rows, the start, \
factors or small systems of each group, all passes, and the certificate (gradient norm, Newton decrement, error \
estimate of every effect). Groups are retrained side by side, in blocks as wide as a study's; the time of a block is \
divided by its groups. It is the median of three rounds, in brackets the fastest and the slowest. What is done once, \
the fit with its factor and the choice of the engine with what that needs, is given apart. Random groups and tails by \
themselves are narrower blocks, which cost more for each group.
- **groupinf, with predictions**: the same and all predictions of a study, influence and Newton, with all effects and \
their error estimates, and the bound on the scores. Also the median of three rounds.
- **scikit-learn**: `LogisticRegression(C=1/λ, warm_start=True)` starting at θ̂, on the rows that stay. Taking them \
out by indexing is part of the time; weights of zero take longer. In brackets the fastest and the slowest group. A \
slow solver is given a limited time and gets through fewer groups, which are then chosen at random. \
newton-cholesky is left out above 4,096 parameters.
- **passes**: for groupinf gradients and products with a Hessian, each over all rows; for scikit-learn its iterations \
(`n_iter_`), each of which is at least one pass (lbfgs), a Hessian (newton-cholesky) or several products with one \
(newton-cg).
- **cost**: time in units of one gradient pass for one model, X @ θ and X.T @ r, in plain NumPy or SciPy, measured in \
the same process before and after.
- **errors**: the largest over all groups against a reference that Newton's method took to rounding; its own gradient \
is computed apart from the package. For θ relative to the largest |θ̂|, and absolute. For effects (loss of six test \
rows, loss of the group itself) relative to the largest actual effect of that evaluation.
- **memory**: peak of the process, in brackets what it held before the method began (Python, libraries, data).
- **1,700 groups**: one thread, from the mean.
"""


def report(machine: dict[str, Any], measured: dict[str, dict[str, Any]], growth: list[dict[str, Any]]) -> str:
    """The whole page; ``measured`` maps a dataset to the results of its tasks."""
    parts = ["# Benchmark of exact retraining", machine_words(machine), INCLUDED]
    if measured:
        parts += ["## In short", _summary(measured)]
        for name, results in measured.items():
            parts += [f"## {name}", _facts(results), _methods(results), *_remarks(results)]
    if growth:
        parts += ["## How the cost grows", _growth(growth)]
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def machine_words(machine: dict[str, Any]) -> str:
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9
    versions = ", ".join(f"{name} {number}" for name, number in machine["versions"].items())
    return (
        f"Machine: {machine['processor']}, {os.cpu_count()} cores, {memory:.0f} GB; a product of two large matrices "
        f"runs at {machine['matrix_product'] / 1e9:.0f} GFLOP/s on one thread. Versions: {versions}."
    )


def _summary(measured: dict[str, dict[str, Any]]) -> str:
    rows = []
    for name, results in measured.items():
        ours, peers = results["groupinf"], _peers(results)
        exact = {peer: result for peer, result in peers.items() if "1e-8" in peer}
        best = min(exact, key=lambda peer: float(exact[peer]["mean"]))
        rows.append(
            [
                name,
                _shape(results["prepare"]),
                f"{_ms(ours['mean'])} ms",
                f"{ours['passes']:.1f}",
                f"{ours['mean'] / ours['unit']:.1f}",
                f"{ours['effect']:.0e}",
                f"{_ms(exact[best]['mean'])} ms ({best.partition(',')[0]})",
                f"{exact[best]['effect']:.0e}",
                _times(exact[best]["mean"], ours["mean"]),
                _times(peers["lbfgs, tol 1e-8"]["mean"], ours["mean"]),
                _duration(STUDY * ours["mean"]),
                _duration(STUDY * ours["whole"]),
            ]
        )
    head = (
        "data",
        "n × d, classes",
        "groupinf, per retrain",
        "passes",
        "cost in gradient passes",
        "error of effects",
        "fastest of scikit-learn at tol 1e-8",
        "its error of effects",
        "÷ groupinf",
        "lbfgs ÷ groupinf",
        "1,700 groups",
        "with predictions",
    )
    return padded_table(head, rows)


def _facts(results: dict[str, Any]) -> str:
    facts, ours = results["prepare"], results["groupinf"]
    made = "Real data" if facts["source"] == "real" else "Data made in this shape"
    stored = f", sparse with {facts['entries']:,} non-zeros" if facts["sparse"] else ""
    weights = ", weighted rows" if facts["weighted"] else ""
    left_out = facts["asked"] - facts["groups"]
    without = f"; {left_out} more would empty a class and were left out" if left_out else ""
    steps = "truncated Newton" if ours["truncated_newton"] else "L-BFGS"
    return "\n".join(
        [
            f"{made}: {_shape(facts)}{stored}{weights}; {facts['parameters']:,} parameters. {facts['convention']}",
            f"{facts['groups']} groups of {facts['smallest']:,} to {facts['largest']:,} rows, half random and half "
            f"from the tails of influence{without}. The reference is exact to {facts['reference_left']:.0e} of the "
            f"largest |θ̂|.",
            f"Engine: H − H(w) by {ours['way']}, {steps} with preconditioner {ours['preconditioner']}, in blocks of "
            f"{', '.join(map(str, ours['blocks']))} groups. Done once: fit {_duration(ours['fit_seconds'])}, engine "
            f"{_duration(ours['study_seconds'])}. At most {ours['most_passes']} passes for a group. "
            f"One gradient pass: {_ms(ours['unit'])} ms.",
        ]
    )


def _methods(results: dict[str, Any]) -> str:
    ours = results["groupinf"]
    rows = [["groupinf", str(results["prepare"]["groups"]), *_figures(ours, ours["mean"], "–")]]
    for kind, part in ours["kinds"].items():
        rows.append([f"groupinf, {kind}", str(part["groups"]), *_part(part["mean"], part["passes"], ours)])
    rows.append(["groupinf, with predictions", str(results["prepare"]["groups"]), *_part(ours["whole"], None, ours)])
    rows += [
        [peer, str(result["groups"]), *_figures(result, ours["mean"], _ms(result["median"]))]
        for peer, result in _peers(results).items()
    ]
    head = (
        "method",
        "groups",
        "ms per retrain",
        "median",
        "passes",
        "cost in gradient passes",
        "error of θ, relative",
        "absolute",
        "error of effects",
        "memory, MB",
        "÷ groupinf",
        "1,700 groups",
    )
    return padded_table(head, rows)


def _figures(result: dict[str, Any], ours: float, median: str) -> list[str]:
    return [
        f"{_ms(result['mean'])} ({_ms(result['fastest'])} to {_ms(result['slowest'])})",
        median,
        f"{result['passes']:.1f}",
        f"{result['mean'] / result['unit']:,.1f}",
        f"{result['relative_theta']:.0e}",
        f"{result['theta']:.0e}",
        f"{result['effect']:.0e}",
        f"{result['memory'] / 1e6:,.0f} ({result['memory_before'] / 1e6:,.0f})",
        _times(result["mean"], ours),
        _duration(STUDY * result["mean"]),
    ]


def _part(mean: float, passes: float | None, ours: dict[str, Any]) -> list[str]:
    """A row that shares the process, and so memory and errors, with another."""
    return [
        _ms(mean),
        "–",
        "–" if passes is None else f"{passes:.1f}",
        f"{mean / ours['unit']:,.1f}",
        *["–"] * 4,
        _times(mean, ours["mean"]),
        _duration(STUDY * mean),
    ]


def _remarks(results: dict[str, Any]) -> list[str]:
    remarks = [
        f"{peer}: {result['warned']} of {result['groups']} fits ended with a warning of scikit-learn's."
        for peer, result in _peers(results).items()
        if result["warned"]
    ]
    busy = [name for name in ("groupinf", *_peers(results)) if results[name]["wall_over_cpu"] > BUSY]
    if busy:
        remarks.append(f"Other programs were at work on the machine during: {'; '.join(busy)}.")
    return remarks


def _growth(growth: Iterable[dict[str, Any]]) -> str:
    head = ("varied", "value", "ms per retrain", "passes", "cost in gradient passes", "engine")
    rows = [
        [
            row["varied"],
            row["value"],
            _ms(row["seconds"]),
            f"{row['passes']:.1f}",
            f"{row['cost']:.1f}",
            f"{row['way']}, {row['preconditioner']}",
        ]
        for row in growth
    ]
    base = (
        "One thing at a time is varied; the others are n = 8,000, d = 100, two classes, random groups of 5 % of the "
        "rows, 48 side by side, dense made data."
    )
    return f"{base}\n\n{padded_table(head, rows)}"


def _peers(results: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: result for name, result in results.items() if name not in {"prepare", "groupinf"}}


def _shape(facts: dict[str, Any]) -> str:
    return f"{facts['n']:,} × {facts['d']:,}, {facts['classes']}"


def _ms(seconds: float) -> str:
    milliseconds = 1e3 * seconds
    digits = 3 if milliseconds < 0.1 else 2 if milliseconds < 10 else 1 if milliseconds < 100 else 0
    return f"{milliseconds:,.{digits}f}"


def _times(peer: float, ours: float) -> str:
    ratio = peer / ours
    return f"{ratio:,.1f}" if ratio < 10 else f"{ratio:,.0f}"


def _duration(seconds: float) -> str:
    if seconds < 1:
        return f"{seconds:.2f} s"
    if seconds < 120:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    return f"{seconds / 60:.1f} min" if seconds < 7_200 else f"{seconds / 3_600:.1f} h"
