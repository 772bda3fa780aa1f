"""What a study of robustness would run, said before it runs."""

from __future__ import annotations

from groupinf.datasets.choice.words import choice_notes
from groupinf.datasets.column_use import MOST_SHOWN, column_notes
from groupinf.experiments.driver import run_name
from groupinf.experiments.workers.memory import LIBRARIES_BYTES, for_each_process, shortage
from groupinf.studies.group_effects.checks import parameter_names
from groupinf.studies.linear.amount import rows_of
from groupinf.studies.linear.configured_model import model_of
from groupinf.studies.linear.forecast import Plan, data_words, lambda_words
from groupinf.studies.linear.memory import work_bytes
from groupinf.studies.robustness.schema import LoadedRobustness
from groupinf.studies.robustness.work import flipping
from groupinf.wording import listed


def plan(loaded: LoadedRobustness) -> Plan:
    """Load and check the data, and count; raises ConfigError and DataError as the run itself would."""
    work, config = flipping(loaded), loaded.config
    dataset, model = work.dataset, model_of(loaded, work.dataset)
    names = parameter_names(dataset, model)
    taken = work_bytes(dataset, model, None, theory=True)
    asked = sum(question.most_asked(dataset, names) for question in config.questions)
    facts = (
        ("run", run_name(work)),
        ("dataset", data_words(dataset)),
        ("lambda_over_n", lambda_words(config.regularization.lambda_over_n)),
        ("statements", f"at most {asked:,}, each by {listed(order.name for order in config.by)}"),
        ("removed", f"at most {rows_of(config.most, dataset.n):,} rows"),
        ("memory", for_each_process(LIBRARIES_BYTES + taken)),
    )
    notes = (
        *filter(None, [shortage(taken)]),
        *loaded.notes,
        *choice_notes(dataset),
        *column_notes(dataset.uses, MOST_SHOWN),
        *filter(None, (question.note(dataset, names) for question in config.questions)),
    )
    return Plan(run_name(work), facts, notes, dataset.uses)
