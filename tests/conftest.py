"""No test reads or fills the cache of whoever runs it: loaders are what is tested, and the cache where a test asks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def no_cache() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GROUPINF_CACHE", "off")
        yield
