"""What is measured in a process of its own: tasks by name, each with its result in a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarking.problem import dataset_for, load_problem, make_problem, save_problem
from benchmarking.retraining.growth import measure_growth
from benchmarking.retraining.ours import measure_ours, timed
from benchmarking.retraining.peers import PEERS, measure_peer
from benchmarking.retraining.reference import solve_reference
from benchmarking.shapes import SHAPES
from benchmarking.single_rows.measured import measure_single_rows
from benchmarking.studies.loop import measure_loop
from benchmarking.worker import COMPILER
from groupinf.effects.changes.registry import REMOVE
from groupinf.experiments.folder.provenance import provenance
from groupinf.numerics.gram import stored_entries
from groupinf.studies.group_effects.convention import Convention

MATRIX, PRODUCTS = 1_500, 5


def run_task(task: str, folder: Path, name: str, amount: str, turns: Iterable[int]) -> None:
    """Run one task with one thread and leave its result beside the problem's files, as ``<task>.json``."""
    with threadpool_limits(limits=1):
        if task in AT_ONCE:
            [result] = [AT_ONCE[task](folder, name, amount) for _ in turns]
        elif task == "loop":
            result = measure_loop(folder, name, float(amount), turns)
        else:
            result = _in_turns(task, folder, float(amount), turns)
    (folder / f"{task}.json").write_text(json.dumps(result), encoding="utf-8")


def _in_turns(task: str, folder: Path, most_seconds: float, turns: Iterable[int]) -> dict[str, Any]:
    problem, reference = load_problem(folder), np.load(folder / "reference.npy")
    if task in PEERS:
        return measure_peer(problem, PEERS[task], most_seconds, reference, turns)
    return measure_ours(problem, reference, turns)


def _prepare(folder: Path, name: str, amount: str) -> dict[str, Any]:
    dataset, source = dataset_for(name)
    problem, fitted = make_problem(dataset, SHAPES[name].lambda_over_n, int(amount))
    save_problem(problem, folder)
    reference, left = solve_reference(problem, fitted)
    np.save(folder / "reference.npy", reference)
    return {
        "source": source,
        "n": dataset.n,
        "d": dataset.d,
        "classes": problem.classes,
        "entries": stored_entries(problem.X),
        "sparse": not isinstance(problem.X, np.ndarray),
        "fast": not isinstance(problem.X, np.ndarray) and find_spec(COMPILER) is not None,
        "weighted": bool(np.any(problem.sample_weight != 1.0)),
        "convention": Convention(
            problem.lam, SHAPES[name].lambda_over_n, dataset.task, fitted.objective.loss.units, REMOVE
        ).sentence,
        "parameters": problem.theta.size,
        "groups": len(problem.groups),
        "asked": int(amount),
        "smallest": int(problem.groups.sizes.min()),
        "largest": int(problem.groups.sizes.max()),
        "reference_left": float(left.max()),
        "serves": {peer: PEERS[peer].serves(problem) for peer in PEERS},
    }


def _machine(folder: Path, name: str, amount: str) -> dict[str, Any]:
    made_with = provenance()
    compiler = {COMPILER: version(COMPILER)} if find_spec(COMPILER) else {}
    facts = {"versions": {**made_with.versions, **compiler}, "processor": made_with.processor}
    return {**facts, "matrix_product": _flops_per_second()}


def _flops_per_second() -> float:
    """Of a product of two square matrices on one thread: the most that arithmetic can do here."""
    A = np.random.default_rng(0).standard_normal((MATRIX, MATRIX))
    B = A[::-1].copy()
    times = [timed(lambda: A @ B)[1] for _ in range(PRODUCTS)]
    return 2.0 * MATRIX**3 / min(times)


# what takes one turn, of (folder, name, amount)
AT_ONCE: dict[str, Callable[[Path, str, str], dict[str, Any]]] = {
    "prepare": _prepare,
    "machine": _machine,
    "single_rows": lambda *_: measure_single_rows(),
    "growth": lambda *_: {"rows": measure_growth()},
}
