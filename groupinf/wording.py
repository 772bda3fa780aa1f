"""Numbers, counts and names as every output writes them."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable

# likeness, as difflib measures it, from which one name may be meant by another: chosen by eye
_NEAR = 0.63
UNDEFINED = "–"
# between the two sides of a difference, in the name of a value
MINUS = " minus "

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float, digits: int = 3) -> str:
    """``digits`` significant digits, with a power of ten where plain decimals would not be read at a glance.

    >>> number(0.00021544346900318845), number(0.001), number(12345.6), number(-1e-9)
    ('2.15·10⁻⁴', '0.001', '12,346', '−1·10⁻⁹')
    """
    if not math.isfinite(value):
        return UNDEFINED if math.isnan(value) else ("∞" if value > 0 else "−∞")
    mantissa, power = f"{value:.{digits - 1}e}".split("e")
    exponent = int(power)
    if value == 0 or -3 <= exponent < digits:
        text = f"{value:.{max(0, digits - 1 - exponent) if value else 0}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    elif digits <= exponent < 6:
        text = f"{value:,.0f}"
    else:
        mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        text = f"{mantissa}·{power_of_ten(exponent)}"
    return text.replace("-", "−")


def power_of_ten(exponent: int) -> str:
    """The power in plain characters.

    >>> power_of_ten(-12)
    '10⁻¹²'
    """
    return f"10{str(exponent).translate(_SUPERSCRIPT)}"


def counted(count: int, one: str, many: str | None = None) -> str:
    """A number of things, in words that fit it.

    >>> counted(1, "group"), counted(1700, "group"), counted(0, "class", "classes")
    ('1 group', '1,700 groups', '0 classes')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def listed(words: Iterable[str], last: str = "and") -> str:
    """Words in a row, the ``last`` two joined by "and" or another word.

    >>> listed(["12"]), listed(["12", "15", "43"]), listed(["cg", "lissa"], "or"), listed([])
    ('12', '12, 15 and 43', 'cg or lissa', '')
    """
    *before, final = list(words) or [""]
    return f"{', '.join(before)} {last} {final}" if before else final


def memory_text(size: int) -> str:
    """A number of bytes with a decimal unit.

    >>> memory_text(1_234_567_890)
    '1.2 GB'
    """
    if size >= 10**9:
        return f"{size / 10**9:.1f} GB"
    return f"{max(size / 10**6, 1):.0f} MB"


def is_number(text: str) -> bool:
    """Whether a text reads as a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def did_you_mean(name: str, valid: Iterable[str]) -> str:
    """``; did you mean 'NAME'?`` for the nearest valid name, quoted as blanks would not show; empty if none is near, as
    'cones' is not to 'nonsense'.

    Numbers of like digits are not near each other, so that of a number nothing is said.

    >>> did_you_mean("yess", ["yes", "no"]), did_you_mean("11", ["0", "1"]), did_you_mean("nonsense", ["cones"])
    ("; did you mean 'yes'?", '', '')
    """
    if is_number(name):
        return ""
    near = difflib.get_close_matches(name, list(valid), n=1, cutoff=_NEAR)
    return f"; did you mean {near[0]!r}?" if near else ""
