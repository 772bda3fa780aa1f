"""What the Enron datasets share: the e-mails, the paper's shuffle and split, counts of words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groupinf.datasets.facts import DatasetFacts, SourceFile
from groupinf.datasets.files.data_home import FoundFile, find_source
from groupinf.datasets.files.tar_texts import read_tar

if TYPE_CHECKING:
    from scipy import sparse

    from groupinf.datasets.dataset import Dataset


SPAM, HAM = "enron1/spam", "enron1/ham"

MAIL = SourceFile(
    path="enron1/enron1.tar.gz",
    urls=(
        "https://www2.aueb.gr/users/ion/data/enron-spam/preprocessed/enron1.tar.gz",
        "http://www.aueb.gr/users/ion/data/enron-spam/preprocessed/enron1.tar.gz",
        "http://nlp.cs.aueb.gr/software_and_datasets/Enron-Spam/preprocessed/enron1.tar.gz",
    ),
    sha256="70b4854bf0e057d3242d30ddd70f4866ecfc51fbcec57439f087625d997d838b",
    listing_sha256="aa55d455fc331cd01c09e54405d635b7383536eee7d85528320c18ba59c4dc6a",
    text_folders=(SPAM, HAM),
)

LICENCE = "no explicit licence, research use"
CITATION = "Metsis, Androutsopoulos and Paliouras (2006), Spam filtering with naive Bayes - which naive Bayes?, CEAS"
URL = "https://www2.aueb.gr/users/ion/data/enron-spam/"

TRAIN_FRACTION = 0.8
SHUFFLE_SEED = 0
FEWEST_MAILS = 5  # of the training rows, for a word to become a feature

Words = Callable[[str], Iterable[str]]


def load_mail(facts: DatasetFacts, home: Path, words: Words, vocabulary: tuple[FoundFile, ...] = ()) -> Dataset:
    """Return the e-mails as counts of the words that ``words`` keeps of each, label 1 for spam.

    Spam then ham, each sorted by name, shuffled with ``RandomState(0)``; the first 80 % are the training rows, and
    words in at least five of them are the features. ``vocabulary``: the files that ``words`` was made from.
    Raises DataError where the archive is not below the data home, or is not the one that is meant.
    """
    import numpy as np
    from sklearn.feature_extraction.text import CountVectorizer

    from groupinf.datasets.dataset import Dataset

    mails = read_tar(find_source(home, MAIL), MAIL)
    names = sorted(mails, key=lambda name: (not name.startswith(SPAM), name))
    np.random.RandomState(SHUFFLE_SEED).shuffle(names)
    y = np.array([name.startswith(SPAM) for name in names], dtype=np.int64)
    texts = [" ".join(words(mails[name].decode("latin-1"))) for name in names]
    n = int(TRAIN_FRACTION * len(names))
    counter = CountVectorizer(min_df=FEWEST_MAILS)
    X_train, X_test = _counts(counter.fit_transform(texts[:n])), _counts(counter.transform(texts[n:]))
    return Dataset(
        name=facts.name,
        task="classification",
        X_train=X_train,
        y_train=y[:n],
        X_test=X_test,
        y_test=y[n:],
        classes=(0, 1),
        sample_weight_train=np.ones(n),
        feature_names=tuple(counter.get_feature_names_out().tolist()),
        sources={
            f"{MAIL.path}, listing": str(MAIL.listing_sha256),
            **{source.path: file.sha256 for source, file in zip(facts.files[1:], vocabulary, strict=True)},
        },
    )


def _counts(matrix: Any) -> sparse.csr_array:
    import numpy as np
    from scipy import sparse

    counts = sparse.csr_array(matrix, dtype=np.float64)
    counts.sort_indices()
    return counts
