"""No test reads or fills the cache of whoever runs it, and none has more than one thread for its numbers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from threadpoolctl import threadpool_limits


@pytest.fixture(scope="session", autouse=True)
def no_cache() -> Iterator[None]:
    """Loaders are what is tested, and the cache where a test asks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GROUPINF_CACHE", "off")
        yield


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """On small matrices threads only wait for each other, all the more where tests run beside each other."""
    with threadpool_limits(limits=1):
        yield
