"""All groups in a table that sorts, is searched, and is downloaded; the page's script builds it when it is unfolded."""

from __future__ import annotations

from groupinf.reporting.html.parts.assets import asset
from groupinf.reporting.html.parts.markup import element, folded, joined
from groupinf.reporting.html.parts.plot_data import plot_data
from groupinf.reporting.html.section import Answer, Material, Section
from groupinf.reporting.words.screening import shown_lines
from groupinf.wording import counted

_SCRIPTS = ("plot_data.js", "axes.js", "all_groups.js")


def _answer(material: Material) -> Answer:
    """A place that the script fills, from the data of the plots; where there are no plots these come with the table."""
    sizes = {entry.pairs.groups.size for entry in material.entries}
    marks = {"data-marks": "true"} if material.plotted else {}
    words = element("p", {"class": "quiet"}, " ".join([*shown_lines(material.entries), _words(material)]))
    about = counted(sizes.pop(), "group") if len(sizes) == 1 else "the groups of each run"
    table = folded(f"Table of {about}", joined([words, element("div", {"id": "all-groups", **marks})]))
    data = {} if material.plotted else {"plot-data": plot_data(material.entries, material.looks)}
    return Answer(table, data, tuple(map(asset, _SCRIPTS)))


def _words(material: Material) -> str:
    press = " Press a row to mark its group in the plots." if material.plotted else ""
    where = "the folder of the run" if len(material.entries) == 1 else "the folder of each run"
    resampled = any(entry.run.bootstrap is not None for entry in material.entries)
    ends = " From and to are the ends of 95 % bootstrap intervals over test rows." if resampled else ""
    return (
        f"Rank 1 is the largest rise, the last rank the largest fall.{ends}{press} What is downloaded has effects to "
        f"seven digits on what is chosen; tables/groups.csv in {where}, or groups.parquet where that would be too "
        "long, has every evaluation and test point in full, with error estimates."
    )


ALL_GROUPS = Section("all", "All groups", "What are the effects of each group?", _answer)
