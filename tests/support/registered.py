"""A case that a package outside would register, for the time of a test."""

from __future__ import annotations

from typing import Any

import pytest

from groupinf.registry import Named, Registry


def with_registered(monkeypatch: pytest.MonkeyPatch, registry: Registry[Any], case: Named) -> None:
    """Register a case; at the end of the test the registry is what it was."""
    monkeypatch.setattr(registry, "_cases", dict(registry._cases))
    registry.add(case)
