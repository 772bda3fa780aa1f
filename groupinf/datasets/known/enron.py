"""Enron1 spam: e-mails as counts of their words, common English words left out; the e-mails are all it needs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from groupinf.datasets.facts import DatasetFacts, KnownDataset
from groupinf.datasets.known.shared.enron_mail import CITATION, LICENCE, MAIL, URL

if TYPE_CHECKING:
    from groupinf.datasets.dataset import Dataset


FACTS = DatasetFacts(
    name="enron",
    title="Enron1: e-mails that are spam (1) or not (0) from counts of their words",
    n=4_137,
    n_test=1_035,
    d=6_284,
    n_classes=2,
    licence=LICENCE,
    citation=CITATION,
    url=URL,
    files=(MAIL,),
    lambda_over_n=1e-3,
    test_accuracy=0.961,
    shown_as={"kind": "texts"},
    cached=True,
)


def load(home: Path, seed: int) -> Dataset:
    """Return the counts of alphabetic words that are none of scikit-learn's English stop words, CSR.

    ``seed`` is not used: the shuffle is ``RandomState(0)``.
    Raises DataError where the archive is not below the data home, or is not the one that is meant.
    """
    from groupinf.datasets.known.shared.enron_mail import load_mail

    return load_mail(FACTS, home, _words)


def _words(text: str) -> list[str]:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    return [word for word in text.split() if word.isalpha() and word not in ENGLISH_STOP_WORDS]


KNOWN = KnownDataset(FACTS, load)
