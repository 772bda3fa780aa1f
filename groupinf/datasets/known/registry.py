"""The datasets that are known by name: a line for each."""

from __future__ import annotations

from groupinf.datasets.facts import DatasetFacts, KnownDataset
from groupinf.errors import DataError
from groupinf.registry import Registry
from groupinf.wording import did_you_mean

KNOWN: Registry[KnownDataset] = Registry(
    "dataset",
    {
        "breast_cancer": "groupinf.datasets.known.breast_cancer:KNOWN",
        "cdr": "groupinf.datasets.known.cdr:KNOWN",
        "cdr_rebuilt": "groupinf.datasets.known.cdr_rebuilt:KNOWN",
        "diabetes": "groupinf.datasets.known.diabetes:KNOWN",
        "digits": "groupinf.datasets.known.digits:KNOWN",
        "dogfish": "groupinf.datasets.known.dogfish:KNOWN",
        "dogfish_efficientnet": "groupinf.datasets.known.dogfish_efficientnet:KNOWN",
        "enron": "groupinf.datasets.known.enron:KNOWN",
        "enron_spacy": "groupinf.datasets.known.enron_spacy:KNOWN",
        "forest_fires": "groupinf.datasets.known.forest_fires:KNOWN",
        "iris": "groupinf.datasets.known.iris:KNOWN",
        "mnist": "groupinf.datasets.known.mnist:KNOWN",
        "mnist_4_9": "groupinf.datasets.known.mnist_4_9:KNOWN",
        "mnist_4_9_network": "groupinf.datasets.known.mnist_4_9_network:KNOWN",
        "mnist_small": "groupinf.datasets.known.mnist_small:KNOWN",
        "mog": "groupinf.datasets.known.mog:KNOWN",
        "mog_squared": "groupinf.datasets.known.mog_squared:KNOWN",
        "multinli": "groupinf.datasets.known.multinli:KNOWN",
        "nli_workers": "groupinf.datasets.known.nli_workers:KNOWN",
        "ortho": "groupinf.datasets.known.ortho:KNOWN",
        "ortho_12": "groupinf.datasets.known.ortho_12:KNOWN",
    },
)


def dataset_names() -> tuple[str, ...]:
    """Return the names that ``dataset: {name: ...}`` may take, sorted."""
    return tuple(sorted(KNOWN))


def facts_of(name: str) -> DatasetFacts:
    """Return what is known of a dataset; raises DataError where there is none of that name."""
    if name not in KNOWN:
        near = did_you_mean(name, dataset_names())
        raise DataError(f"expected a dataset, one of {', '.join(dataset_names())}; found {name!r}{near}")
    return KNOWN[name].facts
