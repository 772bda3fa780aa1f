"""What does not converge, in terms of a fitted model in the place of those of a configuration."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from groupinf.errors import ConvergenceError

# what messages advise whoever has a configuration, and what that is here
PENALTY, SCALED = "a larger lambda_over_n", "(standardise: true)"
SCALER = "(with a StandardScaler in a Pipeline)"
CHECK = "check that X is what the model was fitted to, with its columns in the same order"


@dataclass(frozen=True)
class Terms:
    """The ``name`` of a model, and what makes its ``penalty`` larger."""

    name: str
    penalty: str

    @contextmanager
    def spoken(self) -> Iterator[None]:
        """Raises ConvergenceErrors of what is done within anew, in these terms."""
        try:
            yield
        except ConvergenceError as error:
            said = str(error).replace(PENALTY, self.penalty).replace(SCALED, SCALER)
            raise ConvergenceError(f"{self.name}: {said}; {CHECK}") from error


def terms_of(name: str, of_lam: str) -> Terms:
    """Those of a model whose λ is 1/C, 1/(2C) or alpha, as ``of_lam`` says."""
    return Terms(name, "a smaller C" if of_lam.startswith("1/") else "a larger alpha")
