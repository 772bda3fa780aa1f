"""Crowdworkers' sentence pairs: entailment, neutral or contradiction; the writer of each pair is known."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from groupinf.datasets.facts import DatasetFacts, KnownDataset, SourceFile
from groupinf.datasets.known.shared.sentence_pairs import AUTHOR, GENRE

if TYPE_CHECKING:
    from groupinf.datasets.dataset import Dataset


MADE_FROM = "whoever gave you this project's data folder (it is made from"
PAIRS = f"{MADE_FROM} the folder NLI_data of https://github.com/Alicia-Parrish/ling_in_loop)"
VECTORS = f"{MADE_FROM} glove.6B.100d.txt in https://nlp.stanford.edu/data/glove.6B.zip)"

FACTS = DatasetFacts(
    name="nli_workers",
    title="Crowdworkers' sentence pairs: contradiction, entailment or neutral, from mean word vectors",
    n=44_983,
    n_test=7_371,
    d=200,
    n_classes=3,
    licence="not stated",
    citation="Parrish et al. (2021), Findings of EMNLP, doi:10.18653/v1/2021.findings-emnlp.421",
    url="https://github.com/Alicia-Parrish/ling_in_loop",
    files=(
        SourceFile(
            path="nli_workers/train.jsonl.gz",
            sha256="2f3586f4984324e1d3392050af90625f19cb21ebb3f3d2fc67aec3a6d3aac74b",
            origin=PAIRS,
        ),
        SourceFile(
            path="nli_workers/dev.jsonl.gz",
            sha256="abc36e28ed35f8f1595864cf9f673336d2e4b34652179d1b19e94416b26356f0",
            origin=PAIRS,
        ),
        SourceFile(
            path="nli_workers/glove6b_100d_subset.txt.gz",
            sha256="7b8e51d69a6b428f9fff61388c30a66a53c3df52b99a877dbe16a95b962aa22f",
            origin=VECTORS,
        ),
    ),
    natural_groups=(AUTHOR, GENRE),
    test_sets=(GENRE,),
    cached=True,
    loader_version=2,
)


def load(home: Path, seed: int) -> Dataset:
    """Return the training pairs and, as test rows, those of the dev file; ``seed`` is not used.

    Raises DataError where a file is not below the data home, or is not the one that is meant.
    """
    from groupinf.datasets.known.shared.sentence_pairs import load_pairs

    return load_pairs(FACTS, home)


KNOWN = KnownDataset(FACTS, load)
