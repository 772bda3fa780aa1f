"""manifest.json and sweep.json read back, only if they are what was written; what is told of those that are not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from groupinf.errors import DataError
from groupinf.experiments.folder.kinds import SWEEP, holds_more, makes_again, starts_over
from groupinf.experiments.folder.manifest import FORMAT, Known, OtherFormatError, from_json, other_format
from groupinf.experiments.folder.sealed import ForeignError, UnsealedError, unsealed
from groupinf.registry import UnknownNameError

# characters of a value that are shown, and faults that are listed
LONGEST, MOST_LISTED = 60, 3

# what to do where a run was made with a case that nobody has registered here
REGISTERS_IT = "the package that registers it must be imported first, in Python"


class AlteredManifestError(DataError):
    """The manifest of a run or sweep is not what was written."""


def stored_manifest(file: Path, seal: str, kind: type[Known]) -> Known | None:
    """The manifest in ``file``, with its own checksum under the key ``seal``; None where there is no such file.

    Raises AlteredManifestError where it is not what was written, OtherFormatError where it was written in another way,
    and DataError where it names a case that is not registered.
    """
    stored = _content(file, seal)
    if stored is None:
        return None
    number, again = stored.get("format", 1), starts_over(file.parent)
    if type(number) is not int:
        raise OtherFormatError(f"{file}: format: expected {FORMAT}, found {_shown(number)}; {again}")
    other = other_format(stored)
    if other:
        raise OtherFormatError(f"{file.parent}: {other}; {again}")
    try:
        return from_json(kind, stored)
    except ValidationError as error:
        raise _unusable(file, error, again) from error


def _content(file: Path, seal: str) -> dict[str, Any] | None:
    """What stands in a file whose checksum fits."""
    try:
        content = file.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise DataError(f"{file}: cannot be read ({error.strerror})") from error
    try:
        return unsealed(content, seal)
    except ForeignError as error:
        if not holds_more(file):
            what = "sweep" if file.name == SWEEP else "run"
            message = f"{file}: expected what groupinf wrote, {error}; name the folder of a {what}"
            raise AlteredManifestError(message) from error
        raise AlteredManifestError(f"{file}: altered: {error}; {makes_again(file.parent)} makes it again") from error
    except UnsealedError as error:
        raise AlteredManifestError(f"{file}: altered, {error}; {makes_again(file.parent)} makes it again") from error


def _unusable(file: Path, error: ValidationError, again: str) -> DataError:
    """What is wrong with content whose checksum fits."""
    faults = error.errors(include_url=False)
    unknown = [fault for fault in faults if isinstance(fault.get("ctx", {}).get("error"), UnknownNameError)]
    if unknown:
        return DataError(f"{file}: {'; '.join(_in_words(unknown))}; {REGISTERS_IT}")
    return OtherFormatError(f"{file}: {'; '.join(_in_words(faults))}; {again}")


def _in_words(faults: Any) -> Iterator[str]:
    for fault in faults[:MOST_LISTED]:
        key = ".".join(map(str, fault["loc"]))
        if fault["type"] == "missing":
            yield f"{key}: expected this key, found none"
        elif fault["type"] == "value_error":
            yield ": ".join(filter(None, [key, str(fault["ctx"]["error"])]))
        else:
            yield f"{key}: {fault['msg'].replace('Input should be', 'expected')}, found {_shown(fault['input'])}"
    if len(faults) > MOST_LISTED:
        yield f"and {len(faults) - MOST_LISTED} more"


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
