"""What a study of group values would run, said before it runs."""

from __future__ import annotations

from groupinf.datasets.choice.words import choice_notes
from groupinf.datasets.column_use import MOST_SHOWN, column_notes
from groupinf.experiments.driver import run_name
from groupinf.experiments.workers.memory import LIBRARIES_BYTES, for_each_process, shortage
from groupinf.studies.group_effects.most_groups import most_groups
from groupinf.studies.group_values.schema import LoadedValues, as_group_effects
from groupinf.studies.group_values.work import valuing
from groupinf.studies.linear.configured_model import model_of
from groupinf.studies.linear.forecast import Plan, data_words, lambda_words
from groupinf.studies.linear.memory import work_bytes


def plan(loaded: LoadedValues) -> Plan:
    """Load and check the data, and count; raises ConfigError and DataError as the run itself would."""
    work, config = valuing(loaded), loaded.config
    dataset, values = work.dataset, config.values
    groups = most_groups(as_group_effects(loaded), dataset)
    taken = work_bytes(dataset, model_of(loaded, dataset), config.block_width)
    how = "exact, over every coalition that counts" if values.is_exact(groups) else values.told(groups)
    return Plan(
        run_name(work),
        (
            ("run", run_name(work)),
            ("dataset", data_words(dataset)),
            ("lambda_over_n", lambda_words(config.regularization.lambda_over_n)),
            ("groups", f"at most {groups:,}"),
            ("shares", f"{values.in_text}s, {how}"),
            ("retrains", f"at most {min(values.most_coalitions(groups) + groups, 1 << groups):,}"),
            ("memory", for_each_process(LIBRARIES_BYTES + taken)),
        ),
        (*filter(None, [shortage(taken)]), *choice_notes(dataset), *column_notes(dataset.uses, MOST_SHOWN)),
        dataset.uses,
    )
