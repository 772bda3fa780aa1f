"""Groups as files of a run: groups.npz and groups.parquet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from groupinf.experiments.folder.files import npz_arrays, npz_bytes, parquet_bytes, parquet_table
from groupinf.groups.attributes import Attributes, attributes_frame, attributes_of_rows
from groupinf.groups.groups import Groups
from groupinf.studies.group_effects.manifest import Skipped

MEMBERS, TABLE, ATTRIBUTES = "groups.npz", "groups.parquet", "attributes.parquet"


def groups_files(groups: Groups) -> dict[str, bytes]:
    """The removal matrix as indptr and indices, and a table with one row per group."""
    frame = pd.DataFrame(
        {
            "group": np.arange(len(groups), dtype=np.int64),
            "name": list(groups.name),
            "kind": list(groups.kind),
            "size": groups.sizes,
            "test_point": np.array(groups.test_point, dtype=np.int64),
            "made_from": list(groups.made_from),
        }
    )
    return {
        MEMBERS: npz_bytes({"indptr": groups.indptr, "indices": groups.indices}),
        TABLE: parquet_bytes(frame),
    }


def attribute_files(attributes: Attributes, groups: int) -> dict[str, bytes]:
    """The table of attributes of so many groups, where there are any."""
    return {ATTRIBUTES: parquet_bytes(attributes_frame(attributes, groups))} if attributes.values else {}


def all_attributes(
    groups: Groups, rows: pd.DataFrame, classes: Sequence[str], stored: pd.DataFrame | None
) -> pd.DataFrame:
    """One row for each group: what any groups have, and then what was ``stored``; ``rows`` are those that they number,
    in their order.
    """
    label = rows["label"].to_numpy()
    codes = pd.Categorical(label.astype(str), categories=list(classes)).codes.astype(np.int64) if classes else label
    frame = attributes_frame(attributes_of_rows(groups, codes, classes), len(groups))
    return frame if stored is None else frame.merge(stored, on="group", how="left", validate="one_to_one")


def groups_from(files: Mapping[str, bytes]) -> Groups:
    """The groups that ``groups_files`` told."""
    archive, frame = npz_arrays(files[MEMBERS]), parquet_table(files[TABLE])
    return Groups(
        indptr=archive["indptr"],
        indices=archive["indices"],
        kind=_repeated(frame["kind"]),
        name=tuple(frame["name"]),
        test_point=tuple(int(t) for t in frame["test_point"]),
        made_from=_repeated(frame["made_from"]),
    )


def _repeated(texts: Iterable[str]) -> tuple[str, ...]:
    """Texts of which many are the same, each held once."""
    held: dict[str, str] = {}
    return tuple(held.setdefault(text, text) for text in texts)


def retrainable(groups: Groups, skipped: Sequence[Skipped]) -> tuple[int, ...]:
    """Numbers of the groups that are not skipped: those that are cut into blocks, in this order."""
    left_out = {entry.group for entry in skipped}
    return tuple(g for g in range(len(groups)) if g not in left_out)
