"""CDR rebuilt: the same question and the same tables, made from the public BioCreative V corpus."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from groupinf.datasets.facts import DatasetFacts, KnownDataset, SourceFile
from groupinf.datasets.known.shared.vote_columns import GOLD_LABEL, VOTER

if TYPE_CHECKING:
    from groupinf.datasets.dataset import Dataset


FACTS = DatasetFacts(
    name="cdr_rebuilt",
    title="CDR, rebuilt: does a chemical cause a disease (1) or not (0), by the votes of 28 labelling functions",
    n=17_643,
    n_test=4_081,
    d=338,
    n_classes=2,
    licence="CC BY-NC-SA 4.0",
    citation="Li et al. (2016), BioCreative V CDR task corpus, Database 2016:baw068, doi:10.1093/database/baw068",
    url="https://biocreative.bioinformatics.udel.edu/tasks/biocreative-v/track-3-cdr/",
    files=(
        SourceFile(
            path="cdr/cdr_rebuilt.db",
            sha256="eefbb5b4f655d75d4418de4b7cb8bdd3bb461893a7f94dd31dd32c37ffe9221c",
            origin="whoever gave you this project's data folder (it is not offered for download)",
        ),
    ),
    natural_groups=(VOTER,),
    test_sets=(GOLD_LABEL,),
    cached=True,
    loader_version=2,
)

LAMBDA_OVER_N = 1e-4  # the paper's for CDR


def load(home: Path, seed: int) -> Dataset:
    """Return a row per vote and the gold-labelled test candidates; ``seed`` is not used, the split is the file's.

    The features are those that L1-penalised logistic regression keeps at λ/n = 10⁻⁴.
    Raises DataError where the file is not below the data home, or is not the one that is meant.
    """
    from groupinf.datasets.known.shared.l1_selection import l1_regression, selected_features
    from groupinf.datasets.known.shared.vote_rows import load_votes

    return load_votes(
        FACTS, home, lambda rows: selected_features(l1_regression(rows.X, rows.y, rows.weight, LAMBDA_OVER_N))
    )


KNOWN = KnownDataset(FACTS, load)
