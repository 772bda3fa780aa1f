"""Reports without pictures, for tests of other files: drawing takes most of the time that a small run takes."""

from __future__ import annotations

import base64
import sys
from typing import BinaryIO

import pytest
from matplotlib.figure import Figure

import groupinf.reporting.report  # noqa: F401  with all that draws for it
from groupinf.reporting.drawing import figures, group_attributes

# one white pixel
PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAG7buVgAAAABJRU5ErkJggg==")


def leave_pictures_out(patch: pytest.MonkeyPatch) -> None:
    """Every figure that is saved is a placeholder; those of a report are empty."""

    def saved(_: Figure, file: BinaryIO, format: str, **__: object) -> None:  # noqa: A002
        file.write({"png": PNG, "svg": b"<svg/>"}[format])

    patch.setattr(Figure, "savefig", saved)
    for name, module in list(sys.modules.items()):  # wherever reports take it from
        if name.startswith("groupinf.reporting.") and module is not figures and hasattr(module, "scatter_figure"):
            patch.setattr(module, "scatter_figure", lambda run, method: Figure())
    for name in ("panes_figure", "heat_map_figure"):
        patch.setattr(group_attributes, name, lambda *_, **__: Figure())
