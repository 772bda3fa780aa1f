"""Values as a configuration writes them, and the rows that hold them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from groupinf.config.labels import class_code, label_text
from groupinf.config.reader import Key
from groupinf.datasets.config_error import DatasetConfigError
from groupinf.wording import did_you_mean


def code_of(label: str, classes: Sequence[object], key: Key) -> int:
    """The place of a label among classes; raises DatasetConfigError, with the nearest one, where it is none of them."""
    from groupinf.datasets.rows.labels import shortened

    code = class_code(classes, label)
    if code is None:
        near = did_you_mean(label, map(str, classes))
        raise DatasetConfigError(
            f"expected one of the classes {shortened(list(classes))}, found {label_text(label)}{near}", key
        )
    return code


def holding(values: NDArray[np.object_], wanted: str, key: Key) -> NDArray[np.bool_]:
    """Where a value is written as ``wanted``, or else is the same number: (rows,); a missing value is none.

    Raises DatasetConfigError, with the nearest value, where no row holds it.
    """
    from groupinf.datasets.rows.labels import shortened

    texts = np.array([None if _is_missing(value) else str(value) for value in values], dtype=object)
    known = [text for text in dict.fromkeys(texts.tolist()) if text is not None]
    code = class_code(known, wanted)
    if code is None:
        near = did_you_mean(wanted, known)
        expected = f"expected a value that a training row holds, one of {shortened(known)}"
        raise DatasetConfigError(f"{expected}; found {label_text(wanted)}{near}", key)
    return np.asarray(texts == known[code])


def _is_missing(value: object) -> bool:
    return value is None or value != value  # NaN is what differs from itself
