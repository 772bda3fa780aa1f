"""Diabetes: hospital readmission within 30 days, with the features and the split of the paper."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from groupinf.datasets.facts import DatasetFacts, KnownDataset, SourceFile
from groupinf.datasets.files.data_home import find_source, read_zip_member

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from groupinf.datasets.dataset import Dataset


MEMBER = "dataset_diabetes/diabetic_data.csv"

SOURCE = SourceFile(
    path="diabetes/dataset_diabetes.zip",
    urls=(
        "https://archive.ics.uci.edu/static/public/296/diabetes+130-us+hospitals+for+years+1999-2008.zip",
        "https://archive.ics.uci.edu/ml/machine-learning-databases/00296/dataset_diabetes.zip",
    ),
    sha256="3a17a3b55b6dd4a1926703185c0ad8e2ed30bc8e2f9b927cdd1000b733d1de8e",
    members={MEMBER: "0689e7ec031237dc63031b938805c48377748761a3b26acab621567afa24df97"},
)

FACTS = DatasetFacts(
    name="diabetes",
    title="Diabetes, 130 US hospitals 1999-2008: readmission within 30 days (1) or not (0)",
    n=20_000,
    n_test=81_766,
    d=127,
    n_classes=2,
    licence="CC BY 4.0",
    citation="Strack et al. (2014), BioMed Research International 2014:781670, doi:10.1155/2014/781670",
    url="https://archive.ics.uci.edu/dataset/296/diabetes+130-us+hospitals+for+years+1999-2008",
    files=(SOURCE,),
    natural_groups=("patient_nbr", "medical_specialty", "payer_code", "diag_1", "age"),
    test_sets=("gender", "race", "age", "medical_specialty", "payer_code"),
    lambda_over_n=10 ** (-11 / 3),
    test_accuracy=0.682,
    cached=True,
)

NUMBERS = [
    "time_in_hospital",
    "num_lab_procedures",
    "num_procedures",
    "num_medications",
    "number_outpatient",
    "number_emergency",
    "number_inpatient",
    "number_diagnoses",
]

CATEGORIES = [
    "gender",
    "race",
    "age",
    "discharge_disposition_id",
    "max_glu_serum",
    "A1Cresult",
    "metformin",
    "repaglinide",
    "nateglinide",
    "chlorpropamide",
    "glimepiride",
    "acetohexamide",
    "glipizide",
    "glyburide",
    "tolbutamide",
    "pioglitazone",
    "rosiglitazone",
    "acarbose",
    "miglitol",
    "troglitazone",
    "tolazamide",
    "examide",
    "citoglipton",
    "insulin",
    "glyburide-metformin",
    "glipizide-metformin",
    "glimepiride-pioglitazone",
    "metformin-rosiglitazone",
    "metformin-pioglitazone",
    "change",
    "diabetesMed",
]

NUMERIC_CATEGORY = "discharge_disposition_id"  # codes: sorted as the numbers they are
TRAIN_PER_CLASS = 10_000
SPLIT_SEED = 2


def load(home: Path, seed: int) -> Dataset:
    """Return the 20,000 balanced training rows and the 81,766 others; ``seed`` is not used, the split is the paper's.

    Raises DataError where the file is not below the data home, or is not the one that is meant.
    """
    import numpy as np

    from groupinf.datasets.dataset import Dataset

    table = _read(read_zip_member(find_source(home, SOURCE), SOURCE, MEMBER))
    y = np.where(table["readmitted"] == "<30", 1, 0).astype(np.int64)
    train, test = paper_split(y)
    names, made_from, X, others = _features(table)
    return Dataset(
        name=FACTS.name,
        task="classification",
        X_train=X[train].astype(np.float64),
        y_train=y[train],
        X_test=X[test].astype(np.float64),
        y_test=y[test],
        classes=(0, 1),
        sample_weight_train=np.ones(train.size),
        feature_names=tuple(names),
        feature_columns=tuple(made_from),
        left_out_values=others,
        columns={g: table[g].to_numpy(dtype=object)[train] for g in FACTS.natural_groups},
        test_columns={g: table[g].to_numpy(dtype=object)[test] for g in FACTS.test_sets},
        sources=dict(SOURCE.members),
    )


def _read(content: bytes) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    numbers = dict.fromkeys([*NUMBERS, NUMERIC_CATEGORY], np.dtype(np.int64))
    text = dict.fromkeys([c for c in CATEGORIES if c != NUMERIC_CATEGORY], np.dtype(object))
    others = dict.fromkeys([*FACTS.natural_groups, "readmitted"], np.dtype(object))
    dtypes = {**numbers, **text, **others}
    # "None" in max_glu_serum and A1Cresult means "not measured": a category, not a missing value.
    return pd.read_csv(io.BytesIO(content), usecols=list(dtypes), dtype=dtypes, keep_default_na=False)


def paper_split(y: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the paper's training and test rows for labels y in {0, 1}.

    One stream of random numbers shuffles the positives, the negatives, the training and the test rows, in that
    order; the first 10,000 of each class are the training rows.
    """
    import numpy as np

    stream = np.random.RandomState(SPLIT_SEED)
    shuffled = [np.flatnonzero(y == label) for label in (1, 0)]
    for rows in shuffled:
        stream.shuffle(rows)
    train = np.concatenate([rows[:TRAIN_PER_CLASS] for rows in shuffled])
    test = np.concatenate([rows[TRAIN_PER_CLASS:] for rows in shuffled])
    stream.shuffle(train)
    stream.shuffle(test)
    return train, test


def _features(table: pd.DataFrame) -> tuple[list[str], list[str], NDArray[np.uint8], dict[str, str]]:
    """Return names, the columns that features are made from, values, and of columns of two values the one without a
    feature; no number of this table is above 255, so that all of X fits into bytes.
    """
    import numpy as np

    from groupinf.datasets.rows.one_hot import left_out, one_hot

    names, made_from = list(NUMBERS), list(NUMBERS)
    blocks = [table[NUMBERS].to_numpy().astype(np.uint8)]
    others: dict[str, str] = {}
    for column in CATEGORIES:
        kept, block = one_hot(table[column].to_numpy())
        others |= {column: other} if (other := left_out(table[column].to_numpy(), kept)) else {}
        names += [f"{column}_{category}" for category in kept]
        made_from += [column] * len(kept)
        blocks.append(block)
    return names, made_from, np.hstack(blocks), others


KNOWN = KnownDataset(FACTS, load)
