"""The attributes of a run's groups that say something of their own."""

from __future__ import annotations

import pandas as pd

from groupinf.analysis.pairs import PairedEffects
from groupinf.groups.attributes import SHARE, label_share
from groupinf.studies.group_effects.result import Run


def aligned_attributes(run: Run, pairs: PairedEffects) -> pd.DataFrame:
    """Those of the groups of ``pairs``, in their order.

    share_of_rows ranks as size does, and of two classes the share of the first as that of the second, backwards.
    """
    first = label_share(run.manifest.classes[0]) if len(run.manifest.classes) == 2 else ""
    said = run.attributes.drop(columns=[SHARE, first], errors="ignore")
    return said.set_index("group").loc[pairs.groups].reset_index(drop=True)
