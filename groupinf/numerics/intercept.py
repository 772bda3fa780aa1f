"""What a model does about an intercept."""

from __future__ import annotations

from enum import Enum


class Intercept(Enum):
    """A free one, one that is penalised as weights are, or none."""

    FREE = "free"
    PENALISED = "penalised"
    NONE = "none"

    @property
    def columns(self) -> int:
        """Columns of ones beside the features: one, or none."""
        return 0 if self is Intercept.NONE else 1

    @property
    def in_text(self) -> str:
        """What a convention says of it."""
        return {
            Intercept.FREE: "intercept not penalised",
            Intercept.PENALISED: "intercept penalised as weights are",
            Intercept.NONE: "no intercept",
        }[self]

    @property
    def is_free(self) -> bool:
        """Whether λ does not bound it."""
        return self is Intercept.FREE

    @property
    def heading(self) -> str:
        """What headings say of it."""
        return {
            Intercept.FREE: "free intercept",
            Intercept.PENALISED: "penalised intercept",
            Intercept.NONE: "no intercept",
        }[self]
