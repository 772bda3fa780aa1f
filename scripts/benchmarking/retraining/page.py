"""The section of exact retraining in Markdown."""

from __future__ import annotations

from typing import Any

from benchmarking.shapes import FAST, OURS
from benchmarking.words import duration, ms, ratios, spread, times
from groupinf.reporting.words.markdown import padded_table

STUDY = 1_700
# above this ratio of wall time to processor time other programs were at work
BUSY = 1.1

INCLUDED = """\
Every method runs in a process of its own with one thread, on the same groups. In every round each has its turn, one \
after the other, so that whatever else runs on the machine slows all of them; a ratio is the median of those of each \
round, in brackets the smallest and the largest. Times are those of the processor: what a clock on the wall shows \
while nothing else runs.

- **groupinf**: exact retraining of all groups from θ̂: the gradient and the Hessian of the removed rows, the start, \
factors or small systems of each group, all passes, and the certificate (gradient norm, Newton decrement, error \
estimate of every effect). Groups are retrained side by side, in blocks as wide as a study's; the time of a block is \
divided by its groups. It is the median of all rounds, in brackets the fastest and the slowest. What is done once, \
the fit with its factor and the choice of the engine with what that needs, is given apart. Random groups and tails by \
themselves are narrower blocks, which cost more for each group.
- **groupinf\\[fast]**: the same with the extra `fast` installed, where the data are sparse and it is; the other rows \
are without it.
- **groupinf, with predictions**: the same and all predictions of a study, influence and Newton, with all effects and \
their error estimates, and the bound on the scores.
- **scikit-learn**: `LogisticRegression(C=1/λ, warm_start=True)` starting at θ̂, on the rows that stay. Taking them \
out by indexing is part of the time; weights of zero take longer. In brackets the fastest and the slowest group. In \
each round a solver has a limited time; a slow one gets through fewer groups, in an order that is drawn at random and \
goes on in the next round. newton-cholesky is left out above 4,096 parameters.
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


def retraining_section(measured: dict[str, dict[str, Any]]) -> list[str]:
    """``measured`` maps a dataset to the results of its tasks."""
    parts = ["## Exact retraining", INCLUDED, _summary(measured)]
    for name, results in measured.items():
        parts += [f"### {name}", _facts(results), _methods(results), *_remarks(results)]
    return parts


def _summary(measured: dict[str, dict[str, Any]]) -> str:
    rows = [
        _in_short(label, results, ours)
        for name, results in measured.items()
        for label, ours in labelled(name, results).items()
    ]
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


def _in_short(label: str, results: dict[str, Any], ours: dict[str, Any]) -> list[str]:
    best = _fastest(results)
    theirs = results[best]
    return [
        label,
        _shape(results["prepare"]),
        f"{ms(ours['mean'])} ms",
        f"{ours['passes']:.1f}",
        f"{ours['mean'] / ours['unit']:.1f}",
        f"{ours['effect']:.0e}",
        f"{ms(theirs['mean'])} ms ({best.partition(',')[0]})",
        f"{theirs['effect']:.0e}",
        _ratio(theirs, ours),
        of_the_peer(results, "lbfgs, tol 1e-8", ours),
        duration(STUDY * ours["mean"]),
        duration(STUDY * ours["whole"]),
    ]


def labelled(name: str, results: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The package's results by what rows of a table call them, without the extra and with it."""
    return {name if which == OURS else f"{name}, {_escaped(which)}": results[which] for which in _ours(results)}


def of_the_fastest(results: dict[str, Any], ours: dict[str, Any]) -> str:
    """How many times as long the fastest of scikit-learn's solvers takes at tol 1e-8, and which it is."""
    best = _fastest(results)
    return f"{_ratio(results[best], ours)}, {best.partition(',')[0]}"


def of_the_peer(results: dict[str, Any], peer: str, ours: dict[str, Any]) -> str:
    """How many times as long a solver takes."""
    return _ratio(results[peer], ours)


def _fastest(results: dict[str, Any]) -> str:
    exact = {peer: result for peer, result in _peers(results).items() if "1e-8" in peer}
    return min(exact, key=lambda peer: float(exact[peer]["mean"]))


def _facts(results: dict[str, Any]) -> str:
    facts, ours = results["prepare"], results[OURS]
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
            f"{', '.join(map(str, ours['blocks']))} groups. Done once: fit {duration(ours['fit_seconds'])}, engine "
            f"{duration(ours['study_seconds'])}. At most {ours['most_passes']} passes for a group. "
            f"One gradient pass: {ms(ours['unit'])} ms.",
            f"Of the time of retraining {_shares(ours['phases'])}.",
        ]
    )


def _shares(phases: dict[str, float]) -> str:
    """The largest first."""
    first, *others = sorted(phases, key=lambda name: -phases[name])
    parts = [f"{first} take {100 * phases[first]:.0f} %", *(f"{name} {100 * phases[name]:.0f} %" for name in others)]
    return ", ".join(parts)


def _methods(results: dict[str, Any]) -> str:
    ours, everyone = results[OURS], str(results["prepare"]["groups"])
    rows = [[OURS, everyone, *_of_ours(ours, ours)]]
    rows += [
        [f"groupinf, {kind}", str(part["groups"]), *_part(part["mean"], part["passes"], ours)]
        for kind, part in ours["kinds"].items()
    ]
    rows.append(["groupinf, with predictions", everyone, *_part(ours["whole"], None, ours)])
    if FAST in results:
        fast = results[FAST]
        rows.append([_escaped(FAST), everyone, *_of_ours(fast, ours)])
        rows.append([f"{_escaped(FAST)}, with predictions", everyone, *_part(fast["whole"], None, ours)])
    rows += [[peer, str(result["groups"]), *_of_peer(result, ours)] for peer, result in _peers(results).items()]
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


def _of_ours(result: dict[str, Any], ours: dict[str, Any]) -> list[str]:
    return _figures(result, spread(result["rounds"], ms), "–", ours)


def _of_peer(result: dict[str, Any], ours: dict[str, Any]) -> list[str]:
    seconds = f"{ms(result['mean'])} ({ms(result['fastest'])} to {ms(result['slowest'])})"
    return _figures(result, seconds, ms(result["median"]), ours)


def _figures(result: dict[str, Any], seconds: str, middle: str, ours: dict[str, Any]) -> list[str]:
    return [
        seconds,
        middle,
        f"{result['passes']:.1f}",
        f"{result['mean'] / result['unit']:,.1f}",
        f"{result['relative_theta']:.0e}",
        f"{result['theta']:.0e}",
        f"{result['effect']:.0e}",
        f"{result['memory'] / 1e6:,.0f} ({result['memory_before'] / 1e6:,.0f})",
        "1" if result is ours else _ratio(result, ours),
        duration(STUDY * result["mean"]),
    ]


def _ratio(result: dict[str, Any], ours: dict[str, Any]) -> str:
    return spread(ratios(result["rounds"], ours["rounds"]), times)


def _part(mean: float, passes: float | None, ours: dict[str, Any]) -> list[str]:
    """A row that shares the process, and so memory and errors, with another."""
    return [
        ms(mean),
        "–",
        "–" if passes is None else f"{passes:.1f}",
        f"{mean / ours['unit']:,.1f}",
        *["–"] * 4,
        times(mean / ours["mean"]),
        duration(STUDY * mean),
    ]


def _remarks(results: dict[str, Any]) -> list[str]:
    remarks = [
        f"{peer}: {result['warned']} of {result['fits']} fits ended with a warning of scikit-learn's."
        for peer, result in _peers(results).items()
        if result["warned"]
    ]
    busy = [name for name in (*_ours(results), *_peers(results)) if results[name]["wall_over_cpu"] > BUSY]
    if busy:
        remarks.append(f"Other programs were at work on the machine during: {'; '.join(busy)}.")
    return remarks


def _ours(results: dict[str, Any]) -> list[str]:
    return [name for name in (OURS, FAST) if name in results]


def _peers(results: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: result for name, result in results.items() if name not in {"prepare", OURS, FAST}}


def _shape(facts: dict[str, Any]) -> str:
    return f"{facts['n']:,} × {facts['d']:,}, {facts['classes']}"


def _escaped(name: str) -> str:
    return name.replace("[", r"\[")
