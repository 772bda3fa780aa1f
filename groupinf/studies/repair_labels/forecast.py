"""What a study that repairs labels would run, said before it runs."""

from __future__ import annotations

from groupinf.datasets.choice.words import choice_notes
from groupinf.datasets.column_use import MOST_SHOWN, column_notes
from groupinf.experiments.driver import run_name
from groupinf.experiments.workers.memory import LIBRARIES_BYTES, for_each_process, shortage
from groupinf.studies.linear.amount import rows_of
from groupinf.studies.linear.configured_model import model_of
from groupinf.studies.linear.forecast import Plan, data_words, lambda_words
from groupinf.studies.linear.lambda_sweep import swept_words, without_sweep
from groupinf.studies.linear.memory import work_bytes
from groupinf.studies.repair_labels.lambda_sweep.plan import RepairSweepPlan, plan_repairs, sweep_name
from groupinf.studies.repair_labels.schema import LoadedRepair
from groupinf.studies.repair_labels.work import repairing
from groupinf.wording import number


def plan(loaded: LoadedRepair) -> Plan:
    """Load and check the data, and count; raises ConfigError and DataError as the run itself would."""
    sweep = None if loaded.config.regularization.sweep is None else plan_repairs(loaded)
    loaded = without_sweep(loaded)
    work, config = repairing(loaded), loaded.config
    dataset = work.dataset
    lam, taken = config.regularization.lambda_over_n, work_bytes(dataset, model_of(loaded, dataset), None)
    refits = config.repeats * (1 + len(config.orders) * (config.inspect.num - 1))
    refits *= 1 if sweep is None else len(sweep.grid)
    name = run_name(work) if sweep is None else sweep_name(sweep, dataset)
    facts = (
        ("run", name),
        ("dataset", data_words(dataset)),
        ("lambda_over_n", _lambda_words(lam, sweep)),
        ("flips", f"{rows_of(config.flip, dataset.n):,} labels in each repeat"),
        ("repeats", f"{config.repeats:,}"),
        ("refits", f"at most {refits:,}"),
        ("memory", for_each_process(LIBRARIES_BYTES + taken)),
    )
    notes = (
        *filter(None, [shortage(taken)]),
        *choice_notes(dataset),
        *column_notes(dataset.uses, MOST_SHOWN),
        *([] if sweep is None else [f"{swept_words(sweep)}; the same labels flipped at each"]),
    )
    return Plan(name, facts, notes, dataset.uses)


def _lambda_words(lam_over_n: float | None, sweep: RepairSweepPlan | None) -> str:
    if sweep is not None:
        return " to ".join(dict.fromkeys(number(end, 6) for end in (sweep.grid[0], sweep.grid[-1])))
    return lambda_words(lam_over_n)
