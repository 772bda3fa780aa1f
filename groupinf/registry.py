"""An axis of the project: its cases by name, one file a case and one line in the registry of the axis."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Generic, Protocol, TypeVar

from groupinf.errors import ConfigError
from groupinf.wording import did_you_mean


class Named(Protocol):
    """What every case has: the name by which configurations, tables and manifests know it."""

    @property
    def name(self) -> str:
        """Lower case, words joined by underscores."""


Case = TypeVar("Case", bound=Named)


class UnknownNameError(ConfigError, ValueError):
    """A name that no case of an axis has; the message lists those that there are, and the nearest of them.

    A ValueError as well, so that validators may raise it.
    """


@dataclass(frozen=True)
class _Place:
    """Where something stands that is not loaded yet: ``module:attribute``."""

    text: str

    def load(self) -> Any:
        module, _, attribute = self.text.partition(":")
        return getattr(import_module(module), attribute)


def at(place: str) -> Callable[[], Any]:
    """A function that imports ``module:attribute`` and returns it."""
    return _Place(place).load


def later(place: str) -> Callable[..., Any]:
    """The function at ``module:attribute``, which is imported when it is first called."""
    return lambda *given: _Place(place).load()(*given)


class Registry(Mapping[str, Case], Generic[Case]):
    """The cases of one axis in the order in which they are registered, which tables and reports keep.

    ``what`` is what messages call a case. ``cases`` are the cases, or the place of each by its name,
    ``module:attribute``, which is imported when the case is first looked up: whoever asks for one case waits for no
    other. Looking up a name that is not registered raises UnknownNameError: there is no case for what is not known.
    A package outside adds its own with ``add`` when it is imported.
    """

    def __init__(self, what: str, cases: Iterable[Case] | Mapping[str, str]) -> None:
        self.what = what
        self._cases: dict[str, Case | _Place] = {}
        if isinstance(cases, Mapping):
            self._cases |= {name: _Place(place) for name, place in cases.items()}
        else:
            for case in cases:
                self.add(case)

    def add(self, case: Case) -> None:
        """Register one more case; raises ValueError where its name is taken."""
        if case.name in self._cases:
            raise ValueError(f"{self.what} {case.name} is registered already")
        self._cases[case.name] = case

    def __getitem__(self, name: str) -> Case:
        if name not in self._cases:
            raise UnknownNameError(self.unknown(name))
        case = self._cases[name]
        if not isinstance(case, _Place):
            return case
        loaded: Case = case.load()
        if loaded.name != name:
            raise ValueError(f"{self.what} {name} is registered at {case.text}, which calls itself {loaded.name}")
        self._cases[name] = loaded
        return loaded

    def unknown(self, name: str) -> str:
        """What to say of a name that is not registered.

        >>> from types import SimpleNamespace
        >>> Registry("method", [SimpleNamespace(name="newton"), SimpleNamespace(name="influence")]).unknown("newtn")
        "unknown method 'newtn'; did you mean 'newton'? valid: newton, influence"
        """
        return f"unknown {self.what} {name!r}{did_you_mean(name, self._cases) or ';'} valid: {', '.join(self._cases)}"

    def __contains__(self, name: object) -> bool:
        return name in self._cases

    def __iter__(self) -> Iterator[str]:
        return iter(self._cases)

    def __len__(self) -> int:
        return len(self._cases)
