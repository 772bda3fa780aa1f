"""Numbers and other people's text, made fit for plain text, Markdown, LaTeX and plots."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable

from groupinf.wording import MINUS, UNDEFINED, counted, number

_NORMAL = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_MARKDOWN_SPECIAL = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", **{c: "\\" + c for c in "\\`*_[]|$~#"}})
_LATEX_SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    **{c: "\\" + c for c in "&%$#_{}"},
}
_LATEX_MATH = {
    "λ": r"\lambda",
    "θ": r"\theta",
    "ρ": r"\rho",
    "Δ": r"\Delta",
    "Σ": r"\Sigma",
    "ℓ": r"\ell",
    "∇": r"\nabla",
    "‖": r"\Vert",
    "·": r"\cdot",
    "×": r"\times",
    "−": "-",
    "½": r"\tfrac{1}{2}",
    "∘": r"\circ",
    "≤": r"\le",
    "≥": r"\ge",
    "≠": r"\neq",
    "ᵀ": r"^{\top}",
    "ᵢ": r"_{i}",
}
_LATEX_TOKEN = re.compile("(?P<hat>.)\u0302|(?P<powers>[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)|(?P<one>.)", re.DOTALL)


def coefficient(value: float) -> str:
    """A correlation to three decimals.

    >>> coefficient(0.98765), coefficient(-0.5), coefficient(float("nan"))
    ('0.988', '−0.500', '–')
    """
    return UNDEFINED if math.isnan(value) else f"{value:.3f}".replace("-", "−")


def ratio(value: float) -> str:
    """A ratio near 1 to two decimals.

    >>> ratio(1.6), ratio(0.0312), ratio(-12345.6)
    ('1.60', '0.03', '−12,346')
    >>> ratio(-0.001)
    '0.00'
    """
    return f"{value:z.2f}".replace("-", "−") if abs(value) < 1000 else number(value)


def slope(value: float) -> str:
    """A slope that may be vast: a ratio, and from 10 on its first digits.

    >>> slope(1.5), slope(7346.2)
    ('1.50', '7,346')
    """
    return ratio(value) if value < 10 else number(value)


def interval(low: float, high: float) -> str:
    """An interval of correlations, empty where undefined.

    >>> interval(0.98, 0.991), interval(float("nan"), float("nan"))
    ('[0.980, 0.991]', '–')
    """
    return UNDEFINED if math.isnan(low) or math.isnan(high) else f"[{coefficient(low)}, {coefficient(high)}]"


def ends(low: float, high: float) -> str:
    """An interval of effects.

    >>> ends(-1.5, 20)
    '[−1.5, 20]'
    """
    return f"[{number(low)}, {number(high)}]"


def extent(least: float, most: float, written: Callable[[float], str]) -> str:
    """The ends of a range, once where they look the same.

    >>> extent(0.9, 0.99, coefficient), extent(1.0, 1.001, ratio)
    ('0.900 to 0.990', '1.00')
    """
    return " to ".join(dict.fromkeys((written(least), written(most))))


def percent(share: float | None, decimals: int = 0) -> str:
    """A share in per cent; whole shares look whole, and nothing short of all is rounded to all; undefined without one.

    >>> percent(0.8349), percent(1.0), percent(0.9996), percent(0.68214, 1), percent(12.5)
    ('83 %', '100 %', '>99 %', '68.2 %', '1,250 %')
    """
    if share is None or math.isnan(share):
        return UNDEFINED
    text = f"{100 * share:,.{decimals}f}"
    if share < 1 and text == f"{100:.{decimals}f}":
        return f">{100 - 10**-decimals:.{decimals}f} %"
    if share > 0 and float(text.replace(",", "")) == 0:
        return f"<{10**-decimals:.{decimals}f} %"
    return f"{text} %"


def size_words(smallest: int, largest: int) -> str:
    """A range of sizes of groups.

    >>> size_words(1, 1), size_words(1, 6), size_words(10, 10)
    ('1 row', '1 to 6 rows', '10 rows')
    """
    return counted(largest, "row") if smallest == largest else f"{smallest:,} to {counted(largest, 'row')}"


def one_line(text: str) -> str:
    """The text without line breaks, control and invisible characters.

    >>> one_line("ward\\t3\\n<b>")
    'ward 3 <b>'
    """
    return " ".join(visible(text).split())


def named(name: str) -> str:
    """A name on one line, in quotes where blanks would not show.

    >>> named("ward 3"), named(" income")
    ('ward 3', "' income'")
    """
    line = one_line(name)
    return line if line == name else repr(name)


def visible(text: str) -> str:
    """The text with a space for every line break, control and invisible character.

    >>> visible("a\\n  b")
    'a   b'
    """
    if text.isprintable():
        return text
    return "".join(" " if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") else c for c in text)


def shorten(text: str, longest: int) -> str:
    """One line of at most ``longest`` characters, its middle left out where it is longer.

    >>> shorten("Emergency/Trauma department", 12)
    'Emerg…rtment'
    """
    line = one_line(text)
    if len(line) <= longest:
        return line
    head = (longest - 1) // 2
    return f"{line[:head]}…{line[len(line) - (longest - 1 - head) :]}"


def shorten_value(name: str, longest: int) -> str:
    """The name of a value, shortened; of a difference each of both sides by itself, so that it stays one.

    >>> shorten_value("TPR, sex=male, race=other minus sex=male, race=Caucasian", 20)
    'TPR, sex=…race=other minus sex=male,…=Caucasian'
    >>> shorten_value("occupation=Craft-repair", 12)
    'occup…repair'
    """
    return MINUS.join(shorten(side, longest) for side in one_line(name).split(MINUS))


def whole_words(text: str, longest: int) -> str:
    """One line of the words that fit into ``longest`` characters, with … where more follow.

    >>> whole_words("row 85, among the strongest", 14), whole_words("row 85", 14)
    ('row 85, among…', 'row 85')
    """
    line = one_line(text)
    if len(line) <= longest:
        return line
    words = line[:longest].rpartition(" ")[0]
    return f"{words.rstrip(',')}…" if words else shorten(line, longest)


def markdown(text: str) -> str:
    """Text that Markdown and HTML show as it is, also in a table cell.

    >>> print(markdown("<b> a|b *c* $x_1$"))
    &lt;b&gt; a\\|b \\*c\\* \\$x\\_1\\$
    """
    return one_line(text).translate(_MARKDOWN_SPECIAL)


def latex(text: str) -> str:
    """Text that LaTeX shows as it is; the Greek letters and signs of the convention become mathematics.

    >>> print(latex("50% of a_b, λ/n = 2·10⁻⁴"))
    50\\% of a\\_b, $\\lambda$/n = 2$\\cdot$10$^{-4}$
    """
    return "".join(map(_latex_token, _LATEX_TOKEN.finditer(one_line(text))))


def _latex_token(token: re.Match[str]) -> str:
    hat, powers, one = token["hat"], token["powers"], token["one"]
    if hat is not None:
        return rf"$\hat{{{_LATEX_MATH.get(hat, hat)}}}$"
    if powers is not None:
        return f"$^{{{powers.translate(_NORMAL)}}}$"
    if one in _LATEX_MATH:
        return f"${_LATEX_MATH[one]}$"
    return _LATEX_SPECIAL.get(one, one)
