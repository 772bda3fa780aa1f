"""The groups of a run once more, refitted in a plain loop of scikit-learn with joblib; as many as time suffices for."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from joblib.externals.loky import get_reusable_executor
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

import groupinf
from benchmarking.retraining.peers import MOST_PARAMETERS
from benchmarking.studies.asked import JOBS
from benchmarking.studies.refits import Refit, Rows, Way, refit_without, started
from groupinf.datasets.registry import load_dataset
from groupinf.effects.evaluations.self_loss import SELF_LOSS
from groupinf.effects.evaluations.test_loss import TEST_LOSS
from groupinf.numerics.losses.registry import loss_for
from groupinf.studies.group_effects.result import Run
from groupinf.studies.linear.fit import lam_from
from groupinf.studies.linear.linear_model import LinearModel, training_objective
from groupinf.studies.load import load_config
from groupinf.test_point_labels import ALL_ROWS

# what comes to mind first; and what who knows solvers would do, with the fastest of these on the data at hand
PLAIN, WITH_CARE = "as one writes it", "with care"
SOLVERS, TOLERANCE = ("lbfgs", "newton-cholesky", "newton-cg"), 1e-8
# refits at least, however long they take
FEWEST = 6

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Asked:
    """The rows, and of each group its members and the actual effects (B, m + 1) that the run has found."""

    rows: Rows
    members: list[NDArray[np.int64]]
    effects: Array


@dataclass
class Measured:
    """A way, how many groups it is to refit in a turn, and what came of it: in each turn, and the largest error.

    An error is relative to the largest effect of the run on test points, or on the groups themselves.
    """

    way: Way
    sample: int
    turns: list[dict[str, float]] = field(default_factory=list)
    error: float = 0.0
    warned: int = 0
    fits: int = 0


def measure_loop(folder: Path, name: str, seconds: float, turns: Iterable[int]) -> dict[str, Any]:
    """In every turn seconds of both ways, on the clock and of the processor, scaled up from groups drawn at random.

    ``seconds`` is how long the refits of a way may take in a turn, with JOBS processes. The run is in ``folder``.
    """
    [manifest] = folder.glob(f"{name}*/manifest.json")
    asked = asked_of(groupinf.load_run(manifest.parent))
    ways = _ways(asked, seconds)
    for turn in turns:
        with _workers() as starting:
            for of in ways.values():
                _measure(asked, of, starting, np.random.default_rng(turn))
    return {
        "groups": len(asked.members),
        "tested": len(asked.rows.tested),
        "ways": {
            label: {
                "solver": of.way.solver,
                "tolerance": of.way.tolerance,
                "sample": of.sample,
                "turns": of.turns,
                "error": of.error,
                "warned": of.warned,
                "fits": of.fits,
            }
            for label, of in ways.items()
        },
    }


def asked_of(run: Run) -> Asked:
    """What the run was asked, and its answers."""
    study = load_config(run.path / "config.yaml")
    config = study.config
    dataset = load_dataset(config.dataset, run.path, config.seed)
    lam = lam_from(run.manifest.lam_over_n, dataset.n)
    objective = training_objective(dataset, LinearModel(loss_for(len(dataset.classes))), lam)
    actual = run.effects[run.effects["method"] == "actual"]
    on_test = actual[actual["evaluation"] == TEST_LOSS.name].pivot(index="group", columns="test_point", values="effect")
    own = actual[actual["evaluation"] == SELF_LOSS.name].set_index("group")["effect"]
    weight = dataset.sample_weight_train
    rows = Rows(
        X=dataset.X_train,
        y=objective.y.astype(np.int64),
        weight=None if bool(np.all(weight == 1.0)) else weight,
        lam=lam,
        X_test=dataset.X_test,
        y_test=dataset.y_test.astype(np.int64),
        tested=tuple(
            np.arange(dataset.n_test) if point == ALL_ROWS else np.array([point]) for point in on_test.columns
        ),
    )
    with np.load(run.path / "groups.npz") as groups:
        members = np.split(groups["indices"], groups["indptr"][1:-1])
    return Asked(rows, [members[g] for g in on_test.index], np.column_stack([on_test, own.loc[on_test.index]]))


def _ways(asked: Asked, seconds: float) -> dict[str, Measured]:
    """How long each takes is tried on the group of median size."""
    order = np.argsort([members.size for members in asked.members], kind="stable")
    group = asked.members[order[order.size // 2]]

    def tried(way: Way) -> float:
        return refit_without(asked.rows, way, way.fit(asked.rows, slice(None), None), group).processor

    def measured(way: Way, one: float) -> Measured:
        return Measured(way, min(len(asked.members), max(FEWEST, int(JOBS * seconds / one))))

    parameters = (asked.rows.X.shape[1] + 1) * loss_for(int(asked.rows.y.max()) + 1).outputs
    careful = {
        way: tried(way)
        for way in (Way(solver, TOLERANCE, warm=True) for solver in SOLVERS)
        if way.solver != "newton-cholesky" or parameters <= MOST_PARAMETERS
    }
    fastest = min(careful, key=lambda way: careful[way])
    return {PLAIN: measured(Way(), tried(Way())), WITH_CARE: measured(fastest, careful[fastest])}


@contextmanager
def _workers() -> Iterator[tuple[float, float]]:
    """Workers of joblib; seconds on the clock and of their processors that starting them took."""
    begin = time.perf_counter()
    seen = dict(Parallel(n_jobs=JOBS)(delayed(started)(k) for k in range(JOBS)))
    clock = time.perf_counter() - begin
    yield clock, JOBS * float(np.mean(list(seen.values())))
    get_reusable_executor().shutdown(wait=True)


def _measure(asked: Asked, of: Measured, starting: tuple[float, float], rng: np.random.Generator) -> None:
    clock, processor = time.perf_counter(), time.process_time()
    whole = of.way.fit(asked.rows, slice(None), None)
    clock, processor = time.perf_counter() - clock, time.process_time() - processor
    sample = rng.choice(len(asked.members), of.sample, replace=False)
    refits = _refits(asked, of.way, whole, sample)
    scale = len(asked.members) / of.sample
    of.turns.append(
        {
            "clock": clock + starting[0] + scale * sum(refit.clock for refit in refits) / JOBS,
            "processor": processor + starting[1] + scale * sum(refit.processor for refit in refits),
        }
    )
    of.error = max(of.error, _error(asked, sample, np.array([refit.effects for refit in refits])))
    of.warned += sum(refit.warned for refit in refits)
    of.fits += len(refits)


def _refits(asked: Asked, way: Way, whole: LogisticRegression, sample: NDArray[np.int64]) -> list[Refit]:
    """The loop itself."""
    found: list[Refit] = Parallel(n_jobs=JOBS)(
        delayed(refit_without)(asked.rows, way, whole, asked.members[group]) for group in sample
    )
    return found


def _error(asked: Asked, sample: NDArray[np.int64], found: Array) -> float:
    off = np.abs(found - asked.effects[sample]).max(axis=0)
    largest = np.abs(asked.effects).max(axis=0)
    return float(max(off[:-1].max() / largest[:-1].max(), off[-1] / largest[-1]))
