"""Cases that are registered from outside the package, and taken out again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import pytest

from groupinf.registry import Named, Registry

Case = TypeVar("Case", bound=Named)


@contextmanager
def registered(registry: Registry[Case], *cases: Case) -> Iterator[None]:
    """The registry with these cases, as long as the block lasts."""
    before = dict(registry)
    try:
        for case in cases:
            registry.add(case)
        yield
    finally:
        registry._cases.clear()
        registry._cases.update(before)


def with_registered(monkeypatch: pytest.MonkeyPatch, registry: Registry[Any], case: Named) -> None:
    """Register a case; at the end of the test the registry is what it was."""
    monkeypatch.setattr(registry, "_cases", dict(registry._cases))
    registry.add(case)
