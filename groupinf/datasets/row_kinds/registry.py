"""The kinds of rows: one line for each."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from groupinf.config.registered import NamedSection
from groupinf.datasets.row_kinds.row_kind import RowKind
from groupinf.datasets.row_kinds.tables import Tables
from groupinf.registry import Registry

ROW_KINDS: Registry[type[RowKind]] = Registry(
    "kind of row",
    {
        "tables": "groupinf.datasets.row_kinds.tables:Tables",
        "texts": "groupinf.datasets.row_kinds.texts:Texts",
        "images": "groupinf.datasets.row_kinds.images:Images",
    },
)

# the key by which a section ``dataset`` says what the rows of one's own data are
ROWS_ARE = "rows_are"
# what rows are where nobody says
TABLES = Tables()

# The key's values: left out or spelled out, the default is the same configuration.
RowsAre = Annotated[
    Annotated[RowKind, NamedSection(ROW_KINDS, "kind", in_short=True)] | None,
    AfterValidator(lambda value: None if value == TABLES else value),
]
