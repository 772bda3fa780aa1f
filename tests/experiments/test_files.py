"""Files of a run are written as JSON only where every number has a form there."""

from __future__ import annotations

import pytest

from groupinf.errors import RunError
from groupinf.experiments.folder.files import json_bytes


@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_a_number_without_a_form_is_an_error_in_words(value: float) -> None:
    with pytest.raises(RunError, match="a result is infinite or not a number"):
        json_bytes({"fit": {"loss": [1.0, value]}})
    assert json_bytes({"loss": 1.5}) == b'{\n  "loss": 1.5\n}\n'
