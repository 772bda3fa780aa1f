"""What a user can mend, in words: every error says what was expected, what was found, and where."""

from __future__ import annotations

import errno


class GroupinfError(Exception):
    """Base of the errors that end a command with one message and no traceback."""

    exit_code = 1


class ConfigError(GroupinfError):
    """A key or value of a configuration is not usable; the message opens with ``FILE, line N: key:``."""

    exit_code = 2


class DataError(GroupinfError):
    """A data file or run folder is missing, malformed or not what it should be; the message names it."""

    exit_code = 2


class ConvergenceError(GroupinfError):
    """A fit or retrain did not reach its tolerance; the message names the group, the norm and the tolerance."""


class GroupConvergenceError(ConvergenceError):
    """The same for one group of a block: ``column`` is its number there, for whoever knows its name."""

    def __init__(self, column: int, message: str) -> None:
        super().__init__(message)
        self.column = column


class RunError(GroupinfError):
    """A run could not finish; the message says what is kept and how to go on."""


class OutOfMemoryError(RunError):
    """There is less memory than the data or a computation need; the message says how much, and what needs less."""


# What libraries say, in other errors than MemoryError, where there is no memory for code or for the stack of a thread.
_WANTS = ("cannot allocate memory", "failed to map segment", "launch worker thread", "can't start new thread")


def lack_of_memory(error: BaseException) -> str | None:
    """What an error, or else its cause, says where it is for want of memory that something failed; else None."""
    says = str(error)
    wants = isinstance(error, MemoryError) or any(words in says.lower() for words in _WANTS)
    if wants or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
        return says
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return None if cause is None else lack_of_memory(cause)
