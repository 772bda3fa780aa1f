"""What pages of several panels have in common: sizes, wrapped lines, title and closing lines, a legend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from groupinf.reporting.drawing.figures import set_labels
from groupinf.reporting.drawing.lettering import DOTS_PER_INCH, drawable, shorten_to, width_of, wrap_to
from groupinf.reporting.words.style import QUIET, SMALL

HIDDEN = "k hidden: points outside the axes."
SIZE, TITLE_SIZE = 10.0, 12.0
BOLD = 1.12  # a bold line is at most this much wider
# inches: around a page, of lines, and of an entry of a legend beside its name
MARGIN = 0.15
LINE, TITLE_LINE = 0.17, 0.22
LEGEND_LINE, LEGEND_COLUMN = 0.21, 0.45


@dataclass(frozen=True)
class Legend:
    """Markers with a name each, below a title if it has any."""

    handles: Sequence[Line2D] = ()
    names: Sequence[str] = ()
    title: str = ""


def framed_page(
    width: float, body: float, title: str, facts: Sequence[str], foot: Sequence[str], legend: Legend = Legend()
) -> tuple[Figure, float]:
    """A page with title, facts and legend above a body, and closing lines below it, and how many inches below its top
    the body begins, which is ``body`` inches high.
    """
    head, end = wrapped(title, TITLE_SIZE * BOLD, width), wrapped(" ".join(foot), SMALL, width)
    about = [line for fact in facts for line in wrapped(fact, SMALL, width)]
    begins = page_head(head, about)
    room = width - 2 * MARGIN
    names = [shorten_to(drawable(name), SIZE, room - LEGEND_COLUMN) for name in legend.names]
    entry = max((width_of(name, SIZE) for name in names), default=0.0) + LEGEND_COLUMN
    columns = max(1, min(len(names), int(room / entry)))
    lines = -(-len(names) // columns) + bool(legend.title)
    top = begins + (LEGEND_LINE * lines + 0.05 if names else 0.0)
    figure = Figure(figsize=(width, top + body + LINE * len(end) + MARGIN), dpi=DOTS_PER_INCH)
    add_words(figure, head, about, end, top + body)
    if names:
        at = MARGIN / width, 1 - begins / figure.get_figheight()
        add_legend(figure, legend.handles, names, at, columns, legend.title)
    return figure, top


def wrapped(text: str, size: float, width: float) -> list[str]:
    """Lines that fit on a page of that width."""
    return wrap_to(drawable(text), size, width - 2 * MARGIN)


def page_head(title: Sequence[str], facts: Sequence[str]) -> float:
    """How many inches below the top of a page its title and its facts end."""
    return MARGIN + TITLE_LINE * len(title) + LINE * len(facts) + 0.12


def box(figure: Figure, left: float, top: float, width: float, height: float) -> tuple[float, float, float, float]:
    """Inches from the upper left corner as (left, bottom, width, height) in fractions of the figure."""
    across, up = map(float, figure.get_size_inches())
    return left / across, 1 - (top + height) / up, width / across, height / up


def add_words(figure: Figure, title: Sequence[str], facts: Sequence[str], foot: Sequence[str], closing: float) -> None:
    """Lines of the title, of the facts below it and of the end, which begin ``closing`` inches below the top."""
    width, height = map(float, figure.get_size_inches())
    left = MARGIN / width
    figure.text(left, 1 - MARGIN / height, "\n".join(title), size=TITLE_SIZE, weight="bold", va="top")
    below = MARGIN + TITLE_LINE * len(title) + 0.04
    for i, line in enumerate(facts):
        figure.text(left, 1 - (below + LINE * i) / height, line, size=SMALL, color=QUIET, va="top")
    figure.text(left, 1 - closing / height, "\n".join(foot), size=SMALL, color=QUIET, va="top")


def add_legend(
    figure: Figure, handles: Sequence[Line2D], labels: Sequence[str], at: tuple[float, float], columns: int, title: str
) -> None:
    """A legend in ``columns`` columns whose upper left corner is ``at``."""
    legend = figure.legend(
        handles,
        [str(i) for i in range(len(labels))],
        loc="upper left",
        bbox_to_anchor=at,
        borderaxespad=0.0,
        frameon=False,
        ncols=columns,
        columnspacing=1.2,
        handletextpad=0.5,
        labelspacing=0.35,
        title=title,
        alignment="left",
    )
    set_labels(legend, labels)
