"""The datasets that are known by name: a line for each."""

from __future__ import annotations

from groupinf.datasets.facts import DatasetFacts, KnownDataset
from groupinf.datasets.known import (
    breast_cancer,
    cdr,
    cdr_rebuilt,
    diabetes,
    digits,
    dogfish,
    dogfish_efficientnet,
    enron,
    enron_spacy,
    forest_fires,
    iris,
    mnist,
    mnist_4_9,
    mnist_4_9_network,
    mnist_small,
    mog,
    mog_squared,
    multinli,
    nli_workers,
    ortho,
    ortho_12,
)
from groupinf.errors import DataError
from groupinf.registry import Registry
from groupinf.wording import did_you_mean

KNOWN = Registry(
    "dataset",
    (
        KnownDataset(breast_cancer.FACTS, breast_cancer.load),
        KnownDataset(cdr.FACTS, cdr.load),
        KnownDataset(cdr_rebuilt.FACTS, cdr_rebuilt.load),
        KnownDataset(diabetes.FACTS, diabetes.load),
        KnownDataset(digits.FACTS, digits.load),
        KnownDataset(dogfish.FACTS, dogfish.load),
        KnownDataset(dogfish_efficientnet.FACTS, dogfish_efficientnet.load),
        KnownDataset(enron.FACTS, enron.load),
        KnownDataset(enron_spacy.FACTS, enron_spacy.load),
        KnownDataset(forest_fires.FACTS, forest_fires.load),
        KnownDataset(iris.FACTS, iris.load),
        KnownDataset(mnist.FACTS, mnist.load),
        KnownDataset(mnist_4_9.FACTS, mnist_4_9.load),
        KnownDataset(mnist_4_9_network.FACTS, mnist_4_9_network.load),
        KnownDataset(mnist_small.FACTS, mnist_small.load),
        KnownDataset(mog.FACTS, mog.load),
        KnownDataset(mog_squared.FACTS, mog_squared.load),
        KnownDataset(multinli.FACTS, multinli.load),
        KnownDataset(nli_workers.FACTS, nli_workers.load),
        KnownDataset(ortho.FACTS, ortho.load),
        KnownDataset(ortho_12.FACTS, ortho_12.load),
    ),
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
