"""MultiNLI: sentence pairs with the crowdworker who wrote each; the authors' file with worker ids."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from groupinf.datasets.facts import DatasetFacts, KnownDataset, SourceFile
from groupinf.datasets.known.shared.sentence_pairs import AUTHOR, EVALUATION_SET, GENRE

if TYPE_CHECKING:
    from groupinf.datasets.dataset import Dataset


PUBLIC = "the archive https://cims.nyu.edu/~sbowman/multinli/multinli_1.0.zip"

FACTS = DatasetFacts(
    name="multinli",
    title="MultiNLI: sentence pairs of contradiction, entailment or neutral, from mean word vectors",
    n=392_702,
    n_test=19_647,
    d=600,
    n_classes=3,
    licence="OANC's licence for most genres; Creative Commons or public domain for the others",
    citation="Williams, Nangia and Bowman (2018), NAACL, doi:10.18653/v1/N18-1101",
    url="https://cims.nyu.edu/~sbowman/multinli/",
    files=(
        SourceFile(
            path="multinli/multinli_1.0_train_with_annotators.jsonl",
            sha256=None,
            origin=f"the paper's authors ({PUBLIC} has the same rows without the field {AUTHOR})",
        ),
        SourceFile(path="multinli/multinli_1.0_dev_matched.jsonl", sha256=None, origin=PUBLIC),
        SourceFile(path="multinli/multinli_1.0_dev_mismatched.jsonl", sha256=None, origin=PUBLIC),
        SourceFile(
            path="multinli/glove.6B.300d.txt",
            sha256=None,
            origin="the archive https://nlp.stanford.edu/data/glove.6B.zip"
            " (also https://huggingface.co/stanfordnlp/glove/resolve/main/glove.6B.zip)",
        ),
    ),
    natural_groups=(AUTHOR, GENRE),
    test_sets=(GENRE, EVALUATION_SET),
    lambda_over_n=1e-4,
    test_accuracy=0.504,
    cached=True,
    loader_version=2,
)


def load(home: Path, seed: int) -> Dataset:
    """Return the training pairs and, as test rows, the matched and then the mismatched dev pairs.

    Pairs without a gold label (``-``) are left out. ``seed`` is not used, the split is MultiNLI's.
    Raises DataError, naming the line, where a file is not below the data home or is malformed.
    """
    from groupinf.datasets.known.shared.sentence_pairs import load_pairs

    return load_pairs(FACTS, home, ("matched", "mismatched"))


KNOWN = KnownDataset(FACTS, load)
