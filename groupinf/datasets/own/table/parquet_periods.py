"""Types that programs add to those of a Parquet file: pandas' periods are months and the like, others as stored."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

# What the metadata of a field say of its type where no library of the process knows it.
_NAME, _ABOUT = b"ARROW:extension:name", b"ARROW:extension:metadata"

_DAY = np.timedelta64(1, "D")


def stored(array: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return what a file holds, whether or not the process knows the type that was made of it."""
    kind = array.type
    if not isinstance(kind, pa.BaseExtensionType):
        return array
    return pa.chunked_array([chunk.storage for chunk in array.chunks], type=kind.storage_type)


def frequency(field: pa.Field) -> str:
    """Return the frequency of a column of periods, ``M`` for months; empty where it is another column."""
    known = field.type
    if isinstance(known, pa.ExtensionType):
        name, about = known.extension_name, known.__arrow_ext_serialize__()
    else:
        about = field.metadata or {}
        name, about = about.get(_NAME, b"").decode("utf-8", "replace"), about.get(_ABOUT, b"")
    if name != "pandas.period":
        return ""
    try:
        return str(json.loads(about)["freq"])
    except (ValueError, TypeError, KeyError):
        return "?"


def periods(numbers: pa.ChunkedArray, freq: str, as_days: bool) -> pa.ChunkedArray | None:
    """Return numbered periods as pandas writes them (``2020-01``), or as days from 1970-01-01 to their beginnings.

    None where pandas does not know the frequency, or a period lies beyond its calendar.
    """
    different = numbers.unique().drop_null()
    try:
        ordinals = different.to_numpy(zero_copy_only=False)
        found = pd.PeriodIndex(pd.arrays.PeriodArray(ordinals, dtype=pd.PeriodDtype(freq)))
        values = pa.array(_days(found)) if as_days else pa.array(found.astype(str).tolist(), pa.large_string())
    except (ValueError, OverflowError, TypeError, AttributeError):
        return None
    return pc.take(values, pc.index_in(numbers, value_set=different))


def _days(found: pd.PeriodIndex) -> NDArray[np.float64]:
    starts = found.to_timestamp(how="start").to_numpy()
    return np.asarray((starts - np.datetime64("1970-01-01")) / _DAY, dtype=np.float64)
