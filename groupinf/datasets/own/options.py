"""Keys of the section ``dataset`` that users' own files of several kinds share."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationInfo

from groupinf.config.named_file import FilePath

# of the rows, for testing, where a section does not say which
TEST_FRACTION = 0.2


def _only_one_split(value: Any, info: ValidationInfo) -> Any:
    """A key that says which rows are test rows: refused beside an earlier one."""
    given = [key for key in ("split", "test_file") if info.data.get(key) is not None]
    if value is not None and given:
        raise ValueError(f"expected only one of split, test_file and test_fraction, found it beside {given[0]}")
    return value


def _fraction_where_needed(value: float | None, info: ValidationInfo) -> float | None:
    if value is None and info.data.get("split") is None and info.data.get("test_file") is None:
        return TEST_FRACTION
    return value


TestFile = Annotated[FilePath | None, AfterValidator(_only_one_split)]
TestFraction = Annotated[
    Annotated[float, Field(gt=0, lt=1)] | None,
    Field(validate_default=True),
    AfterValidator(_only_one_split),
    AfterValidator(_fraction_where_needed),
]


def _only_where_drawn(value: bool | None, info: ValidationInfo) -> bool | None:
    """The key ``stratify``: false is the default, and true says how test rows of classes are drawn."""
    if value and "test_fraction" in info.data and info.data["test_fraction"] is None:
        raise ValueError("expected stratify only where test rows are drawn, by test_fraction")
    if value and info.data.get("task") == "regression":
        raise ValueError("expected stratify only with classes, found task: regression")
    return value or None  # spelled out or left out, the default is the same configuration


Stratify = Annotated[bool | None, AfterValidator(_only_where_drawn)]
