"""What commands print and write is looked at here, not what figures look like."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.undrawn import leave_pictures_out


@pytest.fixture(autouse=True, scope="module")
def undrawn() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        leave_pictures_out(patch)
        yield
