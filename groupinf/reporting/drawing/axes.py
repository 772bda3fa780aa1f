"""Axes of effects: how far they reach, whether they are logarithmic away from 0, and their ticks."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.scale import SymmetricalLogTransform
from matplotlib.ticker import FixedFormatter, FixedLocator, MaxNLocator, NullLocator, ScalarFormatter
from numpy.typing import NDArray

from groupinf.reporting.drawing.lettering import width_of
from groupinf.reporting.words.style import SMALL
from groupinf.wording import number, power_of_ten

TICK_SIZE = 9.0
_BETWEEN_LABELS = 0.06  # inches: the least gap from one label to the next; chosen by eye, as what follows
_LINE = 0.15  # inches: height of a line of labels
_ENDS = (0.01, 0.99)  # quantiles between which the middle 98 % of the values lie
_DOMINATED = 30.0  # times the median distance from 0: if one value is farther out, most would stand at 0
_LEAST = 1e-12  # of the largest distance from 0: a logarithmic axis of more decades shows nothing, or overflows
# matplotlib widens intervals below 2.3e-287 to ±0.05, which overflows on a logarithmic axis of such numbers
_SMALLEST = 1e-280
_FEWEST = 5  # values of which some can be the middle and others far from it
_MOST_POWERS = 5  # steps between powers of ten that are marked
_MARGIN = 0.06  # of the length of an axis, beyond its outermost values
_SMOOTH = (1 - 1 / 10) / np.log(10)  # matplotlib's linscale at which a symmetric log scale has no kink

Limits = tuple[float, float]


@dataclass(frozen=True)
class EffectAxis:
    """The limits of an axis, which is logarithmic beyond −linear_to and linear_to; linear if None."""

    low: float
    high: float
    linear_to: float | None = None

    @property
    def limits(self) -> Limits:
        """As matplotlib takes them."""
        return self.low, self.high

    def contains(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which of the values lie on the axis."""
        return np.asarray((self.low <= values) & (values <= self.high))

    def fractions(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where values stand, as fractions of the axis from its lower end."""
        low, high = _on_scale(np.array(self.limits), self.linear_to)
        return np.asarray((_on_scale(values, self.linear_to) - low) / (high - low))

    def ticks(self) -> list[tuple[float, str]]:
        """Its ticks, each a value and a label: a few round values, or 0 and powers of ten."""
        return self._round_values() if self.linear_to is None else self._powers(self.linear_to)

    def ticks_apart(self, inches: float, room: Callable[[str], float]) -> list[tuple[float, str]]:
        """Those ticks of an axis so long whose labels, of which each takes so much ``room`` along it, stay apart.

        Every one, every second or ... of round values; of powers of ten 0 and, from the largest down, what has room.
        """
        every = self.ticks()
        if self.linear_to is None:
            steps = (every[::step] for step in range(1, len(every) + 1))
            return next((ticks for ticks in steps if self._fit(ticks, inches, room)), every[:1])
        kept: list[tuple[float, str]] = []
        for tick in sorted(every, key=lambda tick: (tick[0] != 0, -abs(tick[0]))):
            wanted = sorted([*kept, tick])
            kept = wanted if self._fit(wanted, inches, room) else kept
        return kept

    def _fit(self, ticks: Sequence[tuple[float, str]], inches: float, room: Callable[[str], float]) -> bool:
        middles = inches * self.fractions(np.array([place for place, _ in ticks]))
        needed = [room(label) + _BETWEEN_LABELS for _, label in ticks]
        pairs = itertools.pairwise(zip(middles, needed, strict=True))
        return all(b - a >= (one + other) / 2 for (a, one), (b, other) in pairs)

    def _round_values(self) -> list[tuple[float, str]]:
        locator = MaxNLocator(nbins=4, steps=[1, 2, 5, 10], min_n_ticks=2)
        places = [float(place) for place in locator.tick_values(*self.limits) if self.low <= place <= self.high]
        formatter = PowerOfTen()
        formatter.create_dummy_axis()
        assert formatter.axis is not None
        formatter.axis.set_view_interval(*self.limits)
        return list(zip(places, formatter.format_ticks(places), strict=True))

    def _powers(self, first: float) -> list[tuple[float, str]]:
        highest = int(np.floor(np.log10(max(-self.low, self.high))))
        exponents = range(round(np.log10(first)), highest + 1)
        below = [(-(10.0**e), f"−{power_of_ten(e)}") for e in reversed(exponents)]
        above = [(10.0**e, power_of_ten(e)) for e in exponents]
        return [tick for tick in (*below, (0.0, "0"), *above) if self.low <= tick[0] <= self.high]


AxisRule = Callable[..., EffectAxis]


def linear_axis(*values: NDArray[np.float64]) -> EffectAxis:
    """A linear axis of all values; from −1 to 1, so that all stand at 0, where none is at least _SMALLEST from 0 but
    some are not 0.
    """
    all_of_them = np.concatenate(values)
    if 0 < np.abs(all_of_them).max() < _SMALLEST:
        return EffectAxis(-1.0, 1.0)
    low, high = float(all_of_them.min()), float(all_of_them.max())
    margin = _MARGIN * (high - low) or 0.5 * abs(low) or 1.0
    return EffectAxis(low - margin, high + margin)


def axis_of_most(*values: NDArray[np.float64]) -> EffectAxis:
    """A linear axis of all values, but those farther out than the middle 98 % are wide.

    So the middle 98 % always fill a third of the axis or more.
    """
    all_of_them = np.concatenate(values)
    if all_of_them.size < _FEWEST:
        return linear_axis(all_of_them)
    low = np.quantile(all_of_them, _ENDS[0], method="higher")  # of few values without the outermost at each end,
    high = np.quantile(all_of_them, _ENDS[1], method="lower")  # which else would be the quantile and far from no one
    reach = high - low
    return linear_axis(all_of_them[(all_of_them >= low - reach) & (all_of_them <= high + reach)])


def axis_of_all(*values: NDArray[np.float64]) -> EffectAxis:
    """An axis of all values: linear where :func:`axis_of_most` holds them and none is more than _DOMINATED times as far
    from 0 as is usual, else logarithmic away from 0.

    It is linear up to the power of ten below the median distance from 0, or below _LEAST of the largest. Where it would
    have fewer than two ticks, as where all values are alike, it is linear throughout.
    """
    most, all_of_them = axis_of_most(*values), np.concatenate(values)
    distances = np.abs(all_of_them[all_of_them != 0])
    dominated = distances.size > 0 and distances.max() > max(_DOMINATED * np.median(distances), _SMALLEST)
    if most.contains(all_of_them).all() and not dominated:
        return most
    usual = max(float(np.median(distances)), _LEAST * float(distances.max()))
    linear_to = float(10 ** np.floor(np.log10(usual)))
    on_scale = _on_scale(all_of_them, linear_to)
    low, high = on_scale.min(), on_scale.max()
    margin = _MARGIN * (high - low)
    back = SymmetricalLogTransform(10, linear_to, _SMOOTH).inverted()
    low, high = np.asarray(back.transform_non_affine(np.array([low - margin, high + margin])))
    axis = EffectAxis(float(low), float(high), linear_to)
    return axis if len(axis.ticks()) >= 2 else linear_axis(all_of_them)


def label_width(axis: EffectAxis) -> float:
    """Inches that the widest label of its ticks takes."""
    return max((width_of(label, TICK_SIZE) for _, label in axis.ticks()), default=0.0)


def set_axes(ax: Axes, across: EffectAxis, up: EffectAxis) -> None:
    """Scales, limits and ticks of both axes."""
    for set_scale, axis in ((ax.set_xscale, across), (ax.set_yscale, up)):
        if axis.linear_to is not None:
            set_scale("symlog", linthresh=axis.linear_to, linscale=_SMOOTH)
    ax.set(xlim=across.limits, ylim=up.limits)
    _mark(ax.xaxis, across, ax.bbox.width / ax.figure.dpi, lambda label: width_of(label, TICK_SIZE))
    _mark(ax.yaxis, up, ax.bbox.height / ax.figure.dpi, lambda _: _LINE)


def set_logarithmic(ax: Axes, across: Limits | None, up: Limits | None) -> None:
    """Logarithmic axes with these limits and a few powers of ten as ticks, or 1, 2 and 5 times such where fewer than
    two are in reach; None leaves an axis as it is.
    """
    for set_scale, set_limits, axis, limits in (
        (ax.set_xscale, ax.set_xlim, ax.xaxis, across),
        (ax.set_yscale, ax.set_ylim, ax.yaxis, up),
    ):
        if limits is not None:
            set_scale("log")
            set_limits(*limits)
            ticks = _logarithmic_ticks(*limits)
            axis.set_major_locator(FixedLocator([place for place, _ in ticks]))
            axis.set_major_formatter(FixedFormatter([label for _, label in ticks]))
            axis.set_minor_locator(NullLocator())


def _logarithmic_ticks(low: float, high: float) -> list[tuple[float, str]]:
    first, last = int(np.ceil(np.log10(low))), int(np.floor(np.log10(high)))
    step = max(1, -(-(last - first) // _MOST_POWERS))
    powers = [(10.0**e, power_of_ten(e)) for e in range(first, last + 1, step)]
    if len(powers) > 1:
        return powers
    places = (float(f"{digit}e{e}") for e in range(first - 1, last + 1) for digit in (1, 2, 5))
    return [(place, number(place)) for place in places if low <= place <= high]


def _mark(drawn: Axis, axis: EffectAxis, inches: float, room: Callable[[str], float]) -> None:
    marked = axis.ticks_apart(inches, room)
    drawn.set_major_locator(FixedLocator([place for place, _ in marked]))
    if axis.linear_to is None:
        drawn.set_major_formatter(PowerOfTen())
    else:
        drawn.set_major_formatter(FixedFormatter([label for _, label in marked]))
        drawn.set_minor_locator(FixedLocator([place for place, _ in axis.ticks()]))
    drawn.get_offset_text().set_fontsize(SMALL)


class PowerOfTen(ScalarFormatter):
    """Few digits at the ticks and one power of ten at the end of the axis, in plain characters."""

    def __init__(self) -> None:
        super().__init__(useOffset=False)
        self.set_powerlimits((-2, 3))

    def get_offset(self) -> str:
        plain = super().get_offset().replace("−", "-")  # such as 1e-3, or nothing
        return f"×{power_of_ten(int(plain.removeprefix('1e')))}" if plain else ""


def _on_scale(values: NDArray[np.float64], linear_to: float | None) -> NDArray[np.float64]:
    if linear_to is None:
        return values
    return np.asarray(SymmetricalLogTransform(10, linear_to, _SMOOTH).transform_non_affine(values))
