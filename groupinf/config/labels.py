"""Labels of classes as a configuration writes them: text, numbers, true and false."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from groupinf.config.words import found


def _text(value: Any) -> str:
    if isinstance(value, str | bool | int | float):
        return str(value)
    raise ValueError(f"expected a label, found {found(value)}")


# A label in the words of the user; which class it is, ``class_code`` says.
Label = Annotated[
    str, BeforeValidator(_text), WithJsonSchema({"type": ["string", "integer", "number", "boolean"]}, mode="validation")
]


def label_text(label: str) -> str:
    """A label as a message repeats it: quoted, but for true and false, which a configuration writes without quotes.

    >>> label_text("ham"), label_text("True")
    ("'ham'", 'true')
    """
    return label.lower() if label in (str(True), str(False)) else repr(label)


def class_code(classes: Sequence[object], label: str) -> int | None:
    """The place of a label among classes: what is written alike, else the same number; None where it is none.

    >>> class_code((1.0, 7.0), "7"), class_code(("ham", "spam"), "spam"), class_code(("a", "b"), "c")
    (1, 1, None)
    """
    alike = [code for code, known in enumerate(classes) if str(known) == label]
    return next(iter(alike or [code for code, known in enumerate(classes) if _same_number(known, label)]), None)


def _same_number(known: object, label: str) -> bool:
    try:
        return float(str(known)) == float(label)
    except ValueError:
        return False
