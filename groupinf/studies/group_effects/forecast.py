"""What an experiment would run, said before it runs."""

from __future__ import annotations

from dataclasses import dataclass, replace

from groupinf.datasets.choice.words import choice_notes
from groupinf.datasets.column_use import MOST_SHOWN, ColumnUse, column_notes
from groupinf.datasets.dataset import Dataset
from groupinf.datasets.rows.pool import pool_as_training_rows
from groupinf.effects.changes.registry import REMOVE
from groupinf.experiments.driver import run_name
from groupinf.experiments.workers.memory import LIBRARIES_BYTES, for_each_process, shortage
from groupinf.numerics.intercept import Intercept
from groupinf.studies.group_effects.checks import (
    change_of,
    evaluations_of,
    load_checked,
    quantities_of,
)
from groupinf.studies.group_effects.lambda_sweep.plan import GroupSweepPlan, sweep_name
from groupinf.studies.group_effects.memory import work_of
from groupinf.studies.group_effects.most_groups import most_groups
from groupinf.studies.group_effects.prepare import retraining
from groupinf.studies.group_effects.schema import LoadedStudy
from groupinf.studies.group_effects.test_points import most_points, summed_rows
from groupinf.studies.linear.configured_model import intercept_of, model_of
from groupinf.studies.linear.folds import one_class_notes
from groupinf.studies.linear.forecast import lambda_words
from groupinf.studies.linear.lambda_sweep import plan_sweep, swept_words, without_sweep
from groupinf.studies.linear.schema import Regularization
from groupinf.theory.prover import LARGEST_PROVEN
from groupinf.wording import counted, listed, memory_text

# a row of the table of effects while it is made
ROW_BYTES = 250


@dataclass(frozen=True)
class Plan:
    """Counts of an experiment: groups is an upper bound, memory_bytes that of one process; ``pool`` counts rows that
    are neither fitted nor tested. ``change`` says what is done to groups, where it is not removal.
    """

    name: str
    dataset: str
    n: int
    d: int
    classes: int
    lam_over_n: float | None
    groups: int
    retrains: int
    memory_bytes: int
    run_name: str
    notes: tuple[str, ...]
    uses: tuple[ColumnUse, ...] = ()
    change: str = ""
    pool: int = 0

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """What is computed, of which data, and how much of it."""
        classes = f", {self.classes} classes" if self.classes else ""
        pool = f", {counted(self.pool, 'row')} in the pool" if self.pool else ""
        return (
            ("run", self.run_name),
            ("dataset", f"{self.dataset}: n = {self.n:,}, d = {self.d:,}{classes}{pool}"),
            *([("change", self.change)] if self.change else []),
            ("lambda_over_n", lambda_words(self.lam_over_n)),
            ("groups", f"at most {self.groups:,}"),
            ("retrains", f"at most {self.retrains:,}"),
            ("memory", for_each_process(self.memory_bytes)),
        )


def plan(loaded: LoadedStudy) -> Plan:
    """Load and check the data, and count; raises ConfigError and DataError as the run itself would."""
    sweep = loaded.config.regularization.sweep
    planned, dataset = _plan(without_sweep(loaded))
    return planned if sweep is None else _swept(loaded, planned, plan_sweep(loaded), dataset)


def _swept(loaded: LoadedStudy, planned: Plan, sweep: GroupSweepPlan, dataset: Dataset) -> Plan:
    """The same at every λ/n of a sweep, one after the other."""
    each = 0 if loaded.config.retrain == "none" else planned.groups
    more = each * (len(sweep.grid) - 1)
    groups = "groups drawn anew at each" if sweep.redraw else "groups drawn at lambda_over_n above"
    return replace(
        planned,
        retrains=planned.retrains + more,
        run_name=sweep_name(sweep, dataset),
        notes=(*planned.notes, f"{swept_words(sweep)}; {groups}"),
    )


def _plan(loaded: LoadedStudy) -> tuple[Plan, Dataset]:
    dataset = load_checked(loaded)
    groups = most_groups(loaded, dataset)
    folds = _cross_validation_fits(loaded.config.regularization)
    work = work_of(loaded, dataset, model_of(loaded, dataset))
    planned = Plan(
        name=loaded.config.name,
        dataset=dataset.name,
        n=dataset.n,
        d=dataset.d,
        classes=len(dataset.classes),
        lam_over_n=loaded.config.regularization.lambda_over_n,
        groups=groups,
        retrains=(0 if loaded.config.retrain == "none" else groups) + folds,
        memory_bytes=LIBRARIES_BYTES + work,
        run_name=run_name(retraining(loaded, dataset)),
        notes=(
            *filter(None, [shortage(work)]),
            *_values_notes(loaded, dataset, groups),
            *_theory_notes(loaded, dataset),
            *choice_notes(dataset),
            *_notes(loaded, dataset, folds),
            *column_notes(dataset.uses, MOST_SHOWN),
            *_notes_on_gaps(loaded, dataset),
        ),
        uses=dataset.uses,
        change="" if change_of(loaded) == REMOVE else change_of(loaded).told,
        pool=dataset.n_pool,
    )
    return planned, dataset


def _values_notes(loaded: LoadedStudy, dataset: Dataset, groups: int) -> list[str]:
    """How many rows the table of effects has where more is measured of a group than on its test points."""
    points = range(most_points(loaded.config.test_points, dataset))
    counts = {of.name: len(of.labels(points)) for of in quantities_of(loaded, dataset)}
    more = [e for e in evaluations_of(loaded, dataset) if e.measured_on is None and not e.on_test_points()]
    rows = groups * sum(counts.values()) * (len(loaded.config.methods) + 1)
    table = f"effects.parquet has at most {counted(rows, 'row')}, about {memory_text(ROW_BYTES * rows)} in memory"
    return [f"{e.name}: {counted(counts[e.name], 'value')} for each group and method; {table}" for e in more]


def _theory_notes(loaded: LoadedStudy, dataset: Dataset) -> list[str]:
    """What the theory of a run will rest on."""
    if loaded.config.theory is None:
        return []
    size, free = model_of(loaded, dataset).size(dataset), intercept_of(loaded) is Intercept.FREE
    proven = size <= LARGEST_PROVEN
    by = [*(["a proven factor of the Hessian"] if proven else []), *([] if free else ["the penalty"])]
    said = f"proven intervals rest on {listed(by)}" if by else "nothing is proven, beside a free intercept"
    empty = "; with a free intercept the paper's bounds and cone stay empty" if free else ""
    return [f"theory: with {counted(size, 'parameter')} {said}{empty}"]


def _notes_on_gaps(loaded: LoadedStudy, dataset: Dataset) -> list[str]:
    """What a run will say of rows without a value."""
    notes = [
        note for builder in loaded.located().groups.builders for note in builder.notes(pool_as_training_rows(dataset))
    ]
    wanted = loaded.config.test_points
    return [*dict.fromkeys(notes), *(summed_rows(wanted, dataset).notes if wanted.column is not None else ())]


def _notes(loaded: LoadedStudy, dataset: Dataset, folds: int) -> tuple[str, ...]:
    wanted = loaded.config.regularization.cross_validation
    if wanted is None:
        return ()
    fits = f"{folds} of the retrains are cross-validation fits"
    return (fits, *one_class_notes(wanted, dataset, loaded.config.seed))


def _cross_validation_fits(regularization: Regularization) -> int:
    wanted = regularization.cross_validation
    return 0 if wanted is None else wanted.num * (wanted.folds + 1)
