"""Numbers keep their value and other people's text stays text in every format."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groupinf.reporting.words import formats
from groupinf.wording import did_you_mean


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e300, max_value=1e300))
def test_a_number_reads_back_to_three_digits(value):
    text = formats.number(value).replace("−", "-").replace(",", "")
    text = text.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    text = re.sub(r"·10(?=-?\d)", "e", text)
    assert math.isclose(float(text), value, rel_tol=0.0051, abs_tol=0)


def test_undefined_numbers_show_a_dash_and_no_nan():
    nan = math.nan
    shown = [formats.number(nan), formats.coefficient(nan), formats.ratio(nan), formats.percent(nan)]
    assert {*shown, formats.interval(nan, 0.5)} == {formats.UNDEFINED}


@pytest.mark.parametrize(("share", "text"), [(0.9996, ">99 %"), (0.0004, "<1 %"), (0.0, "0 %"), (2.5, "250 %")])
def test_shares_next_to_all_or_nothing_are_not_rounded_to_it(share, text):
    assert formats.percent(share) == text


@given(st.text())
def test_markdown_text_holds_no_markup_and_reads_back(text):
    shown = formats.markdown(text)
    assert not re.search(r"(?<!\\)(?:\\\\)*[|*_`$\[\]]", shown.replace("\\\\", ""))
    assert not set("<>\n\r") & set(shown)
    back = re.sub(r"\\(.)", r"\1", shown).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert back == formats.one_line(text)


def test_latex_text_is_escaped():
    assert formats.latex("a_b & 50% of $x^2$ #1 {~} \\input") == (
        r"a\_b \& 50\% of \$x\textasciicircum{}2\$ \#1 \{\textasciitilde{}\} \textbackslash{}input"
    )
    assert formats.latex("f(θ̂) − 2·10⁻¹²") == r"f($\hat{\theta}$) $-$ 2$\cdot$10$^{-12}$"


@given(st.text(), st.integers(min_value=3, max_value=40))
def test_shortened_text_is_one_line_that_keeps_both_ends(text, longest):
    line = formats.one_line(text)
    short = formats.shorten(text, longest)
    assert len(short) <= longest
    assert short == line or (line.startswith(short.split("…")[0]) and line[-1] == short[-1])


def test_a_number_is_not_taken_for_another_one() -> None:
    assert did_you_mean("11", ["0", "1"]) == did_you_mean("123456", ["13.576"]) == ""
    assert did_you_mean("yess", ["yes"]) == "; did you mean 'yes'?"
    assert did_you_mean("p11", ["p1"]) == "; did you mean 'p1'?"
