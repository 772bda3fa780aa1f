"""Removal: what Koh et al. 2019 do to a group."""

from __future__ import annotations

from typing import ClassVar, Literal

from groupinf.effects.changes.change import Change


class Remove(Change):
    """The rows of a group are left out: s' = 0."""

    name: ClassVar = "remove"
    noun: ClassVar = "removal"
    doing: ClassVar = "removing"
    does: ClassVar = "removes"

    change: Literal["remove"] = "remove"

    @property
    def times(self) -> float:
        """0."""
        return 0.0

    @property
    def done(self) -> str:
        """Removed."""
        return "removed"

    @property
    def convention(self) -> str:
        """With and without."""
        return (
            "λ kept when points are removed. Effect = f without the group − f with it: positive means that removing "
            "the group raises f"
        )
