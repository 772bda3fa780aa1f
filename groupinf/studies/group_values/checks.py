"""What a study of group values asks of the data, found before anything is fitted."""

from __future__ import annotations

from collections.abc import Iterator

from groupinf.datasets.dataset import Dataset
from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.errors import ConfigError
from groupinf.studies.group_effects.checks import load_checked as load_for_effects
from groupinf.studies.group_values.schema import LoadedValues, as_group_effects
from groupinf.studies.linear.configured_model import intercept_of, loss_of
from groupinf.wording import listed

# coalitions of more groups take more memory and time than anybody has
MOST_GROUPS = 256


def load_checked(loaded: LoadedValues) -> Dataset:
    """The configured dataset, after every check that needs no fit.

    Raises ConfigError with file, line and key where the configuration asks what the data cannot give, and where the
    data that it names are not usable; OutOfMemoryError where they cannot fit.
    """
    dataset = load_for_effects(as_group_effects(loaded))
    problems = [*_measure_problems(loaded), *_loss_problems(loaded, dataset), *_known_number(loaded, dataset)]
    if problems:
        raise ConfigError("\n".join(map(str, problems)))
    return dataset


def number_problem(loaded: LoadedValues, groups: int) -> ConfigError | None:
    """What is wrong with so many groups, drawn or known before."""
    if groups < 2:
        return loaded.error(("groups", "builders"), "expected at least two groups to share among, found one")
    if groups > MOST_GROUPS:
        expected = f"expected at most {MOST_GROUPS} groups to share among, found {groups:,}"
        return loaded.error(("groups", "builders"), f"{expected}; min_size leaves small ones out where groups are many")
    problem = loaded.config.values.check(groups)
    return None if problem is None else loaded.error(("values", problem.key), problem.message)


def _measure_problems(loaded: LoadedValues) -> Iterator[ConfigError]:
    """What has another value for every group is no measure of models; sums have no resamples here."""
    if loaded.config.test_points.bootstrap is not None:
        expected = "expected no resamples of test rows, of which shares are not told; leave the key out"
        yield loaded.error(("test_points", "bootstrap"), expected)
    for i, evaluation in enumerate(loaded.config.evaluations):
        if evaluation.measured_on is not None:
            same = listed((name for name, of in EVALUATIONS.items() if of.measured_on is None), "or")
            found = f"found {evaluation.name}, which is measured on the {evaluation.measured_on}"
            yield loaded.error(("evaluations", i), f"expected what is the same for every coalition, {same}; {found}")


def _loss_problems(loaded: LoadedValues, dataset: Dataset) -> Iterator[ConfigError]:
    """The model of no rows is the intercept alone, which is unique where the loss is smooth."""
    if not loss_of(loaded, dataset).smooth and intercept_of(loaded).is_free:
        expected = "expected penalised or none, as coalitions without a class have no model beside a free one"
        yield loaded.error(("model", "intercept"), f"{expected}, found free")


def _known_number(loaded: LoadedValues, dataset: Dataset) -> list[ConfigError]:
    known = [builder.known_groups(dataset) for builder in loaded.located().groups.builders]
    if any(groups is None for groups in known):
        return []
    problem = number_problem(loaded, sum(len(groups or ()) for groups in known))
    return [] if problem is None else [problem]
