"""One measurement in a process of its own, so that peak memory is its own: python -m benchmarking.worker TASK ..."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarking.growth import measure_growth
from benchmarking.measured import errors, peak_bytes
from benchmarking.ours import Prepared, even_blocks, prepare, retrain_all, timed, whole_blocks
from benchmarking.peers import PEERS, refit
from benchmarking.plain import pass_seconds
from benchmarking.problem import Problem, dataset_for, load_problem, make_problem, save_problem
from benchmarking.reference import solve_reference
from benchmarking.shapes import SHAPES
from benchmarking.single_rows import measure_single_rows
from groupinf.effects.changes.registry import REMOVE
from groupinf.experiments.folder.provenance import provenance
from groupinf.numerics.objective import stored_entries
from groupinf.studies.group_effects.convention import Convention

MATRIX, PRODUCTS = 1_500, 5


def main(task: str, folder: Path, name: str, amount: str) -> None:
    """Run one task with one thread and leave its result beside the problem's files, as ``<task>.json``."""
    with threadpool_limits(limits=1):
        if task == "prepare":
            result = _prepare(folder, name, int(amount))
        elif task == "groupinf":
            result = _groupinf(load_problem(folder), folder)
        elif task == "single_rows":
            result = measure_single_rows()
        elif task == "growth":
            result = {"rows": measure_growth()}
        elif task == "machine":
            made_with = provenance()
            facts = {"versions": made_with.versions, "processor": made_with.processor}
            result = {**facts, "matrix_product": _flops_per_second()}
        else:
            result = _peer(load_problem(folder), folder, task, float(amount))
    (folder / f"{task}.json").write_text(json.dumps(result), encoding="utf-8")


def _prepare(folder: Path, name: str, count: int) -> dict[str, Any]:
    dataset, source = dataset_for(name)
    problem, fitted = make_problem(dataset, SHAPES[name].lambda_over_n, count)
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
        "weighted": bool(np.any(problem.sample_weight != 1.0)),
        "convention": Convention(
            problem.lam, SHAPES[name].lambda_over_n, dataset.task, fitted.objective.loss.units, REMOVE
        ).sentence,
        "parameters": problem.theta.size,
        "groups": len(problem.groups),
        "asked": count,
        "smallest": int(problem.groups.sizes.min()),
        "largest": int(problem.groups.sizes.max()),
        "reference_left": float(left.max()),
        "serves": {peer: PEERS[peer].serves(problem) for peer in PEERS},
    }


def _groupinf(problem: Problem, folder: Path) -> dict[str, Any]:
    before, passes_before = peak_bytes(), pass_seconds(problem)
    prepared = prepare(problem)
    wall, cpu = time.perf_counter(), time.process_time()
    theta, passes, rounds = retrain_all(problem, prepared, prepared.blocks)
    busy = (time.perf_counter() - wall) / (time.process_time() - cpu)
    whole = whole_blocks(problem, prepared)
    peak = peak_bytes()
    found = errors(problem, list(range(len(problem.groups))), theta, np.load(folder / "reference.npy"))
    return {
        "unit": float(np.median([*passes_before, *pass_seconds(problem)])),
        "way": prepared.study.engine.way,
        "preconditioner": prepared.study.engine.preconditioner,
        "truncated_newton": prepared.study.engine.truncated_newton,
        "fit_seconds": prepared.fit_seconds,
        "study_seconds": prepared.study_seconds,
        "blocks": [len(block) for block in prepared.blocks],
        **_rounds(problem, prepared, passes, rounds),
        "whole": float(np.median(np.sum(whole, axis=1))) / len(problem.groups),
        "wall_over_cpu": busy,
        "memory_before": before,
        "memory": peak,
        **asdict(found),
    }


def _rounds(problem: Problem, prepared: Prepared, passes: Any, rounds: list[float]) -> dict[str, Any]:
    """Seconds per retrain: the median round with the fastest and slowest; and each kind of group by itself."""
    seconds = np.array(rounds) / passes.size
    return {
        "mean": float(np.median(seconds)),
        "fastest": float(seconds.min()),
        "slowest": float(seconds.max()),
        "passes": float(passes.mean()),
        "most_passes": int(passes.max()),
        "kinds": {
            kind: _kind(
                problem, prepared, [g for g, of in enumerate(problem.groups.kind) if (of == "random") == random]
            )
            for kind, random in (("random", True), ("tails", False))
        },
    }


def _kind(problem: Problem, prepared: Prepared, groups: list[int]) -> dict[str, Any]:
    blocks = even_blocks(groups, max(map(len, prepared.blocks)))
    _, passes, rounds = retrain_all(problem, prepared, blocks)
    return {"mean": float(np.median(rounds)) / len(groups), "passes": float(passes.mean()), "groups": len(groups)}


def _peer(problem: Problem, folder: Path, name: str, most_seconds: float) -> dict[str, Any]:
    before, passes_before = peak_bytes(), pass_seconds(problem)
    wall, cpu = time.perf_counter(), time.process_time()
    fits = refit(problem, PEERS[name], most_seconds)
    busy = (time.perf_counter() - wall) / (time.process_time() - cpu)
    peak = peak_bytes()
    found = errors(problem, fits.numbers, fits.theta, np.load(folder / "reference.npy"))
    return {
        "unit": float(np.median([*passes_before, *pass_seconds(problem)])),
        "groups": len(fits.numbers),
        "mean": float(np.mean(fits.seconds)),
        "median": float(np.median(fits.seconds)),
        "fastest": float(np.min(fits.seconds)),
        "slowest": float(np.max(fits.seconds)),
        "passes": float(np.mean(fits.iterations)),
        "warned": fits.warned,
        "wall_over_cpu": busy,
        "memory_before": before,
        "memory": peak,
        **asdict(found),
    }


def _flops_per_second() -> float:
    """Of a product of two square matrices on one thread: the most that arithmetic can do here."""
    A = np.random.default_rng(0).standard_normal((MATRIX, MATRIX))
    B = A[::-1].copy()
    times = [timed(lambda: A @ B)[1] for _ in range(PRODUCTS)]
    return 2.0 * MATRIX**3 / min(times)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4])
