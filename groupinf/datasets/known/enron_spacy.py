"""Enron1 spam with the paper's vocabulary: words that spaCy 2.0's small English model knows, as their lemmas."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from groupinf.datasets.facts import KnownDataset, SourceFile
from groupinf.datasets.files.data_home import verified_file
from groupinf.datasets.files.gzip_files import numbered_lines, read_gzip
from groupinf.datasets.known import enron
from groupinf.datasets.known.shared.enron_mail import LICENCE, MAIL

if TYPE_CHECKING:
    from groupinf.datasets.dataset import Dataset


ORIGIN = "whoever gave you this project's data folder (it is made from spaCy 2.0's small English model)"

LEXEMES = SourceFile(
    path="enron1/spacy2_en_lexemes.tsv.gz",
    sha256="8e340a63618dc832fdac622008e15b7665dd40d2761007a2cb7c50d14ae3c71a",
    origin=ORIGIN,
)
LEMMAS = SourceFile(
    path="enron1/spacy2_en_lemma_lookup.json.gz",
    sha256="e61b1197a9cdb8655ac975b641a95897b3ce7d1acb8967ebc5df1331d1673de3",
    origin=ORIGIN,
)

FACTS = replace(
    enron.FACTS,
    name="enron_spacy",
    title="Enron1: e-mails that are spam (1) or not (0) from counts of the lemmas of words that spaCy 2.0 knows",
    d=3_295,
    licence=f"e-mails: {LICENCE}; spaCy's tables: CC BY-SA 3.0 and MIT",
    files=(MAIL, LEXEMES, LEMMAS),
)

KEPT = "\t1\t0"


def load(home: Path, seed: int) -> Dataset:
    """Return the counts of the lemmas of alphabetic words of spaCy's vocabulary that are no stop words, CSR.

    ``seed`` is not used: the shuffle is ``RandomState(0)``.
    Raises DataError where a file is not below the data home, or is not the one that is meant.
    """
    from groupinf.datasets.known.shared.enron_mail import load_mail

    lexemes, lemmas = verified_file(home, LEXEMES), verified_file(home, LEMMAS)
    # lines "word, is_alpha, is_stop", of which the alphabetic words that are no stop words are kept
    kept = frozenset(line.removesuffix(KEPT) for _, line in numbered_lines(lexemes.path) if line.endswith(KEPT))
    lemma_of: dict[str, str] = json.loads(read_gzip(lemmas.path))

    def words(text: str) -> list[str]:
        return [lemma_of.get(word, word) for word in text.split() if word.isalpha() and word in kept]

    return load_mail(FACTS, home, words, (lexemes, lemmas))


KNOWN = KnownDataset(FACTS, load)
