"""CDR: does a chemical cause a disease, from the votes of labelling functions; the authors' SQLite file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from groupinf.datasets.facts import DatasetFacts, KnownDataset, SourceFile
from groupinf.datasets.known.shared.vote_columns import GOLD_LABEL, VOTER

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from groupinf.datasets.dataset import Dataset
    from groupinf.datasets.known.shared.vote_rows import VoteRows


FACTS = DatasetFacts(
    name="cdr",
    title="CDR: does a chemical cause a disease (1) or not (0), by the votes of 28 labelling functions",
    n=24_177,
    n_test=None,
    d=328,
    n_classes=2,
    licence="not stated",
    citation="Hancock et al. (2018), ACL, doi:10.18653/v1/P18-1175",
    url="https://github.com/kohpangwei/group-influence-release",
    files=(
        SourceFile(
            path="cdr/cdr.db",
            sha256=None,
            urls=("https://worksheets.codalab.org/rest/bundles/0x38e021ee339a4f6aa21d9c4a16c1b7ee/contents/blob/",),
        ),
    ),
    natural_groups=(VOTER,),
    test_sets=(GOLD_LABEL,),
    lambda_over_n=1e-4,
    test_f1=0.420,
    cached=True,
    loader_version=2,
)

GRID = 1e-4, 1e-1, 10  # of λ/n, log-spaced, as in the paper's cross-validation


def load(home: Path, seed: int) -> Dataset:
    """Return a row per vote and the gold-labelled test candidates; ``seed`` is not used, the split is the file's.

    The features are those of the L1-penalised logistic regression with the highest F1 on the development split.
    Raises DataError where the file is not below the data home, or its tables are not such tables.
    """
    from groupinf.datasets.known.shared.vote_rows import load_votes

    return load_votes(FACTS, home, best_features)


def best_features(rows: VoteRows) -> NDArray[np.int64]:
    """Return the columns that L1 selection keeps at the λ/n of the grid that is best on the development split."""
    import numpy as np

    from groupinf.datasets.known.shared.l1_selection import best_on, l1_regression, selected_features

    models = (
        l1_regression(rows.X, rows.y, rows.weight, lambda_over_n) for lambda_over_n in np.geomspace(*GRID).tolist()
    )
    return selected_features(best_on(models, rows.development.X, rows.development.y))


KNOWN = KnownDataset(FACTS, load)
